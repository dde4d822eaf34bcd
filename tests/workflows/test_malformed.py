"""No message of any shape stalls a workflow or vanishes: it is refused, by field and rule."""

import asyncio
import json
from typing import Any, Final

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.service import RPCError, RPCStatusCode

from sales.receipt import Receipt
from starter.sending import Refused
from tests.workflows.world import Handle, World, eventually, failed_tasks, message, new_id

pytestmark = pytest.mark.usefixtures("worker")


def raw(data: bytes, encoding: bytes = b"json/plain", **metadata: bytes) -> RawValue:
    return RawValue(Payload(metadata={"encoding": encoding, **metadata}, data=data))


def nested(depth: int, inner: str = "1") -> bytes:
    return f'{{"stage": {"[" * depth}{inner}{"]" * depth}}}'.encode()


ENCRYPTED: Final = raw(b"zz", b"binary/encrypted")
AN_END: Final = {"opportunity_id": "o", "outcome": "lost", "reason": "price"}
SHAPES: Final[dict[str, tuple[list[Any], str, str]]] = {
    "nothing": ([], "body", "one_json_object"),
    "null": ([None], "body", "one_json_object"),
    "a number": ([1], "body", "one_json_object"),
    "a text": (["x"], "body", "one_json_object"),
    "a list": ([[1, {}]], "body", "one_json_object"),
    "not a number": ([float("nan")], "body", "one_json_object"),
    "an empty object": ([{}], "stage", "required"),
    "a wrong type": ([{"stage": {"a": 1}}], "stage", "string_type"),
    "an unknown field": ([{"stage": "offer", "stagee": 1}], "stagee", "unknown_field"),
    "a bad stamp": ([{"stage": "offer", "occurred_at": 1}], "occurred_at", "not_a_datetime"),
    "from the future": (
        [{"stage": "offer", "sent_at": "2199-01-01T00:00:00Z"}],
        "sent_at",
        "in_the_future",
    ),
    "two arguments": ([{"stage": "offer"}, {"stage": "offer"}], "body", "wrong_arguments"),
    "an unknown encoding": ([ENCRYPTED], "body", "undecodable"),
    "no encoding": ([RawValue(Payload(data=b"{}"))], "body", "one_json_object"),
    "half an object": ([raw(b'{"stage": "off')], "body", "undecodable"),
    "no utf-8": ([raw(b'{"stage": "\xff\xfe"}')], "body", "undecodable"),
    "bytes": ([raw(b"\x00\x01", b"binary/plain")], "body", "one_json_object"),
    "a protobuf": (
        [raw(b"\x08\x01", b"binary/protobuf", messageType=b"no.such.Type")],
        "body",
        "undecodable",
    ),
    "infinite": ([raw(b'{"stage": "offer", "note": Infinity}')], "note", "string_type"),
    "a lone surrogate": ([raw(b'{"stage": "\\ud800"}')], "body", "undecodable"),
    "a null character": ([raw(b'{"stage": "a\\u0000"}')], "stage", "malformed"),
    "a huge number": ([raw(b'{"stage": ' + b"9" * 5000 + b"}")], "body", "undecodable"),
    "deep": ([raw(nested(90))], "stage", "string_type"),
    "deeper": ([raw(nested(195))], "stage", "string_type"),
    "too deep": ([raw(nested(100_000))], "body", "undecodable"),
    "a long text": ([raw(nested(1, json.dumps("x" * 200_000)))], "stage", "string_type"),
    "many fields": (
        [raw(json.dumps({f"field{n}": n for n in range(10_000)}).encode())],
        "stage",
        "required",
    ),
}
"""What is sent, and the field and the rule it breaks as a `change_stage`."""


async def assert_alive(world: World, handle: Handle) -> None:
    """The next good message works, and no task has failed."""
    receipt = await world.say(handle, "change_stage", stage="contract")
    assert receipt.accepted
    await world.written(handle)
    assert not await failed_tasks(handle)


async def test_a_signal_of_any_shape_is_refused_by_field_and_rule(world: World) -> None:
    handle = await world.open("long")
    for arguments, _, _ in SHAPES.values():
        await handle.signal("change_stage", args=arguments)
    state = await eventually(
        lambda: world.state(handle), lambda state: state["refusals"] == len(SHAPES)
    )
    assert state["stage"] == "talk"
    await assert_alive(world, handle)
    refused = [fact for fact in await world.facts(handle) if fact.kind == "refused"]
    told = {
        name: (fact.data["field"], fact.data["rule"])
        for name, fact in zip(SHAPES, refused, strict=True)
    }
    assert told == {name: (field, rule) for name, (_, field, rule) in SHAPES.items()}
    assert {fact.data["message"] for fact in refused} == {"change_stage"}


async def test_an_update_of_any_shape_is_answered(world: World) -> None:
    handle = await world.open("long")
    answers: dict[str, tuple[str | None, str | None]] = {}
    for name, (arguments, _, _) in SHAPES.items():
        try:
            receipt = await asyncio.wait_for(
                handle.execute_update("submit", args=arguments, result_type=Receipt), 8
            )
            answers[name] = receipt.field, receipt.rule
        except WorkflowUpdateFailedError as error:
            answers[name] = None, str(error.cause)
    await assert_alive(world, handle)
    two = answers.pop("two arguments")
    assert two[0] is None
    assert "argument" in str(two[1])
    # Where it is an object at all, its kind is what an update misses first.
    nobody = ("kind", "unknown_kind")
    for name, answer in answers.items():
        _, field, rule = SHAPES[name]
        assert answer == ((field, rule) if field in ("body", "sent_at") else nobody), name


async def test_an_unknown_name_is_refused_by_its_name_whatever_comes_with_it(world: World) -> None:
    handle = await world.open()
    for arguments in ([], [1, 2], [ENCRYPTED, ENCRYPTED], [{"event_id": "x"}]):
        await handle.signal("no_such_message", args=arguments)
    await handle.signal("x" * 900, {})
    await eventually(lambda: world.state(handle), lambda state: state["refusals"] == 5)
    receipt = await world.say(handle, "no_such_message")
    assert (receipt.accepted, receipt.field, receipt.rule) == (False, "kind", "unknown_kind")
    await assert_alive(world, handle)
    refused = [fact for fact in await world.facts(handle) if fact.kind == "refused"]
    assert {fact.data["rule"] for fact in refused} == {"unknown_kind"}
    assert (refused[3].event_id, refused[3].data["body"]) == ("x", {"event_id": "x"})
    assert {fact.data["message"][:15] for fact in refused} == {"no_such_message", "x" * 15}


async def test_every_message_of_an_account_is_guarded_in_the_same_way(world: World) -> None:
    handle = await world.open()
    account = world.closeline.account((await world.state(handle))["account_id"])
    kinds = ("open_opportunity", "opportunity_ended", "late_message", "retire", "no_such_message")
    for kind in kinds:
        for arguments in ([], [None], [{"a": 1}, 2], [ENCRYPTED], [raw(nested(195))], [["x"]]):
            await account.signal(kind, args=arguments)
    count = 6 * len(kinds)
    await eventually(lambda: world.state(account), lambda state: state["refusals"] == count)
    assert (
        await world.closeline.say_to_account(account.id.partition(":")[2], "amend", owner="b")
    ).accepted
    facts = await world.written(account)
    assert sum(fact.kind == "refused" for fact in facts) == count
    assert not await failed_tasks(account)
    assert await world.status(handle) == "RUNNING"


async def test_what_an_account_keeps_for_others_is_kept_in_a_form_that_any_store_can_hold(
    world: World,
) -> None:
    handle = await world.open()
    account = world.closeline.account((await world.state(handle))["account_id"])
    for depth in (30, 100, 190):
        body = json.loads(nested(depth, '"a\\u0000b"'))
        said = {"opportunity_id": "o", "message": {"kind": "amend", "body": body}}
        await account.signal("late_message", said)
        await account.signal("opportunity_ended", {**AN_END, "record": body})
    facts = await world.until(account, 8)
    assert "\0" not in json.dumps([fact.data for fact in facts])
    assert [fact.kind for fact in facts[2:]] == ["late_message_kept", "opportunity_ended"] * 3


async def test_what_is_over_the_limit_is_refused_to_its_sender_and_leaves_no_trace(
    world: World,
) -> None:
    handle = await world.open()
    with pytest.raises(RPCError, match="exceeds limit") as refused:
        await handle.signal("amend", {"note": "x" * 1_000_000})
    assert refused.value.status == RPCStatusCode.INVALID_ARGUMENT
    with pytest.raises(Refused, match="too_large"):
        await world.say(handle, "amend", note="x" * 1_000_000)
    await assert_alive(world, handle)
    assert await world.kinds(handle) == ["opened", "stage_changed"]


async def test_the_longest_valid_messages_can_be_written_many_at_once_and_carried_on(
    world: World,
) -> None:
    handle = await world.open()
    words = "w" * 2_000
    with world.switches.down:
        said = {"origin": "buyer", "channel": "mail", "summary": words, "note": words}
        each = (message(handle, number, **said) for number in range(100))
        await asyncio.gather(*(handle.signal("record_engagement", body) for body in each))
        await eventually(lambda: world.state(handle), lambda state: state["outbox"] == 100)
    await world.until(handle, 101)
    await assert_alive(world, handle)


async def test_as_many_details_as_one_may_carry_can_be_carried_on(world: World) -> None:
    handle = await world.open()
    for place in range(10):
        people = {new_id("p"): {"role": "user", "name": "n" * 200} for _ in range(10)}
        aims = {new_id("aim"): {"description": "d" * 2_000} for _ in range(10)}
        receipt = await world.say(handle, "amend", stakeholders=people, objectives=aims)
        assert receipt.accepted or receipt.rule == "too_large", (place, receipt)
    for number in range(60):
        await handle.signal("log_effort", message(handle, number, hours="1"))
    first_run = (await world.rows(handle))[0].run_id
    await eventually(handle.describe, lambda described: described.run_id != first_run)
    await assert_alive(world, handle)
