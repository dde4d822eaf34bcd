"""What the facts about how satisfied the customer is say in their `data`."""

from typing import Final

from sales.values import Model

SATISFACTION_SHAPES: Final[dict[str, type[Model]]] = {}
