"""In cipher everything is heard as in clear, and nothing that comes in cipher stalls a workflow."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from google.protobuf.message import Message as Proto
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.common import RawValue

from activities.history import told_by_history
from encryption.codec import ENCODING, NAME, Codec, MissingKey, sealed_with
from encryption.ring_file import RingFile
from starter.schedules import RECONCILE, SNAPSHOT, ensure_schedules
from starter.sending import LARGEST
from tests.workflows.poisoning import attempts
from tests.workflows.world import (
    Handle,
    World,
    events,
    eventually,
    failed_tasks,
    id_of,
    message,
    new_id,
)
from workflows.ids import opportunity_workflow

IN_CLEAR = {"search_attributes", "data"}
"""Where payloads are in clear: what can be searched for, and what the SDK's core notes of a local
activity, which is its name and its times."""


def payloads(found: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Payload]]:
    """Every payload in a message of the server, with the way to it."""
    if isinstance(found, Payload):
        yield way, found
    elif isinstance(found, Proto):
        for field, value in found.ListFields():
            if field.message_type is not None:
                yield from payloads(value, (*way, field.name))
    elif isinstance(found, Mapping):
        for name, value in found.items():
            yield from payloads(value, (*way, str(name)))
    elif isinstance(found, Sequence) and not isinstance(found, str | bytes):
        for value in found:
            yield from payloads(value, way)


async def test_every_payload_of_a_life_is_sealed_but_what_can_be_searched_for(
    world: World, ring: RingFile
) -> None:
    async with world.worker():
        handle = await world.open("warned", amount={"amount": "7.50", "currency": "EUR"})
        account = world.closeline.account((await world.state(handle))["account_id"])
        await handle.signal("amend", message(handle, 1, product="Lifts"))
        await world.say(handle, "log_effort", hours="1")
        await handle.signal("log_effort", "nonsense")
        await handle.result()
        await eventually(lambda: world.state(account), lambda state: not state["open"])
    ways = set()
    for each in (handle, account):
        for event in await events(each):
            for way, payload in payloads(event):
                if sealed_with(payload) is None:
                    assert IN_CLEAR & set(way), way
                else:
                    assert sealed_with(payload) == ring.read().active
                    ways.add(way[-2:])
    assert {("user_metadata", "summary"), ("input", "payloads"), ("result", "payloads")} <= ways


async def test_pages_queries_receipts_and_histories_are_read_by_who_has_the_key(
    world: World, plain: Client
) -> None:
    async with world.worker():
        handle = await world.open("long", opportunity_id=new_id("o"))
        receipt = await world.say(handle, "change_stage", stage="offer")
        assert receipt.accepted
        assert (await world.state(handle))["stage"] == "offer"
        assert (await handle.query("deadlines"))[0]["name"] == "end_by"
        page = await handle.query("__temporal_workflow_metadata")
        assert "### Lifts" in page.current_details
        assert await (await handle.describe()).static_summary() == "Lifts"
        stranger = plain.get_workflow_handle(handle.id)
        with pytest.raises(MissingKey):
            await stranger.query("state")
        facts = await world.written(handle)
    told = await told_by_history(world.client, handle.id)
    assert told.ordered() == facts
    assert told.start
    assert told.start.opening.name == "Lifts"


async def test_who_speaks_in_clear_is_heard_too(world: World, plain: Client) -> None:
    opening = {"opportunity_id": new_id("o"), "process": "long", "name": "Lifts"}
    async with world.worker():
        handle = await plain.start_workflow(
            "Opportunity",
            {"account_id": new_id("a"), "opening": opening},
            id=opportunity_workflow(opening["opportunity_id"]),
            task_queue=world.task_queue,
        )
        await handle.signal("change_stage", message(handle, 1, stage="offer"))
        facts = await world.until(handle, 2)
    assert [fact.kind for fact in facts] == ["opened", "stage_changed"]


async def test_what_no_key_can_open_is_refused_and_stalls_nothing(
    world: World, ring: RingFile
) -> None:
    active = ring.read().active.encode()
    (sealed,) = await Codec(ring.read).encode([Payload(metadata={"encoding": b"json/plain"})])
    garbage = {
        "cut off": Payload(metadata=sealed.metadata, data=sealed.data[:-1]),
        "empty": Payload(metadata={"encoding": ENCODING, NAME: active}),
        "another system's": Payload(metadata={"encoding": ENCODING, NAME: b"kms:7"}, data=b"x"),
        "of no key": Payload(metadata={"encoding": ENCODING}, data=b"x"),
    }
    sender = Client(world.client.service_client, namespace=world.client.namespace)
    async with world.worker(max_cached_workflows=0):
        handle = await world.open("long")
        for each in garbage.values():
            raw = sender.get_workflow_handle(handle.id)
            await raw.signal("change_stage", RawValue(each))
        facts = await world.until(handle, 1 + len(garbage))
        assert {fact.data["rule"] for fact in facts[1:]} == {"undecodable"}
        assert (await world.say(handle, "change_stage", stage="offer")).accepted
        assert await failed_tasks(handle) == []


async def test_a_worker_without_keys_refuses_no_message_and_ends_no_workflow(
    world: World, plain: Client
) -> None:
    keyless = World(plain, world.database)
    keyless.task_queue = world.task_queue
    async with keyless.worker():
        handle = await world.start("long", task_timeout=timedelta(seconds=1))
        await eventually(lambda: attempts(handle), lambda attempts: attempts > 1)
        await handle.signal("change_stage", message(handle, 1, stage="offer"))
        assert await world.status(handle) == "RUNNING"
    keyless.ledger.close()
    keyless.switched.close()
    async with world.worker():
        facts = await world.until(handle, 2)
    assert [fact.kind for fact in facts] == ["opened", "stage_changed"]


async def test_the_schedule_speaks_in_cipher_too(world: World) -> None:
    await ensure_schedules(world.client, world.task_queue)
    schedule = world.client.get_schedule_handle(RECONCILE)
    async with world.worker():
        await schedule.trigger()
        described = await eventually(schedule.describe, lambda found: found.info.recent_actions)
        run = described.info.recent_actions[-1].action
        handle: Handle = world.client.get_workflow_handle(getattr(run, "workflow_id"))  # noqa: B009  # of one kind
        assert (await handle.result())["unanswered"] is not None
        first, *_ = await events(handle)
    started = first.workflow_execution_started_event_attributes
    assert all(sealed_with(each) for each in started.input.payloads)
    for name in (RECONCILE, SNAPSHOT):
        await world.client.get_schedule_handle(name).delete()


async def test_the_largest_message_that_may_be_sent_is_heard_in_cipher(world: World) -> None:
    surplus = "x" * (LARGEST - 200)
    async with world.worker():
        handle = await world.open("long")
        receipt = await world.say(handle, "amend", surplus=surplus)
        assert receipt.rule == "unknown_field"
        await world.closeline.signal(id_of(handle), "amend", surplus=surplus)
        facts = await world.until(handle, 3)
    assert [fact.kind for fact in facts] == ["opened", "refused", "refused"]
