"""The scores of probabilities: what was said of each opportunity beside what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from insight import scoring
from insight.accuracy.came import Deals, Scored
from insight.past import Floats, Mask
from insight.scoring import Bin

ALL: Final = "all"
REFERENCE: Final = "global_rate"
"""What skill is measured against."""


@dataclass(frozen=True, slots=True)
class ChanceScore:
    """The chances that one forecaster gave: `n` of them, of opportunities in so many snapshots and
    periods, of which `won` came true. An opportunity counts once in each snapshot, so they are not
    independent. `skill` is the share of the Brier score of the global rate that is avoided."""

    forecaster: str
    horizon: str
    group: str | None
    snapshots: int
    periods: int
    n: int
    won: int
    said: float
    came: float
    brier: float | None
    skill: float | None
    log_loss: float | None
    auc: float | None
    ece: float | None
    calibration: tuple[Bin, ...]


class _Part(NamedTuple):
    """The opportunities of one group in one snapshot, for one period."""

    snapshot: str
    period: str
    won: Mask
    chances: dict[str, Floats]


class Chances:
    """Takes what came, snapshot by snapshot, and scores it."""

    def __init__(self, by: str | None) -> None:
        self._by = by
        self._parts: dict[tuple[str | None, str], list[_Part]] = {}

    def take(self, scored: Scored, deals: Deals) -> None:
        """One snapshot and one of its periods."""
        for group, rows in grouped(deals, self._by):
            chances = {name: some[rows] for name, some in deals.chances.items()}
            part = _Part(scored.kept.name, scored.period.label, deals.won[rows], chances)
            for horizon in (scored.horizon, ALL):
                self._parts.setdefault((group, horizon), []).append(part)

    def scores(self) -> list[ChanceScore]:
        """By group, horizon and forecaster."""
        return [
            score
            for (group, horizon), parts in sorted(self._parts.items(), key=lambda each: str(each))
            for score in _scores(group, horizon, parts)
        ]


def grouped(deals: Deals, by: str | None) -> Iterator[tuple[str | None, NDArray[np.intp]]]:
    """The opportunities of each group; all of them, where none are asked for."""
    if by is None:
        yield None, np.arange(len(deals.won))
        return
    names, which = np.unique(deals.columns[by].astype(str), return_inverse=True)
    for i, name in enumerate(names):
        yield str(name), np.flatnonzero(which == i)


def _scores(group: str | None, horizon: str, parts: list[_Part]) -> Iterator[ChanceScore]:
    names = dict.fromkeys(name for part in parts for name in part.chances)
    for name in names:
        some = [part for part in parts if name in part.chances]
        won = np.concatenate([part.won for part in some])
        said = np.concatenate([part.chances[name] for part in some])
        if not len(won):
            continue
        yield ChanceScore(
            *(name, horizon, group),
            snapshots=len({part.snapshot for part in some}),
            periods=len({part.period for part in some}),
            n=len(won),
            won=int(won.sum()),
            said=float(said.mean()),
            came=float(won.mean()),
            **_measured(said, won, _reference(some)),
        )


def _measured(said: Floats, won: Mask, reference: float | None) -> dict[str, Any]:
    brier = scoring.brier(said, won)
    return {
        "brier": brier,
        "skill": scoring.skill(brier, reference),
        "log_loss": scoring.log_loss(said, won),
        "auc": scoring.auc(said, won),
        "ece": scoring.ece(said, won),
        "calibration": tuple(scoring.calibration(said, won)),
    }


def _reference(parts: list[_Part]) -> float | None:
    """The Brier score of the global rate on the same opportunities, where it was said of all."""
    if not all(REFERENCE in part.chances for part in parts):
        return None
    said = np.concatenate([part.chances[REFERENCE] for part in parts])
    return scoring.brier(said, np.concatenate([part.won for part in parts]))
