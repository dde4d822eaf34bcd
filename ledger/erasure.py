"""An erasure that no workflow is left to hear goes straight to the ledger; an end stays an end."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from ledger import read
from ledger.batch import Batch, Subject
from ledger.fold import ACCOUNT, OPPORTUNITY
from ledger.write import Writing
from sales.account.decide import decide_account, folded
from sales.decide import decide
from sales.drafts import Broken
from sales.evolve import evolve
from sales.facts import Fact
from sales.messages import Erase
from sales.receipt import Receipt, account_receipt, receipt

HERE: Final = "command"
"""The cause of such facts, and the run that they name."""

Answer = tuple[Receipt, tuple[Fact, ...]]


def erase(
    connection: Connection, writing: Writing, subject: Subject, id: str, asked: Erase, at: datetime
) -> Receipt:
    """Decide it as the workflow would have, and write it. Raises Broken where one is left, for
    then the workflow has to decide."""
    decided = _of_opportunity if subject == "opportunity" else _of_account
    answer, facts = decided(connection, id, asked, at)
    if facts:
        batch = Batch(subject, id, HERE, facts)
        writing.expect([batch])
        writing.add(batch)
        writing.flush()
    return answer


def _of_opportunity(connection: Connection, id: str, asked: Erase, at: datetime) -> Answer:
    state = read.state(connection, OPPORTUNITY, id)
    if state is None:
        raise Broken("opportunity_id", "unknown_opportunity")
    if state.outcome is None:
        raise Broken("opportunity_id", "still_open", "its workflow decides")
    facts = decide(state, asked, at, HERE)
    for fact in facts:
        state = evolve(state, fact)
    return receipt(state, asked, facts), facts


def _of_account(connection: Connection, id: str, asked: Erase, at: datetime) -> Answer:
    state = read.state(connection, ACCOUNT, id)
    if state is None:
        raise Broken("account_id", "unknown_account")
    if state.retired_at is None:
        raise Broken("account_id", "still_open", "its workflow decides")
    facts = decide_account(state, asked, at, HERE)
    return account_receipt(folded(state, facts), asked, facts), facts
