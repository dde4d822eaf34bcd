"""What the health looks at in the other parts of the account."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sales.account.state import Account


class Term(NamedTuple):
    """A term that runs: of which contract, the how many-th, and from when to when."""

    contract_id: str
    number: int
    starts_at: datetime
    ends_at: datetime


def terms(_state: Account) -> Iterator[Term]:
    """The terms that run."""
    return iter(())


def has_severe_breach(_state: Account) -> bool:
    """Whether a severe commitment was breached and is still open."""
    return False
