"""From what returned each year at the beginning of a period to what does at its end, without a
residual: by customer, so that what a customer moves from one contract to another is no loss.

Of each customer (or, by product, of each customer's contracts of a product) and each currency,
with `s` at the beginning, `e` at the end, and of `e` what clauses of the contracts have added in
the period, which is apart:

    new, returned   e, where s is nothing and there never was anything, or was before
    expansion       what e without its escalation is above s
    contraction     what it is below s, where something is left
    churn           s, where nothing is left

    GRR = (start - contraction - churn) / start, at most 1
    NRR = (start - contraction - churn + expansion) / start

as in pulserevops.com/sales-trainings/q97; that clauses of a contract are no expansion is asked for
at pulserevops.com/knowledge/tag/rev-rec. `nrr_with_escalation` is for who counts them in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from insight.retention.history import Book, History
from insight.statistics.proportions import Share, share

NOTHING: Final = Decimal(0)
LINES: Final = ("new", "returned", "expansion", "escalation", "contraction", "churn")
Sums = dict[str, Decimal]


@dataclass(frozen=True)
class Line:
    """One step of the waterfall: how many customers, and by how much; losses are negative."""

    name: str
    n: int
    amount: Decimal


@dataclass(frozen=True)
class Flow:
    """The waterfall of one currency, and of one group where there are groups.

    The rates are None where nothing was there at the start.
    """

    group: str | None
    currency: str
    start: Line
    lines: tuple[Line, ...]
    end: Line
    grr: float | None
    nrr: float | None
    nrr_with_escalation: float | None


@dataclass(frozen=True)
class Logos:
    """Customers that were there at the start, and which of them still are; whatever their sums."""

    group: str | None
    kept: Share


@dataclass
class _Sum:
    """What one customer has in one currency."""

    start: Decimal = NOTHING
    end: Decimal = NOTHING
    escalated: Decimal = NOTHING
    before: bool = False

    def moves(self) -> Iterable[tuple[str, Decimal]]:
        """The lines it counts in, and by how much."""
        if not self.start:
            yield ("returned" if self.before else "new"), self.end
            return
        if not self.end:
            yield "churn", -self.start
            return
        yield "escalation", self.escalated
        change = self.end - self.escalated - self.start
        yield ("expansion" if change > 0 else "contraction"), change


@dataclass
class _Group:
    sums: dict[str, dict[str, _Sum]] = field(default_factory=dict)

    def of(self, currency: str, account_id: str) -> _Sum:
        return self.sums.setdefault(currency, {}).setdefault(account_id, _Sum())


def flows(book: Book, since: datetime, until: datetime, by: str | None = None) -> list[Flow]:
    """The waterfall from just before `since` to just before `until`, by group and currency."""
    groups: dict[str | None, _Group] = {}
    for history in book.histories:
        _count(groups.setdefault(book.group(history, by), _Group()), history, since, until)
    found = []
    for name in sorted(groups, key=lambda each: (each is None, each or "")):
        group = groups[name]
        for currency in sorted(group.sums):
            sums = [each for each in group.sums[currency].values() if each.start or each.end]
            if sums:
                found.append(_flow(name, currency, sums))
    return found


def unknown(book: Book, since: datetime, until: datetime) -> int:
    """How many contracts that ran at the start or the end have no sum, and so are in no flow."""
    levels = ((each.level(since), each.level(until)) for each in book.histories)
    return sum(any(each and not each.currency for each in both) for both in levels)


def logos(book: Book, since: datetime, until: datetime, by: str | None = None) -> list[Logos]:
    """Of the customers with a contract at the start, who has one at the end."""
    there: dict[str | None, set[str]] = {}
    still: dict[str | None, set[str]] = {}
    for history in book.histories:
        group = book.group(history, by)
        if history.runs(since):
            there.setdefault(group, set()).add(history.account_id)
        if history.runs(until):
            still.setdefault(group, set()).add(history.account_id)
    return [
        Logos(name, share(len(there[name] & still.get(name, set())), len(there[name])))
        for name in sorted(there, key=lambda each: (each is None, each or ""))
    ]


def _count(group: _Group, history: History, since: datetime, until: datetime) -> None:
    first, last = history.level(since), history.level(until)
    for each in history.levels:
        if each.currency and each.amount and each.at < since:
            group.of(each.currency, history.account_id).before = True
    if first and first.currency:
        group.of(first.currency, history.account_id).start += first.amount
    if last and last.currency:
        sum_ = group.of(last.currency, history.account_id)
        sum_.end += last.amount
        grown = sum(
            (
                each.escalated
                for each in history.levels
                if since <= each.at < until and each.currency == last.currency
            ),
            NOTHING,
        )
        sum_.escalated += min(grown, last.amount)


def _flow(group: str | None, currency: str, sums: list[_Sum]) -> Flow:
    amounts, counts = dict.fromkeys(LINES, NOTHING), dict.fromkeys(LINES, 0)
    for each in sums:
        for name, amount in each.moves():
            amounts[name] += amount
            counts[name] += amount != 0
    start = sum((each.start for each in sums), NOTHING)
    kept = start + amounts["contraction"] + amounts["churn"]
    grown = kept + amounts["expansion"]
    return Flow(
        group,
        currency,
        Line("start", sum(each.start > 0 for each in sums), start),
        tuple(Line(name, counts[name], amounts[name]) for name in LINES),
        Line("end", sum(each.end > 0 for each in sums), sum((each.end for each in sums), NOTHING)),
        _rate(kept, start),
        _rate(grown, start),
        _rate(grown + amounts["escalation"], start),
    )


def _rate(part: Decimal, start: Decimal) -> float | None:
    return float(part / start) if start else None
