"""Shares over days: how long ends take, and how long a chance to win is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insight.report.drawing import SMALL, grid, panel, said, svg
from insight.report.palette import BAD, DIM, FAIR, GOOD, INK, OUTCOMES, PALE, SOFT
from insight.report.wording import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STYLES = (
    *((GOOD, ()), (BAD, (5, 2)), (INK, (1.5, 1.5)), (DIM, ()), (FAIR, (5, 2))),
    *((SOFT, (7, 2, 1.5, 2)), (PALE, ())),
)


@dataclass(frozen=True)
class Curve:
    """Shares by day, in steps. `limit` is the day on which a limit falls."""

    name: str
    days: Sequence[float]
    shares: Sequence[float]
    limit: float | None = None


@dataclass(frozen=True)
class Curves:
    """Curves over the same days. `level` is a share to be read against."""

    title: str
    curves: Sequence[Curve]
    label: str
    level: tuple[str, float] | None = None


def curves(data: Curves, name: str = "curves") -> str:
    """A line for each, named at its right end; a dot where its limit falls."""
    figure, axes = panel(220)
    grid(axes)
    last = max(max(each.days) for each in data.curves)
    styles = _styles(data.curves)
    lines = []
    for each, (colour, dashes) in zip(data.curves, styles, strict=True):
        look: dict[str, Any] = {"dashes": dashes} if dashes else {}
        lines += axes.plot(
            each.days, each.shares, color=colour, linewidth=1.9, drawstyle="steps-post", **look
        )
        if each.limit is not None:
            height = _at(each, each.limit)
            axes.plot(each.limit, height, "o", color=colour, markersize=7, clip_on=False, zorder=5)
    top = max(max(each.shares) for each in data.curves)
    axes.set_xlim(0, last)
    axes.set_ylim(0, min(1.0, 1.1 * top) or 1)
    axes.yaxis.set_major_formatter(lambda value, _: percent(value))
    axes.set_xlabel(data.label)
    if data.level:
        axes.axhline(data.level[1], color=SOFT, linewidth=1, dashes=(2, 2))
        axes.annotate(
            said(data.level[0]), (1, data.level[1]), (-2, 3), xycoords=("axes fraction", "data"),
            textcoords="offset points", ha="right", fontsize=SMALL, color=SOFT,
        )  # fmt: skip
    if all(each.days[-1] == last for each in data.curves):
        _named(axes, data.curves, [colour for colour, _ in styles])
    else:
        axes.legend(
            lines, [said(each.name) for each in data.curves], loc="lower left", ncols=3,
            bbox_to_anchor=(-0.02, 1), fontsize=SMALL, frameon=False, labelcolor=INK,
            handlelength=2.2, columnspacing=1.2, borderpad=0.2,
        )  # fmt: skip
    return svg(figure, name, data.title, " ".join(map(_told, data.curves)))


def _styles(curves: Sequence[Curve]) -> list[tuple[str, tuple[float, ...]]]:
    """By name where they are outcomes, else one after the other."""
    dashes = dict(zip(OUTCOMES, ((), (5, 2), (1.5, 1.5), ()), strict=True))
    if all(each.name in OUTCOMES for each in curves):
        return [(OUTCOMES[each.name], dashes[each.name]) for each in curves]
    return [STYLES[place % len(STYLES)] for place in range(len(curves))]


def _named(axes: "Axes", curves: Sequence[Curve], colours: Sequence[str]) -> None:
    """The names at the right edge, from the bottom up, moved apart where they would overlap."""
    apart, below = 0.075 * axes.get_ylim()[1], -1.0
    ends = zip((each.shares[-1] for each in curves), curves, colours, strict=True)
    for share, each, colour in sorted(ends, key=lambda end: end[0]):
        below = max(share, below + apart)
        axes.annotate(
            said(each.name), (1, below), (5, 0), xycoords=("axes fraction", "data"), va="center",
            textcoords="offset points", fontsize=SMALL, annotation_clip=False,
            color=SOFT if colour in (DIM, PALE) else colour,
        )  # fmt: skip


def _at(each: Curve, day: float) -> float:
    reached = [share for when, share in zip(each.days, each.shares, strict=True) if when <= day]
    return reached[-1] if reached else each.shares[0]


def _told(each: Curve) -> str:
    told = f"{each.name}: {percent(each.shares[-1])} after {each.days[-1]:.0f} days"
    return told + (f", limit at {each.limit:.0f} days." if each.limit is not None else ".")
