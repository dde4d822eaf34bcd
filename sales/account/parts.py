"""All parts of managing an account, in the order in which they see what has happened."""

from collections.abc import Iterator
from typing import Final

from sales.account.commitments.rules import COMMITMENT
from sales.account.contracts.rules import CONTRACT
from sales.account.duplicates.rules import DUPLICATES
from sales.account.evidence.rules import EVIDENCE
from sales.account.health.rules import HEALTH
from sales.account.merging.rules import MERGE
from sales.account.moves.rules import MOVE
from sales.account.needs.rules import NEED
from sales.account.part import Part
from sales.account.referrals.rules import REFERRALS
from sales.account.satisfaction.rules import SATISFACTION
from sales.facts import Fact
from sales.telling import Telling

PARTS: Final[tuple[Part, ...]] = (
    *(CONTRACT, COMMITMENT, SATISFACTION, HEALTH),
    *(NEED, REFERRALS, DUPLICATES, EVIDENCE, MOVE, MERGE),
)
"""Health looks at what those before it have made of the account, and needs look at health."""


def told_others(account_id: str, fact: Fact) -> Iterator[Telling]:
    """What a fact of an account makes it tell other workflows."""
    for part in PARTS:
        if fact.kind in part.tells:
            yield from part.tells[fact.kind](account_id, fact)
