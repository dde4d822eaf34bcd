"""What is said when two accounts become one: to the one that goes, and between the two."""

from typing import Annotated, Final, Literal

from pydantic import Field

from sales.account.merging.handed import HandedCommitment, HandedContract
from sales.messages import Message
from sales.values import Code, Count, Id

MOST_AT_ONCE: Final = 20
"""How many contracts, and how many commitments, one handover tells."""
MOST_IDS: Final = 200
Ids = Annotated[tuple[Id, ...], Field(max_length=MOST_IDS)]
Number = Annotated[Count, Field(ge=0, le=1_000_000)]


class MergeInto(Message):
    """This account and another one are the same customer: what lives here goes on there."""

    kind: Literal["merge_into"] = "merge_into"
    into: Id


class TakeAccount(Message):
    """Told by an account that is to be merged into this one: will you take what it has?"""

    kind: Literal["take_account"] = "take_account"
    from_account: Id
    contracts: Ids = ()
    commitments: Ids = ()
    letters: Number = 0
    open: Number = 0


class AnswerMerge(Message):
    """Told by the account that was asked: it takes the other, under whose ids it knows things of
    its own already (`taken`), or cannot, for that `rule`."""

    kind: Literal["answer_merge"] = "answer_merge"
    into: Id
    rule: Code | None = None
    taken: Ids = ()


class TakeOver(Message):
    """Told by the account that goes: these contracts and commitments are yours from now on."""

    kind: Literal["take_over"] = "take_over"
    from_account: Id
    handover: Number
    contracts: Annotated[dict[Id, HandedContract], Field(max_length=MOST_AT_ONCE)] = Field(
        default_factory=dict
    )
    commitments: Annotated[dict[Id, HandedCommitment], Field(max_length=MOST_AT_ONCE)] = Field(
        default_factory=dict
    )


class ConfirmTakeOver(Message):
    """Told by the account that stays: it has what was handed over."""

    kind: Literal["confirm_take_over"] = "confirm_take_over"
    into: Id
    handover: Number


class JoinAccount(Message):
    """Told by the account that goes: nothing is left there, and it has retired."""

    kind: Literal["join_account"] = "join_account"
    from_account: Id


MERGE_KINDS: Final[dict[str, type[Message]]] = {
    "merge_into": MergeInto,
    "take_account": TakeAccount,
    "answer_merge": AnswerMerge,
    "take_over": TakeOver,
    "confirm_take_over": ConfirmTakeOver,
    "join_account": JoinAccount,
}
