"""How a trace is written: fixed-width records and the words that they point to."""

from enum import IntEnum
from struct import Struct
from typing import Final

STEP: Final = Struct("<dddIH")
"""`known` and `at` in seconds since 1970, `value`, `sequence` of the fact, and the kind."""

SEPARATOR: Final = "\x1f"
"""Between words; no text that the engine takes holds it."""

OPENING: Final = (
    *("process", "account_id", "currency", "owner", "team", "segment"),
    *("product", "territory", "lead_source", "predecessor_id"),
)
"""The first words, in this order; empty where nothing was said."""


class Kind(IntEnum):
    """What a step tells. `value` is a number or, where it says so, the index of a word."""

    OPENED = 1
    """The value is the attempt."""
    STAGE = 2
    """A word: the stage entered."""
    AMOUNT = 3
    RECURRING = 4
    CLOSE_DATE = 5
    """The value is the day, counted from 1970."""
    BUYER = 6
    """The buyer spoke."""
    SELLER = 7
    """The seller spoke."""
    EFFORT = 8
    """The value is hours."""
    PUSH = 9
    """The close date moved to a later period."""
    BACK = 10
    """The stage entered just now lies before the one left."""
    PARKED = 11
    UNPARKED = 12
    YES = 13
    """The buyer's decision."""
    ACTION = 14
    """The buyer's action."""
    VERSION = 15
    """The value is the version of the process."""
    END_BY = 16
    """The value is the instant."""
    WON = 20
    LOST = 21
    EXPIRED = 22
    WITHDRAWN = 23
    REASON = 24
    """A word: the primary reason of the end."""
    CURRENCY = 32
    """A word, as all that follow up to the account."""
    OWNER = 33
    TEAM = 34
    SEGMENT = 35
    PRODUCT = 36
    TERRITORY = 37
    LEAD_SOURCE = 38
    ACCOUNT_ID = 39
    VOID = 50
    """What the fact of this sequence told never happened."""
    MOVED = 51
    """What the fact of this sequence told happened at this instant."""
    FROM_BUYER = 52
    """It was the buyer who spoke in the fact of this sequence."""
    FROM_SELLER = 53
    """It was the seller who spoke in the fact of this sequence."""
    HOURS = 54
    """So many hours were spent in the fact of this sequence."""


ENDS: Final = {
    "won": Kind.WON,
    "lost": Kind.LOST,
    "expired": Kind.EXPIRED,
    "withdrawn": Kind.WITHDRAWN,
}
CHANGING: Final = {
    "owner": Kind.OWNER,
    "team": Kind.TEAM,
    "segment": Kind.SEGMENT,
    "product": Kind.PRODUCT,
    "territory": Kind.TERRITORY,
    "lead_source": Kind.LEAD_SOURCE,
    "account_id": Kind.ACCOUNT_ID,
}
"""The words of the opening that an amendment may change, or a move to another account."""
SUMS: Final = {"amount": Kind.AMOUNT, "recurring": Kind.RECURRING}
CURRENCY: Final = OPENING.index("currency")
