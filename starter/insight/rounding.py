"""Numbers as exact as anybody reads them."""

from collections.abc import Mapping
from typing import Any, Final

SHARES: Final = frozenset({"chance", "rate", "low", "high", "wasted", "attainment"})


def rounded(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with shares of four places and all else of two."""
    return {
        name: round(value, 4 if name in SHARES else 2) if isinstance(value, float) else value
        for name, value in row.items()
    }
