"""What a period is measured against: quotas, and what people submitted."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from insight.forecast.groups import By
from sales.calendar import Period
from sales.judgement import Submission
from sales.owner import Owners, tree
from sales.quota import Line, Quota, lines


class Target(NamedTuple):
    """What is to be won; `whole` where no day of the period is left out."""

    amount: Decimal
    whole: bool


Key = tuple[str | None, str]
"""Whose, with None for the whole, and the currency."""
Exchanged = Callable[[Decimal, str], tuple[Decimal, str]]
"""A sum and its currency in the currency of the forecast, or as they are without a rate."""


Parts = list[tuple[str | None, str, Target]]


class Measures(NamedTuple):
    """Quotas and submissions by whose and currency."""

    quotas: Mapping[Key, Target]
    submitted: Mapping[Key, Submission]

    def whose(self) -> set[str]:
        """Everybody who has one."""
        return {whose for whose, _ in (*self.quotas, *self.submitted) if whose is not None}


def measures(
    quotas: Iterable[Quota],
    submitted: Iterable[Submission],
    owners: Owners,
    days: Period,
    by: By | None,
    exchanged: Exchanged,
) -> Measures:
    """Those of the period, for the groups of `by` and for the whole.

    An owner has their own quota. A manager, and whoever leads the whole, answers for their own
    quota if they have one, else for what those below them answer for; so does a team. A territory
    has the sum of its owners' quotas. Without any owner's quota the whole has the teams'.
    """
    told = list(quotas)
    along = list(lines(told, owners, days, "owner"))
    answers = _answers(along, owners)
    teams = list(lines(told, owners, days, "team"))
    top: Parts = [
        (None, currency, target)
        for (whose, currency), target in answers.items()
        if owners[whose].manager is None
    ]
    parts = top or [(None, line.currency, _own_or_below(line)) for line in teams]
    match by:
        case "owner":
            own = [line for line in along if line.own is not None]
            parts += [(each.whose, each.currency, _own_or_below(each)) for each in own]
        case "manager":
            parts += [(*each, target) for each, target in answers.items()]
        case "team":
            parts += [(line.whose, line.currency, _own_or_below(line)) for line in teams]
        case "territory":
            some = lines(told, owners, days, "territory")
            parts += [(line.whose, line.currency, _own_or_below(line)) for line in some]
    return Measures(_added(parts, exchanged), _submitted(submitted, owners, days, by, exchanged))


def _own_or_below(line: Line) -> Target:
    found = line.below if line.own is None else line.own
    return Target(found or Decimal(0), line.whole)


def _answers(along: Iterable[Line], owners: Owners) -> dict[tuple[str, str], Target]:
    """What everybody answers for, by who and currency."""
    own = {(line.whose, line.currency): line for line in along}
    currencies = {currency for _, currency in own}
    found: dict[tuple[str, str], Target] = {}
    for _, each in reversed(list(tree(owners))):  # reports come before their managers
        for currency in currencies:
            line = own.get((each.id, currency))
            if line and line.own is not None:
                found[each.id, currency] = Target(line.own, line.whole)
            if each.manager and (each.id, currency) in found:
                above, target = (each.manager, currency), found[each.id, currency]
                found[above] = _plus(found.get(above), target)
    return found


def _plus(one: Target | None, other: Target) -> Target:
    return Target(one.amount + other.amount, one.whole and other.whole) if one else other


def _added(
    parts: Iterable[tuple[str | None, str, Target]], exchanged: Exchanged
) -> dict[Key, Target]:
    found: dict[Key, Target] = {}
    for whose, currency, target in parts:
        amount, into = exchanged(target.amount, currency)
        found[whose, into] = _plus(found.get((whose, into)), target._replace(amount=amount))
    return found


def _submitted(
    submitted: Iterable[Submission],
    owners: Owners,
    days: Period,
    by: By | None,
    exchanged: Exchanged,
) -> dict[Key, Submission]:
    """Those for exactly these days; of the whole, where one person leads it, theirs."""
    leading = [each.id for each in owners.values() if each.manager is None]
    found: dict[Key, Submission] = {}
    for each in submitted:
        if (each.first, each.last) != (days.first, days.last) or each.amount is None:
            continue
        amount, currency = exchanged(each.amount, each.currency)
        wanted: list[str | None] = [each.owner] if by in ("owner", "manager") else []
        for whose in wanted + ([None] if leading == [each.owner] else []):
            before = found.get((whose, currency))
            both = amount + (before.amount or 0) if before else amount  # in other currencies
            found[whose, currency] = each.model_copy(update={"amount": both})
    return found
