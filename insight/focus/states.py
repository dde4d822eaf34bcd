"""The states of some opportunities as they were known at an instant."""

from collections.abc import Sequence
from datetime import datetime

from ledger.ledger import Ledger
from ledger.trace import known
from sales.evolve import fold
from sales.opportunity import Opportunity


def states(ledger: Ledger, ids: Sequence[str], as_of: datetime) -> dict[str, Opportunity]:
    """By id, folded from the facts that could be known then; those that had none are missing."""
    definitions = ledger.processes()
    found = {}
    for id_, journal in ledger.journals("opportunity", ids).items():
        facts = [fact for fact in journal if known(fact) <= as_of.timestamp()]
        if state := fold(facts, lambda name, version: definitions[name, version]):
            found[id_] = state
    return found
