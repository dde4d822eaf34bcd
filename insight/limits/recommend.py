"""The limit that a tolerance implies: close when fewer than so many still win."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from insight.limits.curve import Curve, Learned, Point, enough
from insight.spells import ClockName
from sales.process import Process

Verdict = Literal["limit", "keep", "not_enough"]
"""A limit was found; so many win as far as can be seen; or there are too few to say."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Recommended:
    """Where one clock should end an opportunity, its grace included.

    `today` is where the process ends it now. `days` is the first day on which the chance still to
    win lies below the tolerance. `point` is that day or, where there is none, the last one that
    enough have reached; None where nobody has.
    """

    process: str
    clock: ClockName
    stage: str | None
    today: float | None
    days: int | None
    verdict: Verdict
    needed: int
    point: Point | None

    @property
    def why(self) -> str:
        """The verdict in words."""
        if self.point is None or self.verdict == "not_enough":
            n = self.point.n if self.point else 0
            return f"not enough to say: {n} have come here, {self.needed} are needed"
        chance = f"{self.point.chance:.1%} ({self.point.low:.1%} to {self.point.high:.1%})"
        said = f"of {self.point.n:,} that reach day {self.point.days}, {chance} still win"
        return said if self.verdict == "limit" else f"no limit: {said}, and fewer come further"


@dataclass(frozen=True)
class Pushable:
    """How often a close date may be pushed: `times` is the most, None where no number of pushes
    that enough were given brings the chance below the tolerance."""

    process: str
    today: int
    times: int | None


def recommend(learned: Learned, tolerance: float) -> list[Recommended]:
    """For each stage of the process, and for the buyer's silence in all of them."""
    return [
        _recommended(learned.process, curve, tolerance)
        for curve in learned.curves
        if (curve.stage is None) == (curve.clock == "buyer_silence")
        and (curve.stage is None or learned.process.stage(curve.stage))
    ]


def pushable(learned: Learned, tolerance: float) -> Pushable:
    """How many pushes are worth giving."""
    below = (
        each.pushes - 1
        for each in learned.pushed
        if each.pushes and each.n >= enough(tolerance) and each.chance < tolerance
    )
    today = learned.process.extension.times
    return Pushable(learned.process.name, today, next(below, None))


def today(process: Process, clock: ClockName, stage: str | None) -> float | None:
    """After how many days the process ends an opportunity by the clock, grace included."""
    found = getattr(process.clocks, clock)
    if found is None:
        return None
    named = process.stage(stage) if stage else None
    limit = named.limit if named and named.limit and clock == "stage_limit" else found.limit
    return float((limit + found.grace) / ONE_DAY)


def _recommended(process: Process, curve: Curve, tolerance: float) -> Recommended:
    needed = enough(tolerance)
    told = [point for point in curve.points if point.n >= needed]
    below = next((point for point in told if point.days and point.chance < tolerance), None)
    most = max(curve.points, key=lambda point: point.n, default=None)
    point = below or (told[-1] if told else most)
    verdict: Verdict = "limit" if below else "keep" if told else "not_enough"
    return Recommended(
        process.name,
        curve.clock,
        curve.stage,
        today(process, curve.clock, curve.stage),
        below.days if below else None,
        verdict,
        needed,
        point,
    )
