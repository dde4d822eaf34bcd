"""What the facts about referrals say in their `data`."""

from typing import Final

from sales.account.needs.terms import NeedKind
from sales.values import Code, Id, Model, Money, Name, Text


class ReferralGiven(Model):
    """The customer referred another account, which is told."""

    referral_id: Id
    to_account: Id
    name: Name | None = None
    need: NeedKind
    product: Name | None = None
    amount: Money | None = None
    said_by: Id | None = None
    words: Text | None = None


class ReferralAnswered(Model):
    """What has become of a referral: `waits`, `launched`, an outcome, or why there was nothing to
    launch."""

    referral_id: Id
    from_account: Id
    answer: Code
    opportunity_id: Id | None = None


REFERRAL_SHAPES: Final[dict[str, type[Model]]] = {
    "referral_given": ReferralGiven,
    "referral_answered": ReferralAnswered,
}
