"""What the health looks at in the other parts of the account."""

from collections.abc import Iterator

from sales.account.commitments.state import severely_breached
from sales.account.contracts.state import Term
from sales.account.contracts.state import terms as terms_of
from sales.account.state import Account


def terms(state: Account) -> Iterator[Term]:
    """The terms that run and of which nobody knows yet how they will end."""
    for term in terms_of(state.contracts):
        held = state.contracts.live[term.contract_id]
        if not (held.ending or held.renewal.decided):
            yield term


def has_severe_breach(state: Account) -> bool:
    """Whether a severe commitment was breached, and is neither met nor waived."""
    return severely_breached(state.commitments.values())
