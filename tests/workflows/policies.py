"""Small policies with short times, for the tests of accounts that are managed."""

from typing import Any, Final

from sales.account.needs.terms import NeedTerms
from sales.account.policy import Policy

NEEDS: Final[dict[str, Any]] = {
    "kinds": {
        "expansion": {"process": "patient", "at_once": True},
        "add_on": {"process": "gated", "at_once": True},
        "cross_sell": {"process": "patient"},
        "new_business": {"process": "patient", "at_once": True},
    },
    "patience": "2s",
    "rules": {
        "seats": {
            "need": "expansion",
            "product": "Seats",
            "usage": {"metric": "seats", "above": 0.8},
            "cool_down": "1s",
        },
        "after_a_win": {"need": "cross_sell", "product": "Care", "after": "won", "wait": "1s"},
        "each_term": {
            "need": "cross_sell",
            "product": "Review",
            "after": "term_begun",
            "wait": "1s",
        },
        "healthy": {"need": "cross_sell", "product": "More", "health": "good"},
    },
}
FINDING: Final = Policy.model_validate(
    {
        "name": "finding",
        "version": 1,
        "title": "Finding",
        "needs": NEEDS,
        "duplicates": {"of_needs": ["product", "reference"], "of_openings": ["reference"]},
        "evidence": {"by": ["purchase", "yes"], "within": "1h", "close_in": "1h"},
        "contracts": {"lead": "400d", "renewal": "patient", "additions": []},
        "health": {"components": {"usage": {"weight": 1}}},
    }
)
"""Finds needs, knows what repeats what, and begins again on late evidence."""
FINDING_LESS: Final = FINDING.model_copy(
    update={
        "name": "finding_less",
        "needs": NeedTerms.model_validate(
            {"kinds": {"expansion": NEEDS["kinds"]["expansion"]}, "patience": "1h"}
        ),
    }
)
"""The same, but it takes nothing but expansions, and finds none by itself."""
