"""What the facts about what was agreed for a term say in their `data`."""

from typing import Final

from sales.values import Model

CONTRACT_SHAPES: Final[dict[str, type[Model]]] = {}
