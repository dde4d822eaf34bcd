"""Values with their intervals, one below the other: win rates, scores of forecasters."""

from collections.abc import Sequence
from dataclasses import dataclass

from insight.report.drawing import TEXT, grid, panel, rows, svg
from insight.report.palette import DIM, GOOD, INK, SOFT
from insight.report.wording import percent


@dataclass(frozen=True)
class Point:
    """A value of a sample of `n`; without an interval where none is known."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None
    ours: bool = True
    """Whether it is what the page is about; what is there to compare with is drawn grey."""


@dataclass(frozen=True)
class Forest:
    """Points in their order. Values are shares of one, or, where not `shares`, plain numbers."""

    title: str
    points: Sequence[Point]
    label: str
    shares: bool = True


def forest(data: Forest, name: str = "forest") -> str:
    """A dot for each value and a line for its interval, and the value in figures."""
    figure, axes = panel(44 + 25 * len(data.points))
    rows(axes, [each.name for each in data.points])
    grid(axes, "x")
    for place, each in enumerate(data.points):
        colour = GOOD if each.ours else DIM
        if each.low is not None and each.high is not None:
            axes.plot((each.low, each.high), (place, place), color=colour, linewidth=2.4)
        axes.plot(each.value, place, "o" if each.ours else "D", color=colour, markersize=6.5)
        axes.annotate(
            _value(data, each.value), (1, place), (46, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", ha="right", va="center", fontsize=TEXT, color=INK,
            annotation_clip=False,
        )  # fmt: skip
    highest = max(each.high or each.value for each in data.points)
    most = 1.1 * highest or 1.0
    axes.set_xlim(0, 1.0 if data.shares and highest <= 1 < most else most)
    axes.locator_params(axis="x", nbins=4)
    axes.xaxis.set_major_formatter(lambda value, _: percent(value) if data.shares else f"{value:g}")
    axes.set_xlabel(data.label, color=SOFT)
    return svg(figure, name, data.title, " ".join(_told(data, each) for each in data.points))


def _value(data: Forest, value: float) -> str:
    return percent(value) if data.shares else f"{value:.3g}"


def _told(data: Forest, each: Point) -> str:
    told = f"{each.name}: {_value(data, each.value)}"
    if each.low is not None and each.high is not None:
        told += f" ({_value(data, each.low)} to {_value(data, each.high)})"
    return told + (f", n = {each.n:,}." if each.n is not None else ".")
