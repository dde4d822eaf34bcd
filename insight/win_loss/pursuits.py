"""Chains of successors: an opportunity that was reopened is pursued further as another one, and
both are one pursuit."""

from dataclasses import dataclass

import numpy as np

from insight.past import Indexes, Past
from insight.statistics.proportions import Share, share
from insight.win_loss.cases import Cases
from ledger.steps import Kind


@dataclass(frozen=True)
class Attempt:
    """How the attempts of one number fared; `days` is the usual time to a win."""

    attempt: int
    n: int
    won: Share
    days: float | None


@dataclass(frozen=True)
class Pursuits:
    """`won` is of the pursuits whose last attempt has ended: the share in which any was won.
    `first` is the same had nobody tried again. `rescued` were won only after a first end that was
    no win, of all `reopened`."""

    n: int
    open: int
    won: Share
    first: Share
    reopened: int
    rescued: Share
    by_attempt: list[Attempt]


def pursuits(cases: Cases) -> Pursuits:
    """Every pursuit whose last end is in the window. Attempts count by their own end."""
    root = _roots(cases.past)[cases.rows]
    attempt = np.nan_to_num(cases.past.last(Kind.OPENED, cases.as_of)[0][cases.rows], nan=1)
    some, chain = np.unique(root, return_inverse=True)
    size = np.bincount(chain, minlength=some.size)
    open_ = np.bincount(chain, cases.open, some.size) > 0
    ended = np.bincount(chain, cases.ended, some.size) > 0
    won = np.bincount(chain, cases.won, some.size) > 0
    at_first = np.zeros(some.size, bool)
    at_first[chain[cases.won & (attempt == 1)]] = True
    over = ended & ~open_
    again = over & (size > 1)
    return Pursuits(
        n=int((ended | open_).sum()),
        open=int(open_.sum()),
        won=share(int((over & won).sum()), int(over.sum())),
        first=share(int((over & at_first).sum()), int(over.sum())),
        reopened=int(again.sum()),
        rescued=share(int((again & won & ~at_first).sum()), int(again.sum())),
        by_attempt=_by_attempt(cases, attempt.astype(np.intp)),
    )


def _by_attempt(cases: Cases, attempt: Indexes) -> list[Attempt]:
    found = []
    for number in np.unique(attempt[cases.ended]):
        mine = cases.ended & (attempt == number)
        days = cases.days[mine & cases.won]
        won = share(int(days.size), int(mine.sum()))
        usual = float(np.median(days)) if days.size else None
        found.append(Attempt(int(number), int(mine.sum()), won, usual))
    return found


def _roots(past: Past) -> Indexes:
    """For each the first of its chain, as far as the past has it."""
    root = np.arange(len(past))
    before = past.opening["predecessor_id"]
    later = np.flatnonzero(before)
    if later.size:
        place = {id_: i for i, id_ in enumerate(past.ids)}
        for i in later:
            root[i] = place.get(past.texts[before[i]], i)
        while (root != root[root]).any():
            root = root[root]
    return root
