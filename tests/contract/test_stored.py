"""What older runs have said and made is as the contract says."""

import pytest
from pydantic import ValidationError

from sales.account.messages import ACCOUNT_KINDS
from sales.messages import KINDS, Malformed, Message
from sales.opening import Request
from sales.pool.messages import POOL_KINDS
from sales.reading import read
from sales.values import Model
from tests.contract.schemas import fault, fault_of
from tests.stored import Stored, stored
from workflows.carrying import AccountStart, PoolStart

TAKES: dict[str, dict[str, type[Message]]] = {
    "opportunity": KINDS,
    "account": ACCOUNT_KINDS,
    "pool": POOL_KINDS,
}

every_history = pytest.mark.parametrize(
    "history", [each for each in stored() if each.subject in TAKES], ids=lambda each: each.name
)


@every_history
def test_every_stored_fact_is_as_the_contract_says(history: Stored) -> None:
    assert [bad for fact in history.facts() if (bad := fault_of(history.subject, fact))] == []


@every_history
def test_every_stored_message_that_was_taken_is_as_the_contract_says(history: Stored) -> None:
    kinds = TAKES[history.subject]
    refused = {fact.event_id for fact in history.facts() if fact.kind == "refused"}
    taken = [
        (kind, body)
        for kind, body in history.messages()
        if not isinstance(message := read(kind, body, kinds), Malformed)
        and message.event_id not in refused
    ]
    places = [(f"messages/{history.subject}/{kind}", body) for kind, body in taken]
    assert [bad for place, body in places if (bad := fault(place, body))] == []


@every_history
def test_every_stored_answer_is_as_the_contract_says(history: Stored) -> None:
    assert [bad for each in history.receipts() if (bad := fault("answers/receipt", each))] == []
    if history.subject == "opportunity" and (record := history.result()):
        assert fault("answers/outcome_record", record) is None


STARTS: dict[str, type[Model]] = {
    "opportunity": Request,
    "account": AccountStart,
    "pool": PoolStart,
}


@every_history
def test_a_start_from_outside_is_taken_where_the_contract_allows_it(history: Stored) -> None:
    inner = {"state", "process"}  # what runs and accounts hand to the runs that they begin
    if not isinstance(history.start, dict) or history.start.keys() & inner:
        return
    try:
        STARTS[history.subject].model_validate(history.start)
        taken = True
    except ValidationError:
        taken = False
    assert (fault(f"starts/{history.subject}", history.start) is None) == taken
