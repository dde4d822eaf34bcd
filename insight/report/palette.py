"""The colours of the report, by what they say: one for light paper, one for a dark screen.

The hues are blue and orange with greys between, which stay apart for every kind of colour
blindness and in a black-and-white print; no plot says anything by colour alone.
"""

from typing import Final

PALETTE: Final = {
    "ink": ("#1d2127", "#e6e8eb"),
    "soft": ("#5c636d", "#a4abb5"),
    "line": ("#dcdfe4", "#363b43"),
    "paper": ("#fefefe", "#1b1e23"),
    "ground": ("#f4f5f7", "#131518"),
    "good": ("#1f6fb2", "#64aef0"),
    "fair": ("#7fb0da", "#3d79b0"),
    "faint": ("#cfe0f0", "#27445f"),
    "bad": ("#c8550b", "#f08a4b"),
    "dim": ("#8b929c", "#7f8791"),
    "pale": ("#c3c8cf", "#4b525c"),
}
"""Of each name the colour on light and on dark ground."""

INK: Final = PALETTE["ink"][0]
SOFT: Final = PALETTE["soft"][0]
LINE: Final = PALETTE["line"][0]
PAPER: Final = PALETTE["paper"][0]
GOOD: Final = PALETTE["good"][0]
FAIR: Final = PALETTE["fair"][0]
FAINT: Final = PALETTE["faint"][0]
BAD: Final = PALETTE["bad"][0]
DIM: Final = PALETTE["dim"][0]
PALE: Final = PALETTE["pale"][0]

OUTCOMES: Final = {"won": GOOD, "lost": BAD, "expired": DIM, "withdrawn": PALE}
"""The colour of each end."""


def variables(which: int) -> str:
    """The colours as declarations of a style sheet: 0 for light, 1 for dark."""
    return "".join(f"--{name}:{shades[which]};" for name, shades in PALETTE.items())


VARIABLE: Final = {shades[0]: f"var(--{name})" for name, shades in PALETTE.items()}
"""What the page puts for each colour of a plot, so that one plot serves light and dark."""
