"""Who says how likely a win is: a learned forecast, or the process's own stage probabilities."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import numpy as np

from insight.limits.curve import latest
from insight.past import Floats, View
from sales.process import Process, Stage

BY_STAGE: Final = "stage probabilities of the process"


class Told(Protocol):
    """Of each open opportunity the chance to be won, and on what that rests."""

    @property
    def p_won(self) -> Floats:
        """In the order of the view's rows."""
        ...

    @property
    def basis(self) -> str:
        """In words."""
        ...

    @property
    def ends(self) -> tuple[int, int]:
        """How many ends were learned from: wins, and others."""
        ...


class Forecaster(Protocol):
    """Whoever can tell the chances of what a view shows."""

    def chances(self, view: View, until: datetime) -> Told:
        """The chances to be won by that instant."""
        ...


@dataclass(frozen=True)
class ByStage:
    """What the process says of its stages: chances to be won at all."""

    p_won: Floats
    basis: str = BY_STAGE
    ends: tuple[int, int] = (0, 0)


class StageProbabilities:
    """The forecaster of who has no history: it knows no dates, so `until` changes nothing."""

    def chances(self, view: View, until: datetime) -> ByStage:
        """The probability of each one's stage; of what is in no known stage 0."""
        found = stages_of(view)
        return ByStage(np.array([stage.probability if stage else 0.0 for _, stage in found]))


def stages_of(view: View) -> list[tuple[Process | None, Stage | None]]:
    """The process and the stage of each, by the newest definition."""
    texts = view.past.texts
    by_name = {process.name: process for process in latest(view.past)}
    codes = view.past.opening["process"][view.rows].tolist()
    known: dict[tuple[int, int], tuple[Process | None, Stage | None]] = {}
    found = []
    for key in zip(codes, view.stage.tolist(), strict=True):
        if key not in known:
            process = by_name.get(texts[key[0]])
            known[key] = process, process.stage(texts[key[1]]) if process else None
        found.append(known[key])
    return found
