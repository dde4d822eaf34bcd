"""A figure: what was measured, in pairs with what it is compared with, and what is asked of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Spread:
    """Some values of one thing: only the median counts, the extremes say how far to trust it."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.values)

    def __str__(self) -> str:
        shown = _short(self.median)
        if len(self.values) == 1:
            return shown
        return f"{shown} ({_short(min(self.values))} to {_short(max(self.values))})"


@dataclass(frozen=True, slots=True)
class Limit:
    """What a ratio must be at least, or at most."""

    least: float | None = None
    most: float | None = None

    def holds(self, value: float) -> bool:
        low = self.least if self.least is not None else value
        high = self.most if self.most is not None else value
        return low <= value <= high

    def __str__(self) -> str:
        return f"at least {self.least}" if self.most is None else f"at most {self.most}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. A limit is the ratio's, or the figure's own where there is no ratio;
    without one it is only reported."""

    name: str
    unit: str
    measured: Spread
    ratio: Spread | None = None
    limit: Limit | None = None

    @property
    def missed(self) -> bool:
        told = self.ratio or self.measured
        return bool(self.limit and not self.limit.holds(told.median))

    def __str__(self) -> str:
        ratio, limit = self.ratio or "", self.limit or ""
        return f"{self.name}: {self.measured} {self.unit}  {ratio}  {limit}".rstrip()


def compared(
    name: str,
    unit: str,
    values: Sequence[float],
    base: Sequence[float] | None = None,
    limit: Limit | None = None,
) -> Figure:
    """The figure, its ratio taken pair by pair: what disturbed one has disturbed the other."""
    ratio = None
    if base is not None:
        ratio = Spread(tuple(value / other for value, other in zip(values, base, strict=True)))
    return Figure(name, unit, Spread(tuple(values)), ratio, limit)


def _short(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1_000 else f"{value:,.0f}"
