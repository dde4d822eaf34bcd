"""Whether what was called likely came true: said against seen."""

from collections.abc import Sequence
from dataclasses import dataclass

from insight.report.drawing import SMALL, grid, panel, quiet, svg
from insight.report.palette import DIM, FAINT, GOOD, SOFT
from insight.report.wording import percent


@dataclass(frozen=True)
class Bin:
    """`n` forecasts that said `said` on average, of which the share `seen` came true; it lies
    between `low` and `high`."""

    said: float
    seen: float
    low: float
    high: float
    n: int


def reliability(bins: Sequence[Bin], name: str = "reliability") -> str:
    """A dot with its interval for each bin, the diagonal of a forecast that is always right, and
    below how many forecasts there were."""
    figure, axes = panel(300)
    figure.clear()
    axes, below = figure.subplots(2, 1, sharex=True, height_ratios=(5, 1))
    for each in (axes, below):
        quiet(each)
    grid(axes, "both")
    axes.plot((0, 1), (0, 1), color=DIM, linewidth=1, dashes=(3, 3))
    for each in bins:
        axes.plot((each.said, each.said), (each.low, each.high), color=GOOD, linewidth=1.6)
        axes.plot(each.said, each.seen, "o", color=GOOD, markersize=6.5)
    reach = min(1.0, 1.1 * max(max(each.said, each.high) for each in bins))
    axes.set(xlim=(0, reach), ylim=(0, reach), ylabel="came true")
    below.bar([each.said for each in bins], [each.n for each in bins], reach / 40, color=FAINT)
    below.set(xlabel="said to be won", yticks=[0, max(each.n for each in bins)])
    below.tick_params(axis="y", labelsize=SMALL, labelcolor=SOFT)
    below.set_ylabel("n", rotation=0, va="center", labelpad=10)
    below.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.tick_params(axis="x", length=0)
    axes.spines["bottom"].set_visible(False)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: percent(value))
    told = (
        f"Of {each.n:,} said to be won with {percent(each.said)}, {percent(each.seen)} were."
        for each in bins
    )
    return svg(figure, name, "Said against seen", " ".join(told))
