"""The bridge from one pipeline to another: what came, what went, what changed, and nothing left.

Each opportunity walks from how it stood before to how it stands after in steps, always in this
order: its group changes, its date moves, its currency is valued anew, its amount changes, it ends.
Every step is the difference of two values, so they add up to the whole difference; that they do is
checked against the pipeline after, which is counted by itself.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np

from insight.past import OUTCOMES, Floats, Indexes, Mask
from insight.pipeline import Objects, Pipeline, decimal_of

LINES: Final = (
    *("new", "reopened", "moved_in", "moved_out", "pulled_in", "pushed_in"),
    *("pulled_out", "pushed_out", "currency", "increased", "decreased"),
    *(*OUTCOMES[1:], "taken_back"),
)
"""In this order they are told.

`pulled_in` and `pushed_out` are dates that moved from behind the period into it and the other way,
`pushed_in` and `pulled_out` the same with what lies before it. `moved_in` and `moved_out` are
changes of the group, such as another owner. `currency` is what rates or another currency made of
it. `taken_back` was an import that has been undone.
"""


class Line(NamedTuple):
    """What one kind of step brought, by how many opportunities."""

    name: str
    n: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Bridge:
    """Of one group, in one currency (None where no sum was ever said): the pipeline before, the
    lines that are not empty, the pipeline after."""

    group: str | None
    currency: str | None
    opening: Line
    lines: tuple[Line, ...]
    closing: Line


Value = Callable[[Pipeline, Indexes], tuple[Objects, Objects]]
"""What the sums of some opportunities of a pipeline are worth, and in which currency."""


def own(pipeline: Pipeline, rows: Indexes) -> tuple[Objects, Objects]:
    """Each in its own currency."""
    return pipeline.units[rows], pipeline.words["currency"][rows]


class Unbalanced(ArithmeticError):
    """A bridge that leaves a residual, which none can."""


def bridge(
    before: Pipeline,
    after: Pipeline,
    days: tuple[int, int] | None = None,
    by: str | None = None,
    worth: Value = own,
) -> list[Bridge]:
    """One bridge for each group and currency. `days` are the first and the last of the period
    whose pipeline it is, which are all if it is None; `by` is one of `insight.pipeline.GROUPS`.

    `after` has to hold what ended since `before`. Raises Unbalanced, never.
    """
    sums = _Sums(by)
    for pipeline, total in ((before, sums.opening), (after, sums.closing)):
        rows = np.flatnonzero((pipeline.outcome == 0) & _within(pipeline, days))
        value, currency = worth(pipeline, rows)
        sums.add(total, sums.groups(pipeline, rows), currency, value, 1)
    for step in _steps(_Pair(before, after), days, by, worth):
        sums.take(step)
    return sums.bridges()


class Step(NamedTuple):
    """What happened to some opportunities: under which line, in the pipeline that names their
    groups, what it brought in which currency, and by how many it moved their number."""

    line: str
    pipeline: Pipeline
    rows: Indexes
    value: Objects
    currency: Objects
    moved: int = 0


class _Pair:
    """Two pipelines beside each other: of each opportunity the rows, those that stay first."""

    def __init__(self, before: Pipeline, after: Pipeline) -> None:
        self.before, self.after = before, after
        place = {id_: i for i, id_ in enumerate(after.ids)}
        found = np.fromiter((place.get(id_, -1) for id_ in before.ids), np.intp, len(before))
        open_ = before.outcome == 0
        self.stayed = np.flatnonzero(open_ & (found >= 0))
        self.stayed_after = found[self.stayed]
        self.gone = np.flatnonzero(open_ & (found < 0))
        over = found[(found >= 0) & ~open_]
        come = np.ones(len(after), np.bool_)
        come[self.stayed_after] = False
        come[over[after.outcome[over] > 0]] = False  # had ended before, and still has
        self.come = np.flatnonzero(come)


def _steps(
    pair: _Pair, days: tuple[int, int] | None, by: str | None, worth: Value
) -> Iterator[Step]:
    before, after = pair.before, pair.after
    was, is_ = _within(before, days), _within(after, days)

    come = pair.come[is_[pair.come]]
    for again, line in ((False, "new"), (True, "reopened")):
        rows = come[after.reopened[come] == again]
        yield Step(line, after, rows, *worth(after, rows), 1)
    gone = pair.gone[was[pair.gone]]
    value, currency = worth(before, gone)
    yield Step("taken_back", before, gone, -value, currency, -1)

    old, new = pair.stayed, pair.stayed_after
    value, currency = worth(before, old)
    if by:
        there = was[old] & (before.words[by][old] != after.words[by][new])
        yield Step("moved_out", before, old[there], -value[there], currency[there], -1)
        yield Step("moved_in", after, new[there], value[there], currency[there], 1)
    for line, which, sign in _moves(before.day[old], after.day[new], days):
        yield Step(line, after, new[which], sign * value[which], currency[which], sign)

    there = is_[new]
    yield from _revalued(pair, there, worth)
    for code, name in enumerate(OUTCOMES[1:], start=1):
        rows = np.concatenate([come, new[there]])
        rows = rows[after.outcome[rows] == code]
        value, currency = worth(after, rows)
        yield Step(name, after, rows, -value, currency, -1)


def _revalued(pair: _Pair, there: Mask, worth: Value) -> Iterator[Step]:
    """First the same sum by the rates of after, then the sum of after by the same rates."""
    before, after = pair.before, pair.after
    old, new = pair.stayed[there], pair.stayed_after[there]
    was, currency = worth(before, old)
    now, currency_now = worth(after, new)
    # An end can bring another currency as well; then there is no telling the two apart.
    same = before.words["currency"][old] == after.words["currency"][new]
    between = now.copy()
    kept = after.pick(new[same])
    kept.units[:] = before.units[old[same]]
    between[same] = worth(kept, np.arange(len(kept)))[0]
    away = currency != currency_now
    yield Step("currency", after, new[away], -was[away], currency[away], -1)
    yield Step("currency", after, new[away], now[away], currency_now[away], 1)
    other = ~away & (between != was)
    yield Step("currency", after, new[other], (between - was)[other], currency[other])
    change = now - between
    for line, which in (("increased", change > 0), ("decreased", change < 0)):
        which = which.astype(np.bool_)
        yield Step(line, after, new[which], change[which], currency_now[which])


def _within(pipeline: Pipeline, days: tuple[int, int] | None) -> Mask:
    if days is None:
        return np.ones(len(pipeline), np.bool_)
    return (pipeline.day >= days[0]) & (pipeline.day <= days[1])


def _moves(
    was: Floats, is_: Floats, days: tuple[int, int] | None
) -> Iterator[tuple[str, Mask, int]]:
    """Dates that came into the period, and dates that left it."""
    if days is None:
        return
    first, last = days
    inside, inside_now = (was >= first) & (was <= last), (is_ >= first) & (is_ <= last)
    yield "pulled_in", (was > last) & inside_now, 1
    yield "pushed_in", (was < first) & inside_now, 1
    yield "pushed_out", inside & (is_ > last), -1
    yield "pulled_out", inside & (is_ < first), -1


Key = tuple[str, str]


@dataclass(slots=True)
class _Total:
    """`n` were concerned, `units` came, and their number moved by `moved`."""

    n: int = 0
    units: int = 0
    moved: int = 0

    def line(self, name: str) -> Line:
        return Line(name, self.n, decimal_of(self.units))


@dataclass(slots=True)
class _Sums:
    """Everything by group and currency."""

    by: str | None
    opening: dict[Key, _Total] = field(default_factory=dict)
    closing: dict[Key, _Total] = field(default_factory=dict)
    lines: dict[str, dict[Key, _Total]] = field(default_factory=dict)

    def groups(self, pipeline: Pipeline, rows: Indexes) -> Objects:
        if self.by is None:
            return np.full(len(rows), "", object)
        return pipeline.words[self.by][rows]

    def take(self, step: Step) -> None:
        groups, value, currency = self.groups(step.pipeline, step.rows), step.value, step.currency
        self.add(self.lines.setdefault(step.line, {}), groups, currency, value, step.moved)

    def add(
        self,
        totals: dict[Key, _Total],
        groups: Objects,
        currencies: Objects,
        units: Objects,
        moved: int,
    ) -> None:
        for group, currency, each in zip(groups, currencies, units, strict=True):
            total = totals.setdefault((group, currency), _Total())
            total.n += 1
            total.units += each
            total.moved += moved

    def bridges(self) -> list[Bridge]:
        keys = {*self.opening, *self.closing, *(k for line in self.lines.values() for k in line)}
        return [self._bridge(key) for key in sorted(keys)]

    def _bridge(self, key: Key) -> Bridge:
        nothing = _Total()
        opening, closing = self.opening.get(key, nothing), self.closing.get(key, nothing)
        told = {name: line for name in LINES if (line := self._line(name, key))}
        if (
            opening.units + sum(each.units for each in told.values()) != closing.units
            or opening.n + sum(each.moved for each in told.values()) != closing.n
        ):
            raise Unbalanced(f"{key}: {opening} and {told} are not {closing}")
        return Bridge(
            *(None if self.by is None else key[0], key[1] or None, opening.line("opening")),
            tuple(each.line(name) for name, each in told.items()),
            closing.line("closing"),
        )

    def _line(self, name: str, key: Key) -> _Total | None:
        lines: Mapping[Key, _Total] = self.lines.get(name, {})
        return lines.get(key)
