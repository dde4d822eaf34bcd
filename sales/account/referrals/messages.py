"""What is said about a referral: to the account that refers, to the one it refers, and back."""

from typing import Final, Literal

from sales.account.needs.terms import NeedKind
from sales.messages import Message
from sales.values import Code, Id, Money, Name, Text


class RecordReferral(Message):
    """The customer refers another one, who may need something; `name` is what that one is called,
    should it not be known here yet, and `said_by` the id of who said so."""

    kind: Literal["record_referral"] = "record_referral"
    to_account: Id
    referral_id: Id | None = None
    name: Name | None = None
    need: NeedKind = "new_business"
    product: Name | None = None
    amount: Money | None = None
    said_by: Id | None = None
    words: Text | None = None


class ReceiveReferral(Message):
    """Told by the account that refers."""

    kind: Literal["receive_referral"] = "receive_referral"
    from_account: Id
    referral_id: Id
    name: Name | None = None
    need: NeedKind = "new_business"
    product: Name | None = None
    amount: Money | None = None
    words: Text | None = None


class AnswerReferral(Message):
    """Told by the account that was referred: what has become of it, as a code."""

    kind: Literal["answer_referral"] = "answer_referral"
    referral_id: Id
    from_account: Id
    answer: Code
    opportunity_id: Id | None = None


REFERRAL_KINDS: Final[dict[str, type[Message]]] = {
    "record_referral": RecordReferral,
    "receive_referral": ReceiveReferral,
    "answer_referral": AnswerReferral,
}
