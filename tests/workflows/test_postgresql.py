"""A whole life whose ledger is PostgreSQL, which is gone for a moment in the middle of it."""

import asyncio
from functools import partial

from temporalio.client import Client

from ledger.batch import Subject
from ledger.ledger import Ledger
from starter.client import CloselineClient
from tests.postgres import Postgres
from tests.workflows.processes import LIBRARY
from tests.workflows.world import SANDBOX, eventually, new_id
from worker import make_worker

SIGNED = {"kind": "signed_contract", "reference": "C-1"}


async def test_a_life_is_lived_to_its_end_with_a_ledger_on_postgresql(
    client: Client, postgres: Postgres
) -> None:
    ledger, queue = Ledger(postgres.url(postgres.create())), new_id("queue")
    closeline, account_id, id_ = CloselineClient(client, queue), new_id("a"), new_id("o")

    async def kinds(subject: Subject, key: str) -> list[str]:
        facts = await asyncio.to_thread(ledger.journal, subject, key)
        return [fact.kind for fact in facts]

    async with make_worker(client, ledger, queue, LIBRARY, workflow_runner=SANDBOX):
        await closeline.open_opportunity(account_id, id_, process="patient", name="Lifts")
        await eventually(partial(kinds, "opportunity", id_), lambda told: told == ["opened"])
        await asyncio.to_thread(postgres.kill)
        receipt = await closeline.say(id_, "change_stage", stage="offer")
        assert receipt.accepted
        await asyncio.to_thread(postgres.start)
        await closeline.say(id_, "record_purchase", evidence=SIGNED, reasons=["value"])
        record = await closeline.opportunity(id_).result()
        await eventually(
            partial(kinds, "account", account_id), lambda told: told[-1] == "opportunity_ended"
        )
        await closeline.account(account_id).terminate("the test is over")

    assert await kinds("opportunity", id_) == ["opened", "stage_changed", "purchased", "ended"]
    assert ledger.end_of(id_) == record
    assert record["outcome"] == "won"
    ledger.close()
