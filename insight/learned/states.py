"""The states of the chain: which stage, whether come back to, and how late it was reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from insight.past import Codes, Floats, Indexes, Mask, Past, Steps
from ledger.steps import Kind

PACES: Final = 3
"""Into how many equal parts those who enter a stage are cut, by how long they took to get there."""
ENOUGH: Final = 100
"""So many must have entered for each part."""
UNKNOWN: Final = -1
"""The state of a stage that nobody has learned of."""

Place = tuple[str, str, bool]
"""A process, a stage of it, and whether the opportunity had come back from a later one before."""


class Entries(NamedTuple):
    """Of steps into stages: the `places` that were entered, `which` of them each step entered, and
    the `age` of the opportunity then, in seconds."""

    places: list[Place]
    which: Indexes
    age: Floats


@dataclass(frozen=True)
class States:
    """All places and paces that were seen. What made an opportunity slow to get somewhere has not
    gone away when it is there, so each pace of a place is a state of its own.

    `late` has, for each place, the ages beyond which the next pace begins.
    """

    places: Mapping[Place, int]
    late: tuple[Floats, ...]

    @staticmethod
    def seen(entries: Entries) -> "States":
        """The states that were entered."""
        count = len(entries.places)
        order = np.argsort(entries.which, kind="stable")
        ends = np.cumsum(np.bincount(entries.which, minlength=count))
        late = tuple(_cuts(entries.age[some]) for some in np.split(order, ends)[:count])
        return States({place: i for i, place in enumerate(entries.places)}, late)

    def __len__(self) -> int:
        return len(self.place)

    @cached_property
    def place(self) -> Indexes:
        """The number of the place of each state."""
        return np.repeat(np.arange(len(self.late)), [len(cuts) + 1 for cuts in self.late])

    def of(self, entries: Entries) -> Indexes:
        """The state that each step entered, or UNKNOWN."""
        found = np.full(len(entries.which), UNKNOWN)
        for i, place in enumerate(entries.places):
            number = self.places.get(place)
            if number is not None:
                some = np.flatnonzero(entries.which == i)
                pace = np.searchsorted(self.late[number], entries.age[some])
                found[some] = np.searchsorted(self.place, number) + pace
        return found


def _cuts(age: Floats) -> Floats:
    """Where those ages are cut into parts; into fewer where they are few, or many are the same."""
    parts = min(PACES, len(age) // ENOUGH)
    if parts < 2:
        return np.zeros(0)
    cuts = np.unique(np.quantile(age, np.linspace(0, 1, parts + 1)[1:-1]))
    return np.asarray(cuts[cuts < age.max()])


def entries(past: Past, steps: Steps) -> Entries:
    """What those steps into stages entered."""
    process: Codes = past.opening["process"][steps.who]
    flat = process.astype(np.int64) * len(past.texts) + steps.value.astype(np.int64)
    codes, which = np.unique(flat * 2 + _returned(past, steps), return_inverse=True)
    places = []
    for code in codes:
        pair, returned = divmod(int(code), 2)
        name, stage = divmod(pair, len(past.texts))
        places.append((past.texts[name], past.texts[stage], bool(returned)))
    return Entries(places, which.ravel(), steps.at - past.opened[steps.who])


def _returned(past: Past, steps: Steps) -> Mask:
    """Whether a step back had come by then; the step back itself is one of them."""
    back = past.steps[Kind.BACK]
    first = np.full(len(past), np.inf)
    np.minimum.at(first, back.who, back.at)
    found: Mask = first[steps.who] <= steps.at
    return found
