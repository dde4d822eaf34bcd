"""Plain bars, one below the other: funnel, reasons, load."""

from collections.abc import Sequence
from dataclasses import dataclass

from insight.report.drawing import TEXT, panel, rows, said, svg
from insight.report.palette import BAD, DIM, FAINT, FAIR, GOOD, INK, LINE, PALE

TONES = {"good": GOOD, "fair": FAIR, "faint": FAINT, "bad": BAD, "dim": DIM, "pale": PALE}


@dataclass(frozen=True)
class Bar:
    """A length, what is written beside it, and up to where it may reach."""

    name: str
    value: float
    label: str
    tone: str = "fair"
    part: float = 0.0
    """How much of the value is drawn darker, such as those of a stage who won."""
    limit: float | None = None
    """A mark across the bar, such as the hours that there are."""


@dataclass(frozen=True)
class Bars:
    """Bars in their order."""

    title: str
    bars: Sequence[Bar]


def bars(data: Bars, name: str = "bars") -> str:
    """A bar for each, with its label behind the longest."""
    figure, axes = panel(14 + 25 * len(data.bars))
    rows(axes, [each.name for each in data.bars])
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    reach = max(max(each.value, each.limit or 0.0) for each in data.bars) or 1.0
    axes.set_xlim(0, reach)
    for place, each in enumerate(data.bars):
        axes.barh(place, reach, height=0.62, color=LINE, linewidth=0, alpha=1)
        axes.barh(place, each.value, height=0.62, color=TONES[each.tone], linewidth=0)
        axes.barh(place, each.part, height=0.62, color=GOOD, linewidth=0)
        if each.limit is not None:
            span = (place - 0.42, place + 0.42)
            axes.plot((each.limit, each.limit), span, color=INK, linewidth=1.8, clip_on=False)
        axes.annotate(
            said(each.label), (1, place), (6, 0), xycoords=("axes fraction", "data"), va="center",
            textcoords="offset points", fontsize=TEXT, color=INK, annotation_clip=False,
        )  # fmt: skip
    return svg(figure, name, data.title, " ".join(f"{b.name}: {b.label}." for b in data.bars))
