"""Quotas: what an owner or a team is to win in a period. A later one for the same days replaces
the one before; sums never mix currencies."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from sales.calendar import Calendar, Period, period
from sales.drafts import Broken
from sales.entries import Entered, Entry, news
from sales.owner import Owners, tree
from sales.values import Amount, Currency, Id

By = Literal["owner", "team", "territory"]


class SetQuota(Entry):
    """Set the quota of an owner or a team for a period, or take it back with `void`."""

    owner: Id | None = None
    team: Id | None = None
    period: Annotated[str, Field(min_length=1, max_length=40)]
    amount: Amount | None = None
    currency: Currency | None = None
    void: bool = False


class Quota(Entered):
    """One quota. It keeps the days that its period had when it was set."""

    owner: str | None = None
    team: str | None = None
    period: str
    first: date
    last: date
    amount: Decimal | None = None
    currency: str | None = None
    void: bool = False


def quota_id(entry: SetQuota, calendar: Calendar) -> str:
    """Whose quota it is, and for which days: what makes two of them the same. Raises Broken."""
    if (entry.owner is None) == (entry.team is None):
        rule = "required" if entry.owner is None else "surplus"
        raise Broken("owner", rule, "a quota is an owner's or a team's")
    days = period(entry.period, calendar)
    whose = f"owner:{entry.owner}" if entry.owner else f"team:{entry.team}"
    return f"{whose}:{days.first}:{days.last}"


def decide_quota(
    held: Quota | None, entry: SetQuota, calendar: Calendar, owners: Owners
) -> dict[str, Any] | None:
    """What the fact says; nothing where it is so already. Raises Broken."""
    id_ = quota_id(entry, calendar)
    if entry.owner and entry.owner not in owners:
        raise Broken("owner", "unknown_owner", f"nobody knows an owner {entry.owner!r}")
    if entry.team and entry.team not in {each.team for each in owners.values()}:
        raise Broken("team", "unknown_team", f"nobody is in a team {entry.team!r}")
    for name in ("amount", "currency"):
        told = getattr(entry, name) is not None
        if told == entry.void:
            raise Broken(name, "surplus" if told else "required")
    if entry.void and held is None:
        raise Broken("void", "unknown_quota", "there is none to take back")
    label, first, last = period(entry.period, calendar)
    said = {name: value for name, value in entry.said().items() if value is not None}
    days = {"period": label, "first": first.isoformat(), "last": last.isoformat()}
    return news(Quota, held, {**said, "id": id_, **days, "void": entry.void})


class Line(NamedTuple):
    """The quotas of one owner, team or territory in one currency: their own, and the sum of those
    below them. `whole` where nobody's quotas leave a day of the period out."""

    whose: str
    depth: int
    currency: str
    own: Decimal | None
    below: Decimal | None
    whole: bool


@dataclass(slots=True)
class _Sum:
    """Sums by currency, and whether all that went into them covers the period."""

    amounts: dict[str, Decimal] = field(default_factory=dict)
    whole: bool = True

    def add(self, other: "_Sum") -> None:
        for currency, amount in other.amounts.items():
            self.amounts[currency] = self.amounts.get(currency, Decimal(0)) + amount
        self.whole = self.whole and other.whole


def lines(quotas: Iterable[Quota], owners: Owners, days: Period, by: By) -> Iterator[Line]:
    """The quotas of a period, rolled up along managers, teams or territories, as they are now.

    Who has no quota for the period itself has the sum of those that lie in it: the longest first,
    and none that overlap. A longer quota is never divided.
    """
    of_owner, of_team = _by_whose(quotas, days)
    own = {id_: of_owner.get(id_, _Sum()) for id_ in owners}
    if by == "owner":
        yield from _along_managers(own, owners)
        return
    groups = {getattr(each, by) for each in owners.values()}
    for group in sorted(groups - {None}):
        below = _Sum()
        for each in owners.values():
            if getattr(each, by) == group:
                below.add(own[each.id])
        yield from _lines(group, 0, of_team.get(group, _Sum()) if by == "team" else _Sum(), below)


def _along_managers(own: dict[str, _Sum], owners: Owners) -> Iterator[Line]:
    below, order = {id_: _Sum() for id_ in owners}, list(tree(owners))
    for _, each in reversed(order):  # whoever reports to somebody comes before them
        if each.manager:
            below[each.manager].add(own[each.id])
            below[each.manager].add(below[each.id])
    for depth, each in order:
        yield from _lines(each.id, depth, own[each.id], below[each.id])


def _by_whose(quotas: Iterable[Quota], days: Period) -> tuple[dict[str, _Sum], dict[str, _Sum]]:
    """What makes up the period, of each owner and of each team."""
    held: tuple[dict[str, list[Quota]], dict[str, list[Quota]]] = {}, {}
    for each in quotas:
        if not each.void and days.holds(each.first, each.last):
            held[each.owner is None].setdefault(each.owner or each.team or "", []).append(each)
    of_owner, of_team = ({whose: _of(some, days) for whose, some in part.items()} for part in held)
    return of_owner, of_team


def _of(quotas: list[Quota], days: Period) -> _Sum:
    """The longest of one owner's or team's quotas that do not overlap."""
    taken: list[Quota] = []
    for each in sorted(quotas, key=lambda each: (each.first - each.last, each.first)):
        if all(each.last < other.first or other.last < each.first for other in taken):
            taken.append(each)
    found = _Sum()
    for each in taken:
        found.add(_Sum({each.currency or "": each.amount or Decimal(0)}))
    found.whole = sum((each.last - each.first).days + 1 for each in taken) == days.days
    return found


def _lines(whose: str, depth: int, own: _Sum, below: _Sum) -> Iterator[Line]:
    for currency in sorted(own.amounts.keys() | below.amounts.keys()):
        sums = own.amounts.get(currency), below.amounts.get(currency)
        yield Line(whose, depth, currency, *sums, own.whole and below.whole)
