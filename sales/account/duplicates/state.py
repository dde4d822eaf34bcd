"""What an account remembers of its opportunities so as to know the same one again."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

MOST_MARKED: Final = 200
"""Of how many open opportunities the marks are kept; what repeats an older one is not seen."""
MOST_REDIRECTED: Final = 100
"""For how many opportunities what comes late is passed on; for older ones it is only kept."""


class Marks(NamedTuple):
    """By what an open opportunity is known again, each as a short digest."""

    product: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Duplicates:
    """`marks` by open opportunity; `redirects` from a duplicate to the one that survives it."""

    marks: dict[str, Marks] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
