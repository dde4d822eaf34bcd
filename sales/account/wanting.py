"""Openings that the account itself decides on: wanted first, then launched like any other."""

from sales.account.state import Opening
from sales.drafts import Draft


def want(message: Opening, why: str, cause: str | None = None) -> Draft:
    """The account wants to launch this. `why` is a code, `cause` the id of what it follows from.

    The message's `event_id` has to be made of the cause alone: what was wanted once under an event
    is launched once, however often it is wanted.
    """
    data = {"wanted": message.event_id, "why": why, "message": message.model_dump(mode="json")}
    return Draft("opportunity_wanted", data | ({"cause": cause} if cause else {}))
