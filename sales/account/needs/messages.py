"""What may be said to an account about what the customer may need next."""

from typing import Final, Literal

from sales.account.needs.terms import NeedKind
from sales.messages import Message
from sales.values import Code, Id, Label, Money, Name, Text


class ReportNeed(Message):
    """The customer may need something: what kind of opportunity it is, how much it may be worth,
    who said so (the id of a contact), and which opportunity it adds on to."""

    kind: Literal["report_need"] = "report_need"
    need: NeedKind
    need_id: Id | None = None
    product: Name | None = None
    amount: Money | None = None
    lead_source: Id | None = None
    said_by: Id | None = None
    adds_on_to: Id | None = None
    reference: Label | None = None
    words: Text | None = None


class AcceptNeed(Message):
    """A need that waits is worth an opportunity: launch it, with what is known better by now."""

    kind: Literal["accept_need"] = "accept_need"
    need_id: Id
    product: Name | None = None
    amount: Money | None = None


class DismissNeed(Message):
    """A need that waits is worth no opportunity; the reason is a code."""

    kind: Literal["dismiss_need"] = "dismiss_need"
    need_id: Id
    reason: Code


NEED_KINDS: Final[dict[str, type[Message]]] = {
    "report_need": ReportNeed,
    "accept_need": AcceptNeed,
    "dismiss_need": DismissNeed,
}
