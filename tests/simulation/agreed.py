"""A process in two versions on which every clock comes to its turn within a hundred days."""

from typing import Any, Final

from processes import Library
from sales.process import Process

DEFINITION: Final[dict[str, Any]] = {
    "name": "agreed",
    "version": 1,
    "title": "Agreed",
    "last_look": "6d",
    "stages": [
        {"name": "talk", "title": "Talk", "probability": 0.1, "category": "pipeline"},
        {
            "name": "trial",
            "title": "Trial",
            "probability": 0.3,
            "category": "best_case",
            "limit": "25d",
            "enter": ["stakeholder", "element:metrics:2"],
        },
        {
            "name": "offer",
            "title": "Offer",
            "probability": 0.6,
            "category": "commit",
            "enter": ["engagement", "contact:champion"],
        },
    ],
    "clocks": {
        "end_by": {"limit": "60d", "warn": ["10d"]},
        "close_date": {"grace": "3d"},
        "stage_limit": {"limit": "20d", "warn": ["5d"]},
        "buyer_silence": {"limit": "15d", "grace": "3d"},
        "action_window": {"limit": "10d"},
    },
    "extension": {"times": 2, "total": "30d"},
    "parking": {"times": 1, "total": "20d"},
    "reasons": {
        "won": ["value", "price"],
        "lost": ["price", "rival"],
        "withdrawn": ["no_capacity", "poor_fit"],
    },
}

AGREED: Final = Process.model_validate(DEFINITION)
AGREED_AGAIN: Final = Process.model_validate({**DEFINITION, "version": 2})
QUIET: Final = Process.model_validate(
    {
        **DEFINITION,
        "name": "quiet",
        "silence": "purchase",
        "stages": DEFINITION["stages"][:1],
        "clocks": {"end_by": {"limit": "60d"}, "notice_by": {"warn": ["10d"]}},
    }
)
"""Where silence is the purchase."""
LIBRARY: Final = Library([AGREED, AGREED_AGAIN, QUIET])
MIX: Final = {"agreed": 0.93, "quiet": 0.07}

OF_NO_MARKET: Final = {"erase"}
"""What is said for reasons that lie outside of selling: nobody in a market asks to be forgotten."""
