"""What the facts about what the customer may need next say in their `data`."""

from typing import Annotated, Final, Literal

from pydantic import Field

from sales.account.needs.terms import NeedKind
from sales.values import Code, Id, Label, Model, Money, Name, Text


class NeedFound(Model):
    """The customer may need something: by which rule it was found, `reported` where somebody said
    so, and for which cause. `go` where it is launched at once; otherwise it waits."""

    need_id: Id
    need: NeedKind
    process: Code
    rule: Code
    cause: Label | None = None
    product: Name | None = None
    amount: Money | None = None
    lead_source: Id | None = None
    said_by: Id | None = None
    adds_on_to: Id | None = None
    reference: Label | None = None
    words: Text | None = None
    referred_by: Id | None = None
    referral_id: Id | None = None
    go: Literal[True] | None = None


class NeedPassedOver(Model):
    """A rule fired, or a referral came, and there was nothing to launch: `why`, and which
    opportunity or need is there already."""

    rule: Code
    cause: Label
    why: Literal["cool_down", "duplicate", "too_many_needs", "not_in_policy", "retired"]
    repeats: Id | None = None
    referred_by: Id | None = None
    referral_id: Id | None = None


class NeedAccepted(Model):
    """Somebody wants it to be launched, and what they know better."""

    need_id: Id
    product: Name | None = None
    amount: Money | None = None


class NeedDismissed(Model):
    """Somebody wants it not to be launched."""

    need_id: Id
    rule: Code
    reason: Code
    referred_by: Id | None = None
    referral_id: Id | None = None


class NeedLapsed(Model):
    """Nobody has said whether it is to be launched."""

    need_id: Id
    rule: Code
    referred_by: Id | None = None
    referral_id: Id | None = None


class ReferralFollowed(Model):
    """An opportunity that another account referred was launched, or has ended."""

    opportunity_id: Id
    referred_by: Id
    referral_id: Id
    answer: Annotated[Code, Field(description="launched, or the outcome")]


NEED_SHAPES: Final[dict[str, type[Model]]] = {
    "need_found": NeedFound,
    "need_passed_over": NeedPassedOver,
    "need_accepted": NeedAccepted,
    "need_dismissed": NeedDismissed,
    "need_lapsed": NeedLapsed,
    "referral_followed": ReferralFollowed,
}
