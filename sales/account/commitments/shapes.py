"""What the facts about what was promised to the customer say in their `data`."""

from typing import Final

from sales.values import Model

COMMITMENT_SHAPES: Final[dict[str, type[Model]]] = {}
