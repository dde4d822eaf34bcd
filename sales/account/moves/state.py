"""What an account remembers of the opportunities that go to other accounts."""

from dataclasses import dataclass, field
from typing import Final

MOST_GONE: Final = 100
"""For how many opportunities what still comes here is passed on to where they went; for older ones
it is only kept."""


@dataclass(frozen=True, slots=True)
class Moves:
    """To which account: `going` are open ones on their way, `gone` those that have left."""

    going: dict[str, str] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
