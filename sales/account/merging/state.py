"""What an account remembers of a merge: as the one that goes, and as the one that stays."""

from dataclasses import dataclass, field
from typing import Final

MOST_COMING: Final = 5
"""How many accounts may be about to be merged into one at once."""


@dataclass(frozen=True, slots=True)
class Merging:
    """`into` is where this account goes; once that one has `agreed`, what is live here is handed
    over, and `awaiting` are the handovers that it has not confirmed. `renamed` are the ids of
    contracts and commitments that it has given to others already, and what they are called there.
    `coming` are the accounts that are about to be merged into this one."""

    into: str | None = None
    agreed: bool = False
    awaiting: tuple[int, ...] = ()
    renamed: dict[str, str] = field(default_factory=dict)
    coming: tuple[str, ...] = ()
