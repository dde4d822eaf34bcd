"""What may be said to an account about what was agreed for a term."""

from typing import Final

from sales.messages import Message

CONTRACT_KINDS: Final[dict[str, type[Message]]] = {}
