"""What the facts about opportunities that go to another account say in their `data`."""

from typing import Final

from sales.values import Code, Id, Model


class OpportunityOffered(Model):
    """An open opportunity is to go to another account, which is asked."""

    opportunity_id: Id
    to_account: Id
    process: Code


class OpportunityAccepted(Model):
    """Another account's opportunity may come here, and is told so."""

    opportunity_id: Id
    from_account: Id


class OpportunityDeclined(Model):
    """Another account's opportunity cannot come here; `rule` says why."""

    opportunity_id: Id
    from_account: Id
    rule: Code


class OfferDeclined(Model):
    """The other account cannot take it; the opportunity stays."""

    opportunity_id: Id
    to_account: Id
    rule: Code


class OpportunityReleased(Model):
    """An opportunity is another account's now."""

    opportunity_id: Id
    to_account: Id


MOVE_SHAPES: Final[dict[str, type[Model]]] = {
    "opportunity_offered": OpportunityOffered,
    "opportunity_accepted": OpportunityAccepted,
    "opportunity_declined": OpportunityDeclined,
    "offer_declined": OfferDeclined,
    "opportunity_released": OpportunityReleased,
}
