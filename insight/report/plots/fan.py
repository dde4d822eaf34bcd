"""What was closed so far in a period, and where the forecast sees it at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from insight.report.drawing import SMALL, grid, panel, said, svg
from insight.report.palette import BAD, DIM, FAINT, GOOD, INK, SOFT
from insight.report.wording import figure as short
from insight.report.wording import money, tick

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Ahead:
    """What the forecast says of one day to come: the sum won by its end."""

    day: date
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Fan:
    """`closed` is the running sum at the end of each day, from the day before the period on;
    `ahead` begins with the last of them."""

    last: date
    closed: Sequence[tuple[date, float]]
    ahead: Sequence[Ahead]
    quota: float | None
    currency: str


def fan(data: Fan, name: str = "fan") -> str:
    """The line so far, the fan from P10 to P90 around P50, and the quota as a dashed line."""
    figure, axes = panel(230)
    grid(axes)
    days = [_number(each.day) for each in data.ahead]
    low, high = [each.low for each in data.ahead], [each.high for each in data.ahead]
    axes.fill_between(days, low, high, color=FAINT, linewidth=0)
    axes.plot(days, [each.middle for each in data.ahead], color=GOOD, linewidth=1.6, dashes=(3, 2))
    past, sums = [_number(day) for day, _ in data.closed], [each for _, each in data.closed]
    axes.plot(past, sums, color=INK, linewidth=2, drawstyle="steps-post")
    _limits(axes, data)
    if data.quota is not None:
        axes.axhline(data.quota, color=BAD, linewidth=1.4, dashes=(6, 3))
        axes.annotate(
            f"quota {short(data.quota)}", (0, data.quota), (2, 3), color=BAD, fontsize=SMALL,
            xycoords=("axes fraction", "data"), textcoords="offset points",
        )  # fmt: skip
    _ends(axes, data)
    axes.yaxis.set_major_formatter(lambda value, _: tick(value))
    axes.set_title(said(data.currency), loc="left", fontsize=SMALL, color=SOFT, pad=6)
    return svg(figure, name, "Forecast of the period", _about(data))


def _number(day: date) -> float:
    """The day as matplotlib counts it."""
    return float((day - date(1970, 1, 1)).days)


def _limits(axes: "Axes", data: Fan) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator: Any = AutoDateLocator
    told: Any = ConciseDateFormatter
    ticks = locator(minticks=3, maxticks=5)
    axes.xaxis.set_major_locator(ticks)
    axes.xaxis.set_major_formatter(told(ticks, show_offset=False))
    axes.set_xlim(_number(data.closed[0][0]), _number(data.last))
    highest = max((each.high for each in data.ahead), default=0.0)
    top = max(highest, data.quota or 0.0, *(each for _, each in data.closed))
    axes.set_ylim(0, 1.08 * top or 1)
    axes.axvline(_number(data.closed[-1][0]), color=DIM, linewidth=0.8)


def _ends(axes: "Axes", data: Fan) -> None:
    """The three figures at the right edge, moved apart where they would overlap."""
    if not data.ahead:
        return
    last = data.ahead[-1]
    places = {"P10": last.low, "P50": last.middle, "P90": last.high}
    apart = 0.075 * axes.get_ylim()[1]
    heights = [last.low, last.middle, last.high]
    heights[0] = min(heights[0], heights[1] - apart)
    heights[2] = max(heights[2], heights[1] + apart)
    for (label, value), height in zip(places.items(), heights, strict=True):
        axes.annotate(
            f"{label} {short(value)}", (1, height), (5, 0), va="center", fontsize=SMALL,
            xycoords=("axes fraction", "data"), textcoords="offset points", annotation_clip=False,
            color=GOOD if label == "P50" else SOFT, weight="bold" if label == "P50" else "normal",
        )  # fmt: skip


def _about(data: Fan) -> str:
    told = [f"Closed by {data.closed[-1][0]}: {money(data.closed[-1][1], data.currency)}."]
    if data.ahead:
        last = data.ahead[-1]
        three = (last.low, last.middle, last.high)
        p10, p50, p90 = (money(each, data.currency) for each in three)
        told.append(f"By {last.day}: P10 {p10}, P50 {p50}, P90 {p90}.")
    if data.quota is not None:
        told.append(f"Quota: {money(data.quota, data.currency)}.")
    return " ".join(told)
