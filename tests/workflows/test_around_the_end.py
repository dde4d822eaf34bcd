"""Messages around an end: whatever was acknowledged is a fact, applied or late, and what came late
is with the account."""

import asyncio
import random
from collections import Counter
from typing import Any, Final

import pytest
from temporalio.service import RPCError, RPCStatusCode

from sales.receipt import Receipt
from tests.workflows.world import Handle, World, eventually, id_of, message, new_id

pytestmark = pytest.mark.usefixtures("worker")

A_CALL: Final[dict[str, Any]] = {"origin": "buyer", "channel": "call"}
A_CONTRACT: Final[dict[str, Any]] = {"evidence": {"kind": "signed_contract", "reference": "C-1"}}
MESSAGES = 40


class Sender:
    """Sends a burst at one opportunity, the win in its midst, and notes what was acknowledged."""

    def __init__(self, world: World, handle: Handle, seed: int) -> None:
        self.world, self.handle, self.random = world, handle, random.Random(seed)
        self.acknowledged: set[str] = set()
        self.receipts: list[Receipt] = []
        self.gone = 0

    async def send_all(self) -> None:
        sending = []
        for number in range(MESSAGES):
            sending.append(asyncio.create_task(self.send(number)))
            await asyncio.sleep(self.random.random() * 0.03)
        await asyncio.gather(*sending)

    async def send(self, number: int) -> None:
        win = number == MESSAGES // 2
        kind = "record_purchase" if win else "record_engagement"
        event = message(self.handle, number, **(A_CONTRACT if win else A_CALL))
        try:
            if number % 4 == 1:
                receipt = await self.handle.execute_update(
                    "submit", {**event, "kind": kind}, result_type=Receipt
                )
                self.receipts.append(receipt)
            else:
                await self.handle.signal(kind, event)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            self.gone += 1
        else:
            self.acknowledged.add(event["event_id"])


async def test_every_acknowledged_message_is_a_fact_and_what_came_late_is_with_the_account(
    world: World,
) -> None:
    account_id = new_id("a")
    senders = [Sender(world, await world.open("long", account_id), seed) for seed in range(4)]
    await asyncio.gather(*(sender.send_all() for sender in senders))
    late: set[str] = set()
    for sender in senders:
        assert (await sender.handle.result())["outcome"] == "won"
        facts = (await world.facts(sender.handle))[1:]
        told = Counter(fact.event_id for fact in facts if fact.kind not in ("purchased", "ended"))
        told[f"{sender.handle.id}/{MESSAGES // 2}"] += 1
        assert told == dict.fromkeys(sender.acknowledged, 1)
        assert len(sender.acknowledged) + sender.gone == MESSAGES
        assert sender.receipts
        for receipt in sender.receipts:
            fact = facts[receipt.sequence - 2]
            assert fact.event_id == receipt.event_id
            assert (fact.kind == "late") == (receipt.rule == "ended")
        late |= {f"late:{id_of(sender.handle)}:{f.event_id}" for f in facts if f.kind == "late"}

    assert late
    account = world.closeline.account(account_id)
    kept = await eventually(
        lambda: world.facts(account),
        lambda facts: sum(fact.kind == "late_message_kept" for fact in facts) >= len(late),
    )
    assert {fact.event_id for fact in kept if fact.kind == "late_message_kept"} == late
    assert sum(fact.kind == "opportunity_ended" for fact in kept) == len(senders)


async def test_the_client_brings_to_the_account_what_an_ended_opportunity_cannot_hear(
    world: World,
) -> None:
    handle = await world.open(account="keeper")
    await world.say(handle, "record_decision", decision="no", reasons=["price"])
    await handle.result()
    receipt = await world.say(handle, "record_purchase", event_id="too-late", **A_CONTRACT)
    assert (receipt.accepted, receipt.rule) == (False, "ended")
    facts = await world.written(world.closeline.account("keeper"))
    assert facts[-1].kind == "late_message_kept"
    assert facts[-1].data["message"]["body"]["event_id"] == "too-late"
    assert await world.kinds(handle) == ["opened", "decided", "ended"]


async def test_late_messages_with_long_ids_are_not_taken_for_one_another(world: World) -> None:
    handle = await world.open(opportunity_id=new_id("o" * 50), account="careful")
    await world.say(handle, "record_decision", decision="no", reasons=["price"])
    await handle.result()
    for ending in "ab":
        event_id = ("e" * 199) + ending
        receipt = await world.say(handle, "record_engagement", event_id=event_id, **A_CALL)
        assert (receipt.rule, receipt.duplicate) == ("ended", False)
    facts = await world.written(world.closeline.account("careful"))
    assert [fact.kind for fact in facts[3:]] == ["late_message_kept"] * 2
