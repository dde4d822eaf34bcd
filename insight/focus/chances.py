"""Who says how likely a win is, and what the process says of where each one stands."""

from datetime import datetime
from typing import Protocol

from insight.limits.curve import latest
from insight.past import Floats, View
from sales.process import Process, Stage


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
