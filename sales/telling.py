"""What a fact makes one workflow tell another: said once the fact is in the ledger, and again until
it has arrived, under an id that makes it count once."""

from typing import Any, Literal, NamedTuple


class Telling(NamedTuple):
    """A message for another workflow; one for an ended opportunity is kept by its account."""

    to: Literal["account", "opportunity", "pool"]
    id: str
    kind: str
    body: dict[str, Any]
