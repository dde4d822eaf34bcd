"""Numbers as people read them, and results as rows of a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from insight.statistics.proportions import Share


Row = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """A table under a title, and what is to be said about it."""

    title: str
    rows: Sequence[Row]
    words: Sequence[str] = ()

    @property
    def columns(self) -> list[str]:
        """The names of its columns."""
        return [*dict.fromkeys(name for row in self.rows for name in row)]


def percent(rate: float | None) -> str | None:
    """As people read it."""
    return None if rate is None else f"{100 * rate:.1f} %"


def days(value: float | None) -> str | None:
    """Days as people read them."""
    return None if value is None else f"{value:.1f}".removesuffix(".0")


def counted(share: "Share", part: str = "won") -> Row:
    """A share with its interval and its counts, the part under that name."""
    counts = {part: count(share.part), "n": count(share.n)}
    return {"share": percent(share.rate), "interval": interval(share), **counts}


def count(value: float) -> str:
    """A whole number as people read it."""
    return f"{value:,.0f}"


def interval(share: "Share") -> str | None:
    """The interval of a share."""
    return None if share.low is None else f"{percent(share.low)} to {percent(share.high)}"


def span(middle: float | None, low: float | None, high: float | None) -> str:
    """Days with their interval."""
    return f"{days(middle)} days ({days(low) or '?'} to {days(high) or 'never'})"


def sum_(value: float | None) -> str | None:
    """A sum without its cents."""
    return None if value is None else f"{value:,.0f}"


def chance(p: float) -> str:
    """A p as people read it."""
    return f"{p:.3f}" if p >= 0.001 else f"{p:.0e}" if p > 0 else "0"


def flat(result: Any, **more: Any) -> Row:
    """A result as one row of plain numbers: what is nested has its own columns."""
    return {**more, **dict(_columns(result, ""))}


def _columns(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if is_dataclass(value):
        value = {each.name: getattr(value, each.name) for each in fields(value)}
    if not isinstance(value, Mapping):
        yield name, value
        return
    for inner, each in value.items():
        yield from _columns(each, f"{name}_{inner}" if name else inner)
