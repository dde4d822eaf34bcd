"""What may be said to an account about what was promised to the customer."""

from typing import Final

from sales.messages import Message

COMMITMENT_KINDS: Final[dict[str, type[Message]]] = {}
