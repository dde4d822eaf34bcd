"""Why it ended as it did: by the coded reasons that were recorded, against which competitors."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from insight.past import OUTCOMES
from insight.statistics.proportions import Share, share
from insight.win_loss.cases import LOST, WON, Cases
from insight.win_loss.particulars import Particulars


@dataclass(frozen=True)
class Reason:
    """A primary reason, how often it was given, and for which part of its outcome."""

    outcome: str
    reason: str
    share: Share


@dataclass(frozen=True)
class Rival:
    """A competitor: in how many that ended it was met, how many of them were won, and how many
    were lost and name it as the winner."""

    name: str
    met: int
    won: Share
    lost_to: int


def reasons(cases: Cases) -> list[Reason]:
    """Every reason of every outcome, the most frequent first."""
    found = []
    for code, outcome in enumerate(OUTCOMES[1:], start=1):
        mine = cases.reason[cases.ended & (cases.outcome == code)]
        which, counts = np.unique(mine, return_counts=True)
        found += [
            Reason(outcome, cases.past.texts[each], share(int(count), int(mine.size)))
            for each, count in zip(which, counts, strict=True)
        ]
    return sorted(found, key=lambda r: (OUTCOMES.index(r.outcome), -r.share.part, r.reason))


def rivals(cases: Cases, particulars: Mapping[str, Particulars]) -> list[Rival]:
    """Every competitor that was met, the most frequent first; the same name is the same one."""
    met: dict[str, list[int]] = {}
    for i in np.flatnonzero(cases.ended):
        told = particulars.get(cases.past.ids[cases.rows[i]])
        if told is None:
            continue
        for name in {*told.competitors, told.winner} - {None}:
            counts = met.setdefault(str(name), [0, 0, 0])
            counts[0] += 1
            counts[1] += cases.outcome[i] == WON
            counts[2] += cases.outcome[i] == LOST and told.winner == name
    found = [Rival(name, n, share(int(won), n), int(lost)) for name, (n, won, lost) in met.items()]
    return sorted(found, key=lambda each: (-each.met, each.name))
