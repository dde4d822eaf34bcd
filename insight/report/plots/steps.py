"""Sums made of parts, one below the other: what a number is made of, and how it changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from insight.report.drawing import SMALL, TEXT, panel, rows, said, svg
from insight.report.palette import BAD, DIM, FAINT, FAIR, GOOD, INK, LINE, SOFT
from insight.report.wording import figure as short
from insight.report.wording import money, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LARGE: Final = 0.6
"""Levels that never fall below this part of the highest are looked at from nearer."""
TONES: Final = {
    "whole": SOFT,
    "sure": GOOD,
    "likely": FAIR,
    "open": FAINT,
    "loss": BAD,
    "other": DIM,
}


@dataclass(frozen=True)
class Step:
    """A part that is added to what stands, or a `whole` that stands by itself."""

    name: str
    amount: float
    tone: str
    anew: bool = False
    """Whether it begins at 0 again."""


@dataclass(frozen=True)
class Steps:
    """Parts in their order; `mark` is a value to be read against, such as the quota."""

    title: str
    steps: Sequence[Step]
    currency: str
    mark: tuple[str, float] | None = None
    changes: bool = False
    """Whether the parts are changes, which are told with their sign."""


def steps(data: Steps, name: str = "steps") -> str:
    """A waterfall that is read from the top down."""
    spans = _spans(data.steps)
    left = _left(data, spans)
    figure, axes = panel(34 + 24 * len(spans) + (18 if data.mark or left > 0 else 0))
    rows(axes, [each.name for each in data.steps])
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])
    for place, ((start, end), each) in enumerate(zip(spans, data.steps, strict=True)):
        low, high = max(min(start, end), left), max(start, end)
        axes.barh(place, high - low, left=low, height=0.62, color=TONES[each.tone], linewidth=0)
        if place + 1 < len(spans) and not data.steps[place + 1].anew:
            axes.plot((end, end), (place + 0.31, place + 0.69), color=DIM, linewidth=0.8)
    right = max(data.mark[1] if data.mark else left, *(max(span) for span in spans))
    axes.set_xlim(left, left + (right - left or 1) * 1.02)
    if left < 0:
        axes.axvline(0, color=LINE, linewidth=0.8, zorder=0)
    if left > 0:
        _below(axes, f"scale from {short(left)}", left, "left", SOFT)
    _values(axes, data)
    if data.mark:
        _mark(axes, *data.mark)
    return svg(figure, name, data.title, _about(data))


def _spans(steps: Sequence[Step]) -> list[tuple[float, float]]:
    """From which level to which each step leads."""
    found, level = [], 0.0
    for each in steps:
        start = 0.0 if each.anew or each.tone == "whole" else level
        level = start + each.amount
        found.append((start, level))
    return found


def _left(data: Steps, spans: Sequence[tuple[float, float]]) -> float:
    """Where the scale begins: at 0, unless changes would be too small to be seen beside it."""
    levels = [level for _, level in spans]
    if not data.changes or min(levels) < LARGE * max(levels):
        return min(0.0, *levels, *(start for start, _ in spans))
    return min(levels) - (max(levels) - min(levels)) / 2


def _values(axes: "Axes", data: Steps) -> None:
    """What each is, in a column at the right."""
    for place, each in enumerate(data.steps):
        whole = each.tone == "whole" or not data.changes
        axes.annotate(
            short(each.amount) if whole else signed(each.amount), (1, place), (54, 0),
            xycoords=("axes fraction", "data"), textcoords="offset points", annotation_clip=False,
            ha="right", va="center", fontsize=TEXT, color=INK,
            weight="bold" if each.tone == "whole" else "normal",
        )  # fmt: skip


def _mark(axes: "Axes", label: str, value: float) -> None:
    axes.axvline(value, color=BAD, linewidth=1.4, dashes=(6, 3))
    _below(axes, f"{label} {short(value)}", value, "right", BAD)


def _below(axes: "Axes", text: str, value: float, side: str, colour: str) -> None:
    axes.annotate(
        said(text), (value, 0), (0, -4), xycoords=("data", "axes fraction"),
        textcoords="offset points", ha=side, va="top", fontsize=SMALL, color=colour,
        annotation_clip=False,
    )  # fmt: skip


def _about(data: Steps) -> str:
    told = [f"{each.name}: {money(each.amount, data.currency)}." for each in data.steps]
    if data.mark:
        told.append(f"{data.mark[0]}: {money(data.mark[1], data.currency)}.")
    return " ".join(told)
