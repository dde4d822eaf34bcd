"""What may be said to an account about what the customer may need next."""

from typing import Final

from sales.messages import Message

NEED_KINDS: Final[dict[str, type[Message]]] = {}
