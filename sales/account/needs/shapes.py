"""What the facts about what the customer may need next say in their `data`."""

from typing import Final

from sales.values import Model

NEED_SHAPES: Final[dict[str, type[Model]]] = {}
