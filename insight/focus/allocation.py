"""Who works on what: opportunities given to owners within the hours that each has.

By default greedy: the pair of opportunity and owner that brings most per hour comes first, then
whatever fits is put in and swapped in where that brings more. No exact solver is needed for that:
the bound of the linear program, in which work may be shared, says how much is left to be had, and
its dual prices what an hour of each owner is worth (G. B. Dantzig, Operations Research 5, 1957).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from insight.past import Floats, Indexes

NOBODY: Final = -1
NEAR: Final = 20
"""How many of those left over are tried in the place of one that was given."""
LEAST: Final = 1e-6
"""Hours; less is nothing."""


@dataclass(frozen=True)
class Pairs:
    """Which owner may work on which opportunity: pair by pair the opportunity, the owner and what
    it is expected to bring."""

    what: Indexes
    whom: Indexes
    value: Floats


@dataclass(frozen=True)
class Bound:
    """No allocation brings more than `value`, even if work could be shared; `prices` is what one
    more hour of each owner would bring."""

    value: float
    prices: Floats


def greedy(pairs: Pairs, hours: Floats, capacity: Floats) -> Indexes:
    """To whom each opportunity goes, or to NOBODY: each to one at most, and whole."""
    needed = hours[pairs.what]
    order = np.argsort(-pairs.value / needed, kind="stable")
    owner, left = [NOBODY] * len(hours), capacity.tolist()
    found = zip(
        pairs.what[order].tolist(),
        pairs.whom[order].tolist(),
        needed[order].tolist(),
        strict=True,
    )
    for what, whom, hour in found:
        if owner[what] < 0 and hour <= left[whom]:
            owner[what] = whom
            left[whom] -= hour
    given = np.array(owner, np.intp)
    _swap(pairs, hours, given, np.array(left), order)
    return given


def _swap(pairs: Pairs, hours: Floats, given: Indexes, left: Floats, order: Indexes) -> None:
    """Owner by owner, put one that is left over in the place of one that was given, as long as
    that brings more and fits; the best such swap comes first."""
    by_owner = order[np.argsort(pairs.whom[order], kind="stable")]
    edges = np.searchsorted(pairs.whom[by_owner], np.arange(len(left) + 1))
    for whom in range(len(left)):
        own = by_owner[edges[whom] : edges[whom + 1]]
        mine = given[pairs.what[own]] == whom
        held, free = own[mine], own[given[pairs.what[own]] == NOBODY][:NEAR]
        held_value, held_hours = pairs.value[held], hours[pairs.what[held]]
        free_value, free_hours = pairs.value[free], hours[pairs.what[free]]
        while len(held) and len(free):
            gain = free_value - held_value[:, None]
            gain[free_hours - held_hours[:, None] > left[whom]] = 0.0
            out, came = divmod(int(gain.argmax()), len(free))
            if gain[out, came] <= 0:
                break
            left[whom] += held_hours[out] - free_hours[came]
            given[pairs.what[held[out]]], given[pairs.what[free[came]]] = NOBODY, whom
            for one, other in ((held, free), (held_value, free_value), (held_hours, free_hours)):
                one[out], other[came] = other[came], one[out]


def brought(pairs: Pairs, given: Indexes) -> float:
    """What an allocation is expected to bring."""
    return float(pairs.value[given[pairs.what] == pairs.whom].sum())


def divided(pairs: Pairs, hours: Floats, capacity: Floats) -> tuple[Indexes, Floats]:
    """The same where work may be begun and go on later: to whom each goes, to one at most, and how
    many hours it gets. The better of two: what fits as a whole and then a part of the best that is
    left over; or the best first, in part where it does not fit."""
    nobody = np.full(len(hours), NOBODY, np.intp)
    some = (_begun(pairs, hours, capacity, one) for one in (greedy(pairs, hours, capacity), nobody))
    return max(some, key=lambda each: partly(pairs, hours, *each))


def _begun(pairs: Pairs, hours: Floats, capacity: Floats, given: Indexes) -> tuple[Indexes, Floats]:
    """What is left of everybody's hours goes to the best that is left over."""
    owner, spent = given.copy(), np.where(given != NOBODY, hours, 0.0)
    left = capacity - np.bincount(given[given != NOBODY], spent[given != NOBODY], len(capacity))
    some = np.flatnonzero((given[pairs.what] == NOBODY) & (left[pairs.whom] > LEAST))
    density = pairs.value[some] / hours[pairs.what[some]]
    for pair in some[np.argsort(-density, kind="stable")].tolist():
        what, whom = int(pairs.what[pair]), int(pairs.whom[pair])
        if owner[what] == NOBODY and left[whom] > LEAST:
            owner[what], spent[what] = whom, min(hours[what], left[whom])
            left[whom] -= spent[what]
    return owner, spent


def partly(pairs: Pairs, hours: Floats, owner: Indexes, spent: Floats) -> float:
    """What hours so spent are expected to bring."""
    mine = owner[pairs.what] == pairs.whom
    what = pairs.what[mine]
    return float((pairs.value[mine] * spent[what] / hours[what]).sum())


def bound(pairs: Pairs, hours: Floats, capacity: Floats) -> Bound:
    """The linear program, by HiGHS."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix, vstack

    count = np.arange(len(pairs.value))
    once = csr_matrix((np.ones(len(count)), (pairs.what, count)), (len(hours), len(count)))
    worked = (hours[pairs.what], (pairs.whom, count))
    within = csr_matrix(worked, (len(capacity), len(count)))
    limits = np.concatenate([np.ones(len(hours)), capacity])
    found = linprog(-pairs.value, vstack([once, within]), limits, bounds=(0, 1), method="highs")
    if not found.success:
        raise ArithmeticError(f"HiGHS found no solution: {found.message}")
    return Bound(-float(found.fun), -np.asarray(found.ineqlin.marginals[len(hours) :]))
