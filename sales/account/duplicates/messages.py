"""What may be said to an account about one opportunity that is there twice."""

from typing import Final, Literal

from sales.messages import Message
from sales.values import Id


class MarkDuplicate(Message):
    """An open opportunity is the same as another open one: it is withdrawn, and whatever comes for
    it later goes to the survivor."""

    kind: Literal["mark_duplicate"] = "mark_duplicate"
    opportunity_id: Id
    survivor_id: Id


DUPLICATE_KINDS: Final[dict[str, type[Message]]] = {"mark_duplicate": MarkDuplicate}
