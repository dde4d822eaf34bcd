"""Paper and pen: an empty panel, and the panel as SVG that belongs into a page.

The SVG is made for a phone's width and grows with the page. Text stays text in the page's own
font, colours are the page's variables, and the same drawing is the same bytes.
"""

import re
import warnings
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any, Final, Literal
from xml.etree import ElementTree

from insight.report.palette import DIM, INK, LINE, SOFT, VARIABLE
from insight.report.wording import clean

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH: Final = 360
"""Points, which are the pixels of a phone."""

TEXT: Final = 11.5
SMALL: Final = 10.5
LONGEST: Final = 24
"""So many characters of a name leave half of the width to the plot."""

NUMBER: Final = re.compile(r"-?\d+\.\d+")
COLOUR: Final = re.compile("#[0-9a-f]{6}")
FONT: Final = re.compile(r"font-family: [^;]*;? ?")
ROUND: Final = re.compile(r"rotate\(-?0 [^)]*\)")
SETTINGS: Final[Any] = {"svg.fonttype": "none", "svg.hashsalt": "closeline", "path.simplify": True}


def panel(height: float) -> "tuple[Figure, Axes]":
    """An empty plot of a phone's width: no frame, quiet ticks, a thin line at the bottom."""
    from matplotlib.figure import Figure  # half a second, and no command's help needs it
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.03)
    figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72, layout=layout)
    figure.patch.set_alpha(0)
    axes = figure.add_subplot()
    quiet(axes)
    return figure, axes


def quiet(axes: "Axes") -> None:
    """Leave of the axes only what is read."""
    axes.patch.set_alpha(0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(DIM)
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=SOFT, pad=4)
    axes.tick_params(axis="x", length=3, color=DIM)
    axes.xaxis.label.set(size=SMALL, color=SOFT)
    axes.yaxis.label.set(size=SMALL, color=SOFT)
    axes.set_axisbelow(True)


def grid(axes: "Axes", axis: Literal["both", "x", "y"] = "y") -> None:
    """Thin lines to read values by."""
    axes.grid(axis=axis, color=LINE, linewidth=0.8)


def said(text: str) -> str:
    """A text that is drawn as it is written, dollar signs too, and leaves room for the plot."""
    return clean(text, LONGEST).replace("$", r"\$")


def rows(axes: "Axes", names: list[str]) -> None:
    """Horizontal rows from the top down, by name."""
    axes.set_yticks(range(len(names)), [said(name) for name in names])
    axes.tick_params(axis="y", labelsize=TEXT, labelcolor=INK)
    axes.set_ylim(len(names) - 0.4, -0.6)


def svg(figure: "Figure", name: str, title: str, about: str) -> str:
    """The drawing as an SVG element whose ids begin with `name`, for eyes and for screen
    readers."""
    import matplotlib

    target = StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with matplotlib.rc_context(SETTINGS), warnings.catch_warnings():
        # Only measured with this font: the page's own has the glyph, or shows that it has none.
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        figure.savefig(target, format="svg", metadata=nothing)
    root = ElementTree.fromstring(target.getvalue())
    box = " ".join(str(round(float(each))) for each in root.attrib["viewBox"].split())
    head = (
        f'<svg viewBox="{box}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(about)}</desc>'
    )
    return head + "".join(_written(each, name, _referred(root)) for each in root) + "</svg>"


def _referred(root: ElementTree.Element) -> set[str]:
    """The ids that something points to."""
    values = [value for each in root.iter() for value in each.attrib.values()]
    return {found for value in values for found in re.findall(r"^#([\w-]+)|url\(#([\w-]+)\)", value)
            for found in found if found}  # fmt: skip


def _written(node: ElementTree.Element, name: str, referred: set[str]) -> str:
    """The element as text: short numbers, own ids, the page's colours and font."""
    tag = node.tag.partition("}")[2]
    hidden = "opacity: 0" in node.get("style", "").split("; ")
    if hidden or tag in ("style", "metadata"):  # a style sheet in a plot would rule the page
        return ""
    given = {key.rpartition("}")[2]: value for key, value in node.attrib.items()}
    kept = {key: _value(key, value, name) for key, value in given.items()
            if key != "id" or value in referred}  # fmt: skip
    inner = escape(node.text or "", quote=False) if tag == "text" else ""
    inner += "".join(_written(each, name, referred) for each in node)
    told = "".join(f' {key}="{escape(value)}"' for key, value in kept.items() if value)
    if not told and tag in ("g", "defs"):
        return inner if tag == "g" else f"<defs>{inner}</defs>" if inner else ""
    return f"<{tag}{told}>{inner}</{tag}>" if inner else f"<{tag}{told}/>"


def _value(key: str, value: str, name: str) -> str:
    if key == "id":
        return f"{name}-{value}"
    if key == "href":
        return f"#{name}-{value[1:]}"
    if key == "style":
        value = COLOUR.sub(lambda found: VARIABLE[found[0]], FONT.sub("", value))
        value = value.replace(": ", ":").replace("; ", ";")
    value = ROUND.sub("", value).replace("url(#", f"url(#{name}-")
    return NUMBER.sub(
        lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), " ".join(value.split())
    )
