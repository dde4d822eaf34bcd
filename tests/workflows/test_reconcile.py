"""Reconciliation finds what a run could not tell, and puts right each difference by a fact."""

from datetime import timedelta
from typing import Any, Final

import pytest

from ledger.batch import Batch
from sales.facts import Fact
from sales.imports import undo_event
from tests.workflows.conftest import Stories
from tests.workflows.test_reset import reset
from tests.workflows.world import Handle, World, eventually, id_of, message, new_id, reconcile

A_CALL: Final[dict[str, Any]] = {"origin": "buyer", "channel": "call"}
A_CONTRACT: Final[dict[str, Any]] = {"evidence": {"kind": "signed_contract", "reference": "C-1"}}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No difference is taken for a write under way: here none is."""
    monkeypatch.setattr("activities.reconcile.IMPATIENCE", timedelta(0))


async def listed(world: World, handle: Handle, status: str) -> None:
    """Wait until the server's lists, which lag behind, show the run as that."""
    query = f"WorkflowId = '{handle.id}' AND ExecutionStatus = '{status}'"
    await eventually(lambda: world.client.count_workflows(query), lambda found: found.count == 1)


async def assert_account_knows(world: World, account_id: str, outcome: str, reason: str) -> None:
    """The account has learned the one end, once."""
    account = world.closeline.account(account_id)
    state = await eventually(lambda: world.state(account), lambda state: not state["open"])
    assert [end[1:3] for end in state["last_ends"]] == [[outcome, reason]]


def test_a_run_that_answers_nothing_keeps_no_other_from_being_looked_at(stories: Stories) -> None:
    found = stories.poisoning.meanwhile
    assert found.ended == {stories.poisoning.other: "withdrawn/terminated_by_admin"}
    assert found.unanswered == [stories.poisoning.victim]


def test_a_poisoned_run_is_ended_by_the_server_and_recorded_as_the_backstop(
    stories: Stories,
) -> None:
    poisoning = stories.poisoning
    assert poisoning.afterwards.ended == {poisoning.victim: "expired/backstop"}
    assert (poisoning.end["outcome"], poisoning.end["reason"]) == ("expired", "backstop")
    (told,) = poisoning.account["last_ends"]
    assert told[:3] == [poisoning.victim, "expired", "backstop"]


async def test_a_child_that_was_terminated_after_its_account_rolled_over_is_found(
    world: World,
) -> None:
    account_id = new_id("a")
    async with world.worker():
        await world.client.start_workflow(
            "Account",
            {"account_id": account_id, "limits": {"events": 20}},
            id=f"account:{account_id}",
            task_queue=world.task_queue,
        )
        account = world.closeline.account(account_id)
        handle = await world.open("long", account_id)
        first_run = (await account.describe()).run_id
        for number in range(8):
            await world.closeline.say_to_account(account_id, "amend", owner=f"owner-{number}")
        await eventually(account.describe, lambda described: described.run_id != first_run)
        assert (await world.state(account))["open"].keys() == {id_of(handle)}
        await handle.terminate("by an admin")
        await listed(world, handle, "Terminated")

        found = await reconcile(world)
        assert found.ended[id_of(handle)] == "withdrawn/terminated_by_admin"
        await assert_account_knows(world, account_id, "withdrawn", "terminated_by_admin")
        assert (await world.facts(handle))[-1].cause == "reconcile"
        again = await reconcile(world)
        assert id_of(handle) not in again.ended


async def test_a_terminated_account_that_nobody_reaches_is_started_again(world: World) -> None:
    async with world.worker():
        silent = new_id("silent")
        handle = await world.open("long", account=silent)
        account = world.closeline.account(silent)
        await account.terminate("by an admin")
        await listed(world, account, "Terminated")
        found = await reconcile(world)
        assert found.accounts_started == [silent]
        state = await world.state(account)
        assert state["open"].keys() == {id_of(handle)}
        assert await world.status(handle) == "RUNNING"


async def test_a_run_that_was_thrown_back_says_so_and_the_ledger_follows(world: World) -> None:
    async with world.worker():
        handle = await world.open("long")
        for number in range(3):
            await handle.signal("record_engagement", message(handle, number, **A_CALL))
            await world.until(handle, number + 2)
        handle = await reset(world, handle, 1)
        await eventually(lambda: world.state(handle), lambda state: state["sequence"] == 1)
        await listed(world, handle, "Running")

        found = await reconcile(world)
        assert found.rechecked == [id_of(handle)]
        await eventually(lambda: world.kinds(handle), lambda k: k == ["opened", "reset_noticed"])
        assert (await world.facts(handle))[1].data == {"ledger_sequence": 4, "sequence": 1}
        assert sum(1 for row in await world.rows(handle) if row.superseded) == 3


async def test_a_run_that_was_thrown_back_past_its_end_closes_with_the_end_that_stands(
    world: World,
) -> None:
    async with world.worker():
        handle = await world.open("long", "proud")
        await handle.signal("record_purchase", message(handle, 1, **A_CONTRACT))
        won = await handle.result()
        handle = await reset(world, handle, 1)
        await eventually(lambda: world.state(handle), lambda state: not state["outcome"])
        await listed(world, handle, "Running")

        found = await reconcile(world)
        assert found.rechecked == [id_of(handle)]
        assert await handle.result() == {**won, "reset_refused": True}
        assert await world.kinds(handle) == ["opened", "purchased", "ended"]
        await assert_account_knows(world, "proud", "won", "not_stated")


async def test_an_opportunity_that_the_ledger_has_lost_is_written_again_from_its_history(
    world: World,
) -> None:
    async with world.worker():
        handle = await world.open("patient")
        await handle.signal("change_stage", message(handle, 1, stage="offer"))
        await handle.signal("migrate", message(handle, 2, process_version=1))
        await world.until(handle, 3)
        await world.say(handle, "log_effort", hours="2")
        before = await world.written(handle)
        forget(world, handle)
        assert await world.facts(handle) == []
        await listed(world, handle, "Running")

        found = await reconcile(world)
        assert id_of(handle) in found.ledger_behind
        assert await world.facts(handle) == before


async def test_an_account_that_never_heard_of_the_end_of_what_was_taken_back_is_told(
    world: World,
) -> None:
    async with world.worker():
        handle = await world.open("long", "deaf")
        said = {"reason": "created_in_error", "event_id": undo_event("run-1")}
        await world.say(handle, "withdraw", **said)
        await handle.result()
        await assert_account_knows(world, "deaf", "withdrawn", "created_in_error")
        account = world.closeline.account("deaf")
        await account.terminate("by an admin")
        await listed(world, account, "Terminated")
    assert world.ledger.take_back("run-1", [id_of(handle)]) == {}
    forget_the_end(world, "deaf")

    async with world.worker():
        found = await reconcile(world)
        assert (found.accounts_started, found.untold) == (["deaf"], [id_of(handle)])
        await assert_account_knows(world, "deaf", "withdrawn", "created_in_error")
        assert await world.facts(handle) == []


def forget_the_end(world: World, account_id: str) -> None:
    """As if the account had been terminated before it heard of any end."""
    journal = world.ledger.journal("account", account_id)
    last = next(fact.sequence for fact in journal if fact.kind == "opportunity_ended")
    again = Fact(last, "account_amended", *(journal[-1].recorded_at,) * 2, "update", data={})
    world.ledger.record(Batch("account", account_id, "other", (again,)))


def forget(world: World, handle: Handle) -> None:
    """As if an old copy of the database had been put back."""
    with world.ledger._write() as connection:
        for table in ("fact", "opportunity", "open_trace"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE id = ?", (id_of(handle),))
