"""Ledger or Temporal are restored from a backup, and one is older than the other."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from ledger.ledger import Ledger
from tests.workflows.conftest import in_namespace
from tests.workflows.lives import back_up, remade
from tests.workflows.test_reconcile import A_CALL, A_CONTRACT, listed
from tests.workflows.world import Handle, World, eventually, id_of, message, new_id, reconcile

LIVE: Final = {
    "fact": "SELECT subject, id, sequence, digest FROM fact WHERE superseded = 0",
    "opportunity": "SELECT * FROM opportunity",
    "account": "SELECT * FROM account",
    "reservation": "SELECT opportunity_id, account_id FROM reservation",
}
"""What must be again as it was; by which run and when it was written may differ."""


def restored(database: Path, copy: Path) -> None:
    """The copy in place of the database, while nobody has it open."""
    for side in ("-wal", "-shm"):
        database.with_name(database.name + side).unlink(missing_ok=True)
    copy.replace(database)


def held(database: Path) -> dict[str, set[Any]]:
    """Everything in the ledger that counts."""
    with closing(sqlite3.connect(database)) as source:
        return {table: set(source.execute(query)) for table, query in LIVE.items()}


@pytest.fixture
async def world(client: Client, empty_ledger: Path, tmp_path: Path) -> AsyncIterator[World]:
    """In a namespace of its own: a ledger is made from all that there is."""
    apart = await in_namespace(client, new_id("restored"))
    world = World(apart, Path(shutil.copy(empty_ledger, tmp_path / "ledger.db")))
    yield world
    await world.close()


async def won(world: World, handle: Handle) -> None:
    receipt = await world.say(handle, "record_purchase", reasons=["value"], **A_CONTRACT)
    assert receipt.accepted, receipt
    await listed(world, handle, "Completed")


async def test_an_older_ledger_is_brought_up_to_all_that_happened_since(world: World) -> None:
    account_id = new_id("a")
    account = world.closeline.account(account_id)
    copy = world.database.with_name("backup.db")
    async with world.worker():
        goes_on, ends = [await world.open("long", account_id) for _ in range(2)]
        back_up(world.database, copy)
        await world.say(goes_on, "record_engagement", **A_CALL)
        await won(world, ends)
        begins = await world.open("long", account_id)
        passes = await world.open("long", account_id)
        await won(world, passes)
        await eventually(lambda: world.state(account), lambda state: len(state["last_ends"]) == 2)
        for handle in (goes_on, begins, account):
            await world.written(handle)
    before = held(world.database)
    world.ledger.close()
    world.switched.close()
    restored(world.database, copy)
    assert held(world.database) != before

    ledger = Ledger(f"sqlite:///{world.database}")
    found = (await remade(world.client, ledger)).found
    ledger.close()
    assert (found.incomplete, found.begin_later) == ({}, {})
    assert held(world.database) == before
    async with world.worker():
        await world.say(begins, "record_engagement", **A_CALL)
        later = await world.open("long", account_id)
        assert await world.status(later) == "RUNNING"
        reconciled = await reconcile(world)
        assert (reconciled.ledger_behind, reconciled.missing) == ([], [])


async def gone(world: World, handle: Handle) -> None:
    """As if Temporal had been restored from before the opportunity began."""
    await world.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=world.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=handle.id),
        )
    )

    async def is_gone() -> bool:
        try:
            await handle.describe()
        except RPCError as error:
            return error.status == RPCStatusCode.NOT_FOUND
        return False

    await eventually(is_gone, bool)


async def test_an_opportunity_that_temporal_has_lost_goes_on_from_the_ledger(world: World) -> None:
    async with world.worker():
        handle = await world.open("long")
        heard = message(handle, 1, kind="record_engagement", **A_CALL)
        await handle.execute_update("submit", heard)
        before = await world.written(handle)
        shown = await world.attribute(handle, "EndBy")
        await gone(world, handle)

        found = await reconcile(world)
        assert (found.opportunities_started, found.missing) == ([id_of(handle)], [])
        again = await handle.execute_update("submit", heard)
        assert again["duplicate"]
        assert await world.facts(handle) == before
        assert await world.attribute(handle, "EndBy") == shown
        timeout = (await handle.fetch_history()).events[0]
        started = timeout.workflow_execution_started_event_attributes
        assert started.workflow_execution_timeout.ToTimedelta() > timedelta(days=289)
        await won(world, handle)
        assert (await world.kinds(handle))[-1] == "ended"
        assert (await reconcile(world)).opportunities_started == []


async def test_what_should_have_ended_meanwhile_ends_at_its_deadline(world: World) -> None:
    async with world.worker():
        handle = await world.open("hasty")
        row = world.ledger.opportunity(id_of(handle))
        assert row
        assert row.deadline
        await gone(world, handle)
        await asyncio.sleep((row.deadline - datetime.now(UTC)).total_seconds())
        await reconcile(world)
        end = await handle.result()
    assert (end["outcome"], end["reason"]) == ("expired", "buyer_silence")
    assert datetime.fromisoformat(end["closed_at"]) == row.deadline
