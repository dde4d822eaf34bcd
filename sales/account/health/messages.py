"""What may be said to an account about how well the account is."""

from typing import Final

from sales.messages import Message

HEALTH_KINDS: Final[dict[str, type[Message]]] = {}
