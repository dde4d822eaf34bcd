"""What is said when an opportunity goes to another account: to the account that has it, by that one
to the other, and by the opportunity to both once it has gone."""

from typing import Final, Literal

from sales.messages import Message
from sales.values import Code, Id


class MoveOpportunity(Message):
    """An open opportunity is another account's from now on."""

    kind: Literal["move_opportunity"] = "move_opportunity"
    opportunity_id: Id
    to_account: Id


class TakeOpportunity(Message):
    """Told by the account that has it: will you take it?"""

    kind: Literal["take_opportunity"] = "take_opportunity"
    opportunity_id: Id
    from_account: Id
    process: Code


class DeclineOpportunity(Message):
    """Told by the account that was asked: it cannot take it."""

    kind: Literal["decline_opportunity"] = "decline_opportunity"
    opportunity_id: Id
    to_account: Id
    rule: Code


class ReleaseOpportunity(Message):
    """Told by the opportunity: it is another account's now."""

    kind: Literal["release_opportunity"] = "release_opportunity"
    opportunity_id: Id
    to_account: Id


MOVE_KINDS: Final[dict[str, type[Message]]] = {
    "move_opportunity": MoveOpportunity,
    "take_opportunity": TakeOpportunity,
    "decline_opportunity": DeclineOpportunity,
    "release_opportunity": ReleaseOpportunity,
}
