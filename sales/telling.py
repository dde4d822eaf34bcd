"""What a fact makes one workflow tell another: said once the fact is in the ledger, and again until
it has arrived, under an id that makes it count once."""

from hashlib import sha256
from typing import Any, Final, Literal, NamedTuple

LONGEST: Final = 200
"""How long the id of an event may be."""


class Telling(NamedTuple):
    """A message for another workflow; one for an ended opportunity is kept by its `account`, which
    is the teller where no other is named."""

    to: Literal["account", "opportunity", "pool"]
    id: str
    kind: str
    body: dict[str, Any]
    account: str | None = None


def event(*parts: str | int) -> str:
    """The id of the event that these name, the same whenever it is told."""
    told = ":".join(map(str, parts))
    first = str(parts[0])
    return told if len(told) <= LONGEST else f"{first}:{sha256(told.encode()).hexdigest()}"
