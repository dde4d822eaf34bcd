"""Openings that the account itself decides on: wanted first, then launched like any other."""

from hashlib import sha256
from typing import Final

from sales.account.state import Opening
from sales.drafts import Draft

LONGEST: Final = 80
"""How long the id of an opportunity may be."""


def child_id(account_id: str, cause: str) -> str:
    """The id of the opportunity that an account launches for this cause, the same whenever it is
    asked for."""
    told = f"{account_id}:{cause}"
    if len(told) <= LONGEST and "~" not in told:  # which marks successors
        return told
    return f"{sha256(told.encode()).hexdigest()[:24]}:{cause}"[:LONGEST]


def want(message: Opening, why: str, cause: str | None = None) -> Draft:
    """The account wants to launch this. `why` is a code, `cause` the id of what it follows from.

    The message's `event_id` has to be made of the cause alone: what was wanted once under an event
    is launched once, however often it is wanted.
    """
    data = {"wanted": message.event_id, "why": why, "message": message.model_dump(mode="json")}
    return Draft("opportunity_wanted", data | ({"cause": cause} if cause else {}))
