"""All scores of all snapshots, as of an instant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Final

from insight.accuracy.came import Came, Scored, periods_of
from insight.accuracy.chances import Chances, ChanceScore
from insight.accuracy.conversions import Conversion, Conversions
from insight.accuracy.revenue import Revenue, RevenueScore
from insight.reading import past_of
from insight.snapshots.items import read
from ledger.ledger import Ledger

GROUPS: Final = (
    *("owner", "team", "territory", "segment", "product"),
    *("process", "stage", "category", "judged_by"),
)
"""What scores can be told by: each opportunity as it stood in the snapshot."""

INDEPENDENT: Final = "snapshots of the same one overlap, so only the periods count as independent."
AFTERWARDS: Final = "of what was known at their instant, by the model of the day of taking."
UNDONE: Final = "the import that brought what a snapshot holds was undone."


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How good forecasts were. `snapshots` is how many there are as of the instant, `scored` how
    many of their periods are over and `waiting` how many are not, `gone` how many opportunities
    could not be scored, for their import was undone."""

    as_of: datetime
    by: str | None
    snapshots: int
    scored: int
    waiting: int
    gone: int
    chances: list[ChanceScore]
    revenue: list[RevenueScore]
    conversions: list[Conversion]
    notes: list[str]


def accuracy(ledger: Ledger, as_of: datetime, by: str | None = None) -> Accuracy:
    """Score every snapshot of an instant before, for each of its periods that is over; `by` is one
    of GROUPS."""
    taken = [kept for kept in ledger.snapshots() if kept.as_of <= as_of]
    spoken = [scored for kept in taken for scored in periods_of(kept)]
    over = [each for each in spoken if each.until < as_of.timestamp()]
    waiting = [each for each in spoken if each.until >= as_of.timestamp()]
    scores = _Scores(ledger, as_of, by)
    for name, some in groupby(over, lambda each: each.kept.name):
        scores.take(name, list(some))
    return Accuracy(
        *(as_of, by, len(taken), len(over), len(waiting), len(scores.gone)),
        *(scores.chances.scores(), scores.revenue.scores(), scores.conversions.found()),
        notes=list(_notes(over, waiting, len(scores.gone))),
    )


class _Scores:
    """Everything that is scored, snapshot by snapshot, so that only one is in memory."""

    def __init__(self, ledger: Ledger, as_of: datetime, by: str | None) -> None:
        self.chances, self.revenue, self.conversions = Chances(by), Revenue(by), Conversions(by)
        self.gone: set[str] = set()
        self._ledger, self._as_of = ledger, as_of

    @cached_property
    def _came(self) -> Came:
        return Came(past_of(self._ledger), self._as_of)

    def take(self, name: str, over: list[Scored]) -> None:
        """One snapshot, and its periods that are over."""
        kept = self._ledger.snapshot(name)
        assert kept, "snapshots are never deleted"
        columns = read(kept.items)
        rows = self._came.rows(columns["opportunity"])
        self.gone.update(columns["opportunity"][rows < 0])
        for scored in over:
            deals = scored.deals(columns, rows, self._came)
            self.chances.take(scored, deals)
            self.revenue.take(scored, deals, self._came)
            self.conversions.take(scored, deals)


def _notes(over: list[Scored], waiting: list[Scored], gone: int) -> Iterator[str]:
    """What somebody has to know who reads only the figures."""
    if not over and not waiting:
        yield "No snapshot was taken yet: a worker takes one a day, `closeline snapshot take` now."
    elif not over:
        first = min(waiting, key=lambda each: each.until).period
        yield f"No period is over yet: the first of them, {first.label}, ends on {first.last}."
    else:
        periods = len({each.period.label for each in over})
        yield f"{_many(periods, 'period is', 'periods are')} over: {INDEPENDENT}"
    later = len({each.kept.name for each in over if each.kept.retroactive})
    if later:
        yield f"{_many(later, 'snapshot was', 'snapshots were')} taken afterwards: {AFTERWARDS}"
    if gone:
        yield f"{_many(gone, 'opportunity is', 'opportunities are')} left out: {UNDONE}"


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"
