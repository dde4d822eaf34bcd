"""All opportunities as columns, and what was known of them at any instant.

Made from the traces of a ledger, or from journals. Instants are seconds since 1970 in UTC; a text
is a code into `Past.texts`, where code 0 is the empty text; what was never said is NaN.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ledger.steps import ENDS, Kind
from sales.process import Process

Dates = NDArray[np.datetime64]
Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Indexes = NDArray[np.intp]
Mask = NDArray[np.bool_]

OUTCOMES: Final = ("open", *ENDS)
"""What `Past.outcome` counts through: 0 is open, 1 won, 2 lost, 3 expired, 4 withdrawn."""


class Steps(NamedTuple):
    """Every step of one kind, opportunity by opportunity in the order of the journals; what was put
    right follows somewhere behind what it replaces.

    `who` is the index of the opportunity. A step counts at an instant from `known` to `until`,
    which is infinite unless it was corrected.
    """

    who: Indexes
    at: Floats
    value: Floats
    known: Floats
    until: Floats

    def by(self, instant: float) -> "Steps":
        """Those that counted at the instant."""
        return self.pick((self.known <= instant) & (self.until > instant))

    def pick(self, which: Mask | Indexes) -> "Steps":
        """Some of them."""
        who, at, value, known, until = self
        return Steps(who[which], at[which], value[which], known[which], until[which])


@dataclass(frozen=True)
class Past:
    """Opportunities by index, `ids` in no promised order, and the steps of their journals.

    `opening` has what was said at the opening, by the names of `ledger.steps.OPENING`, as codes.
    `processes` are the definitions by name and version, `holidays` the days on which nobody works,
    in order.
    """

    ids: list[str]
    texts: list[str]
    opening: Mapping[str, Codes]
    steps: Mapping[Kind, Steps]
    processes: Mapping[tuple[str, int], Process] = field(default_factory=dict)
    holidays: Dates = field(default_factory=lambda: np.zeros(0, "datetime64[D]"))

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def opened(self) -> Floats:
        """When each began in the business."""
        return self._first(Kind.OPENED).at

    @cached_property
    def known(self) -> Floats:
        """When each could first be known."""
        return self._first(Kind.OPENED).known

    @cached_property
    def outcome(self) -> NDArray[np.int8]:
        """How each ended in the end, as an index of OUTCOMES."""
        found = np.zeros(len(self), np.int8)
        for code, kind in enumerate(ENDS.values(), start=1):
            found[self.steps[kind].who] = code
        return found

    @cached_property
    def closed(self) -> Floats:
        """When each ended, infinite for what is open."""
        return self._ends("at")

    @cached_property
    def closed_known(self) -> Floats:
        """When its end could be known, infinite for what is open."""
        return self._ends("known")

    def at(self, instant: float) -> "View":
        """What was known at that instant."""
        return View(self, instant)

    def last(self, kind: Kind, instant: float) -> tuple[Floats, Floats]:
        """The value of each one's last step of a kind that counted at the instant, and when it
        happened; NaN where there is none."""
        steps = self.steps[kind].by(instant)
        value, at = np.full(len(self), np.nan), np.full(len(self), np.nan)
        value[steps.who], at[steps.who] = steps.value, steps.at  # of many, the last one stays
        return value, at

    def word(self, name: str, instant: float) -> Codes:
        """A text of the opening as it was known at the instant, such as the owner."""
        kind = Kind.__members__.get(name.upper())
        found = self.opening[name]
        if kind is None or not len(self.steps[kind].who):
            return found
        value, _ = self.last(kind, instant)
        return np.where(np.isnan(value), found, value).astype(np.int32)

    def _first(self, kind: Kind) -> Steps:
        """One step for each opportunity."""
        steps = self.steps[kind]
        first = np.unique(steps.who, return_index=True)[1]
        return steps.pick(first)

    def _ends(self, what: str) -> Floats:
        found = np.full(len(self), np.inf)
        for kind in ENDS.values():
            found[self.steps[kind].who] = getattr(self.steps[kind], what)
        return found


class View:
    """What was known at `instant`. Its columns are about the opportunities that were open then, in
    the order of `rows`, their indexes in the past."""

    def __init__(self, past: Past, instant: float) -> None:
        self.past, self.instant = past, instant
        known = (past.known <= instant) & (past.opened <= instant)
        self.ended: Mask = known & (past.closed_known <= instant)
        """For every opportunity of the past whether it had ended."""
        self.rows: Indexes = np.flatnonzero(known & ~self.ended)

    def __len__(self) -> int:
        return len(self.rows)

    def word(self, name: str) -> Codes:
        """A text of the opening as it stood: owner, team, segment, product, territory, ..."""
        return self.past.word(name, self.instant)[self.rows]

    def last(self, kind: Kind) -> tuple[Floats, Floats]:
        """The last step of a kind: its value, and when it happened."""
        value, at = self.past.last(kind, self.instant)
        return value[self.rows], at[self.rows]

    def count(self, kind: Kind) -> NDArray[np.int64]:
        """How many steps of a kind there were."""
        who = self.past.steps[kind].by(self.instant).who
        return np.bincount(who, minlength=len(self.past))[self.rows]

    def total(self, kind: Kind) -> Floats:
        """The sum of the values of a kind."""
        steps = self.past.steps[kind].by(self.instant)
        summed = np.bincount(steps.who, steps.value, len(self.past)).astype(np.float64)
        return summed[self.rows]

    @cached_property
    def opened(self) -> Floats:
        """When each began."""
        return self.past.opened[self.rows]

    @cached_property
    def stage(self) -> Codes:
        """The stage each was in."""
        return np.nan_to_num(self.last(Kind.STAGE)[0]).astype(np.int32)

    @cached_property
    def entered(self) -> Floats:
        """When it entered that stage."""
        return self.last(Kind.STAGE)[1]

    @cached_property
    def amount(self) -> Floats:
        """The amount in its own currency."""
        return self.last(Kind.AMOUNT)[0]

    @cached_property
    def heard(self) -> Floats:
        """When the buyer spoke last; NaN if never."""
        steps = self.past.steps[Kind.BUYER].by(self.instant)
        found = np.full(len(self.past), -np.inf)
        np.maximum.at(found, steps.who, steps.at)
        return np.where(np.isinf(found), np.nan, found)[self.rows]
