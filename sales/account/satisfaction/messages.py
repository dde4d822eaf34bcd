"""What may be said to an account about how satisfied the customer is."""

from typing import Final

from sales.messages import Message

SATISFACTION_KINDS: Final[dict[str, type[Message]]] = {}
