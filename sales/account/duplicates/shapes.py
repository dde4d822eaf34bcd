"""What the facts about one opportunity that is there twice say in their `data`."""

from typing import Final

from sales.values import Id, Model


class DuplicateMarked(Model):
    """An opportunity is the same as another: it is told to end, and the other one survives it."""

    opportunity_id: Id
    survivor_id: Id


DUPLICATE_SHAPES: Final[dict[str, type[Model]]] = {"duplicate_marked": DuplicateMarked}
