"""Numbers and strangers' words as the report says them."""

from collections.abc import Sequence
from datetime import date
from typing import Final

LONGEST: Final = 40
"""A label of a plot or a cell is cut behind so many characters."""

SPACE: Final = "\N{NO-BREAK SPACE}"
"""Between a number and its unit, where no line is to break."""
UNITS: Final = ((1e9, "bn"), (1e6, "M"), (1e3, "k"))


def money(amount: float, currency: str = "") -> str:
    """Three figures and the unit: `EUR 1.23 M`."""
    return f"{currency}{SPACE}{figure(amount)}".strip()


def figure(value: float) -> str:
    """Three significant figures: 1.23 M, 45.6 k, 789."""
    for size, unit in UNITS:
        if abs(value) >= size * 0.9995:
            return f"{_three(value / size)}{SPACE}{unit}"
    return _three(value) if abs(value) < 10 and value != int(value) else f"{value:.0f}"


def signed(value: float) -> str:
    """The same with its sign, where there is one."""
    return f"+{figure(value)}" if value > 0 else figure(value).replace("-", "\N{MINUS SIGN}")


def tick(value: float) -> str:
    """A round number of a scale: 40 M, 2.5 k."""
    for size, unit in UNITS:
        if abs(value) >= size:
            return f"{value / size:g}{SPACE}{unit}"
    return f"{value:g}"


def percent(share: float) -> str:
    """A share of one: `38 %`, and `0.4 %` where whole ones would say nothing."""
    if share < 0:
        return f"\N{MINUS SIGN}{percent(-share)}"
    value = 100 * share
    if 0 < value < 0.05:
        return f"< 0.1{SPACE}%"
    if 99.95 < value < 100:
        return f"> 99.9{SPACE}%"
    return f"{value:.1f}{SPACE}%" if 0 < value < 1 or 99 < value < 100 else f"{value:.0f}{SPACE}%"


def between(low: float, high: float) -> str:
    """The ends of an interval: `42 to 48 %`."""
    return f"{percent(low).removesuffix(f'{SPACE}%')} to {percent(high)}"


def counted(number: int, noun: str, nouns: str | None = None) -> str:
    """`1 opportunity`, `2,345 opportunities`."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def sample(number: int) -> str:
    """The size of a sample: `n = 1,756`."""
    return f"n{SPACE}={SPACE}{number:,}"


def deals(number: int) -> str:
    """So many opportunities."""
    return counted(number, "opportunity", "opportunities")


def words(name: str) -> str:
    """A name of a process, such as a stage or a reason, as people write it: `best_case`."""
    return clean(name.replace("_", " "))


def clean(text: str, longest: int = LONGEST) -> str:
    """What a stranger wrote, on one line, without what no reader can see, and not too long."""
    shown = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return (
        shown
        if len(shown) <= longest
        else shown[: longest - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
    )


def day(when: date) -> str:
    """`20 Nov 2026`."""
    return f"{when.day}{SPACE}{when:%b}{SPACE}{when:%Y}"


def listed(texts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))


def _three(value: float) -> str:
    digits = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
    return f"{value:.{digits}f}"
