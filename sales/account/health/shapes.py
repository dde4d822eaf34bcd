"""What the facts about how well the account is say in their `data`."""

from typing import Final

from sales.values import Model

HEALTH_SHAPES: Final[dict[str, type[Model]]] = {}
