"""Keys come and go: nothing is lost, and what cannot be read for now waits until it can."""

import io
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio.client import Client

from encryption.codec import data_converter, sealed_with
from encryption.ring import Key, Ring
from encryption.ring_file import RingFile
from starter.commands.checks import STUCK
from starter.sealed import sample
from tests.server import dev_server
from tests.workflows.world import Handle, World, events, eventually, message

REPORTED_AFTER = "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute"
A_SECOND = timedelta(seconds=1)
"""How long a task may take that nobody completes: an outage is over all the sooner."""


def without(ring: Ring, key_id: str) -> Ring:
    kept = {name: key for name, key in ring.keys.items() if name != key_id}
    return Ring(active=ring.active, keys=kept)


async def keys_in(handle: Handle) -> set[str | None]:
    """By which keys the signals of the history were sealed."""
    return {
        sealed_with(payload)
        for event in await events(handle)
        for payload in event.workflow_execution_signaled_event_attributes.input.payloads
    }


@pytest.fixture
async def client(ring: RingFile) -> AsyncIterator[Client]:
    """Encrypts, on a server that reports a workflow at the first task that fails."""
    async with await dev_server(
        "--dynamic-config-value", f"{REPORTED_AFTER}=1", data_converter=data_converter(ring.read)
    ) as environment:
        yield environment.client


async def test_a_life_across_a_rotation_waits_for_the_old_key_and_ends_well(
    world: World, ring: RingFile, logged: io.StringIO
) -> None:
    old = ring.read()
    async with world.worker(max_cached_workflows=0):  # each task reads the history from the start
        handle = await world.start("long", task_timeout=A_SECOND)
        await handle.signal("change_stage", message(handle, "old", stage="offer"))
        await world.until(handle, 2)

        key = Key.new()
        both = ring.change(lambda ring: ring.with_key(key).using(key.id))
        await handle.signal("change_stage", message(handle, "new", stage="contract"))
        await world.until(handle, 3)
        assert await keys_in(handle) == {old.active, key.id}
        assert old.active not in (await sample(world.client)).missing

        ring.change(lambda ring: without(ring, old.active))
        await handle.signal("log_effort", message(handle, "waits", hours="2"))
        await eventually(lambda: stuck(world), lambda ids: handle.id in ids)
        assert old.active in (await sample(world.client)).missing
        assert len(await world.facts(handle)) == 3

        ring.change(lambda _: both)
        await world.until(handle, 4)
        receipt = await world.say(handle, "record_decision", decision="no", reasons=["price"])
        assert receipt.accepted
        assert (await handle.result())["outcome"] == "lost"

    told = [fact.event_id for fact in await world.facts(handle) if fact.cause == "signal"]
    assert told == [f"{handle.id}/{each}" for each in ("old", "new", "waits")]
    assert complaints(logged) >= {f"MissingKey: {missing(old.active)}"}


def missing(key_id: str) -> str:
    return f"a payload is encrypted with the key {key_id}, which the key ring does not hold"


def complaints(logged: io.StringIO) -> set[str]:
    lines = (json.loads(line) for line in logged.getvalue().splitlines())
    return {line["exception"].splitlines()[-1] for line in lines if "exception" in line}


async def stuck(world: World) -> set[str]:
    return {run.id async for run in world.client.list_workflows(STUCK)}
