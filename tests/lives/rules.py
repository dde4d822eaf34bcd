"""Lives in which every rule is broken once, every fact made, and every end come to."""

import asyncio
from contextlib import suppress
from typing import Any, Final

from temporalio.client import WorkflowFailureError

from tests.lives.telling import A_CALL, A_NO, A_YES, AN_ORDER, soon, tell
from tests.workflows.processes import QUIET, STRICT
from tests.workflows.test_malformed import raw
from tests.workflows.world import World, id_of, new_id

DAY: Final = 86_400.0
AN_AMOUNT: Final[dict[str, Any]] = {"amount": "1200.00", "currency": "EUR"}
IN_DOLLARS: Final[dict[str, Any]] = {"amount": "100.00", "currency": "USD"}
OVERRIDE: Final[dict[str, Any]] = {"override": True, "actor": "ann", "note": "as they asked"}
ASKED: Final[dict[str, Any]] = {"actor": "ann", "reason": "requested"}
MANY: Final = [
    {f"p-{half}-{number}": {"role": "user"} for number in range(60)} for half in ("a", "b")
]
HEAVY: Final = {f"o-{number}": {"description": "d" * 2_000} for number in range(34)}
A_TERM: Final[dict[str, Any]] = {"start": "2027-01-01", "end": "2027-12-31"}


async def every_rule_of_the_details(world: World) -> None:
    handle = await world.open("strict", process_version=1)
    await tell(
        handle,
        ("change_stage", {"stage": "offer"}),
        ("change_stage", {"stage": "offer", "override": True}),
        ("change_stage", {"stage": "talk"}),
        ("change_stage", {"stage": "nowhere"}),
        ("record_engagement", {**A_CALL, "stakeholder_id": "nobody"}),
        ("amend", {}),
        ("amend", {"name": None}),
        ("amend", {"amount": AN_AMOUNT, "recurring": IN_DOLLARS}),
        ("amend", {"stakeholders": MANY[0]}),
        ("amend", {"stakeholders": MANY[1]}),
        ("amend", {"objectives": HEAVY}),
        ("amend", {"stakeholders": dict.fromkeys(MANY[0]), "owner": "ann"}),
        ("amend", {"owner": "bob", "occurred_at": "2026-01-01T00:00:00Z"}),
        ("amend", {"stakeholders": {"p-1": {"role": "nobody"}}}),
        ("amend", {"amount": AN_AMOUNT}),
        ("amend", {"recurring": IN_DOLLARS}),
        ("change_stage", {"stage": 7, "event_id": f"{handle.id}/read"}),
        ("log_effort", {"hours": "1.5"}),
        pause=0.02,
    )
    (effort,) = [fact.sequence for fact in await world.until(handle, 19) if fact.data.get("hours")]
    await tell(
        handle,
        ("correct", {"sequence": 10**6, "void": True}),
        ("correct", {"sequence": effort, "origin": "buyer"}),
        ("correct", {"sequence": effort}),
        ("correct", {"sequence": effort, "hours": "2"}),
        ("correct", {"sequence": effort, "void": True}),
        ("log_effort", {"hours": "1", "event_id": "made-up:7"}),
        ("log_effort", {"hours": "1", "sent_at": "2199-01-01T00:00:00Z"}),
        ("log_effort", {"hours": "1", "occurred_at": "2199-01-01T00:00:00Z"}),
        ("erase", {"reason": "requested", "details": ["name"]}),
        ("erase", ASKED),
        ("erase", {**ASKED, "sequences": [10**6]}),
        ("erase", {**ASKED, "sequences": [2], "details": ["name"]}),
        ("change_stage", {"stage": "offer", "evidence": "minutes"}),
        ("change_stage", {"stage": "talk"}),
        ("withdraw", {"reason": "no_capacity", "verbatim": "not now"}),
        pause=0.02,
    )
    await handle.result()


async def a_gate_that_asks_for_everything_and_an_erasure(world: World) -> None:
    kim: dict[str, Any] = {"p-1": {"role": "champion", "name": "Zaphira Canary"}}
    handle = await world.open("demanding", amount=AN_AMOUNT, owner="ann", stakeholders=kim)
    elements = {name: {"score": 3, "evidence": "their mail"} for name in ("metrics", "champion")}
    item = {"product": "Seat", "unit_price": "10.00"}
    call = {**A_CALL, "event_id": f"{handle.id}/call", "stakeholder_id": "p-1", "summary": "rang"}
    await tell(
        handle,
        ("amend", {"objectives": {"o-1": {"description": "half the time"}}}),
        ("amend", {"plan": {"s-1": {"title": "Trial", "due": "2027-03-01", "owner": "buyer"}}}),
        ("amend", {"qualification": elements, "competitors": {"c-1": {"name": "Rival"}}}),
        ("amend", {"line_items": {"l-1": item}}),
        ("record_engagement", call),
        ("record_engagement", call),
        ("record_engagement", {**A_CALL, "origin": "seller"}),
        ("change_stage", {"stage": "offer", "evidence": "minutes"}),
        ("record_decision", {**A_YES, "verbatim": "it pays"}),
        ("change_stage", {"stage": "offer", "evidence": "minutes", "note": "for Zaphira Canary"}),
        ("log_effort", {"hours": "1", "actor": "Zaphira Canary", "note": "on site"}),
        ("greet", {"people": ["p-1", {"deep": 7}]}),
        pause=0.02,
    )
    facts = await world.until(handle, 12)
    calls = [fact.sequence for fact in facts if fact.kind == "engaged"]
    names = ["name", "verbatim", "objectives.o-1", "plan.s-1", "competitors.c-1", "line_items.l-1"]
    await tell(
        handle,
        ("correct", {"sequence": calls[0], "occurred_at": soon(-60)}),
        ("correct", {"sequence": calls[1], "origin": "buyer"}),
        ("erase", {**ASKED, "stakeholder_id": "p-1", "details": names, "sequences": calls}),
        ("record_purchase", {**AN_ORDER, "amount": AN_AMOUNT}),
        pause=0.02,
    )
    await handle.result()


async def landed_from_elsewhere(world: World) -> None:
    landing = {"stage_entered_at": soon(-90 * DAY), "engaged_at": soon(-60 * DAY)}
    said = {"owner": "Kim", "state": "In progress"}
    handle = await world.open("slow", landing={**landing, "grace": "1d", "said": said})
    forced = await world.open("gated", **OVERRIDE)
    await tell(handle, ("record_engagement", A_CALL))
    await world.until(handle, 2)
    await world.say(forced, "record_decision", **A_NO)


async def started_wrongly(world: World) -> None:
    opening = {"process": "patient", "name": "x"}
    process = STRICT.model_dump(mode="json")
    wrong: list[Any] = [
        7,
        raw(b"half an obj"),
        {"account_id": "a b", "opening": opening},
        {"account_id": "a", "opening": {**opening, "process": "unheard_of"}},
        *(
            {"account_id": "a", "opening": {**opening, **each}, "process": process}
            for each in (
                {"stage": "nowhere"},
                {"amount": AN_AMOUNT, "recurring": IN_DOLLARS},
                {"close_date": "2020-01-01"},
                {"close_date": soon(300 * DAY)},
            )
        ),
        {"account_id": "a", "opening": opening, "process": QUIET.model_dump(mode="json")},
    ]
    for each in wrong:
        id = new_id("o")
        if isinstance(each, dict):
            each["opening"]["opportunity_id"] = id
        handle = await world.client.start_workflow(
            "Opportunity", each, id=f"opportunity:{id}", task_queue=world.task_queue
        )
        with suppress(WorkflowFailureError):
            await handle.result()


async def every_rule_of_time(world: World) -> None:
    handle = await world.open("strict", process_version=1, close_date=soon(5 * DAY))
    put_off, rest = {"reason": "holidays"}, {"reason": "their new year"}
    await tell(
        handle,
        ("extend", {"close_date": soon(-DAY), **put_off}),
        ("extend", {"close_date": soon(300 * DAY), **put_off}),
        ("extend", {"close_date": soon(60 * DAY), **put_off}),
        ("extend", {"close_date": soon(40 * DAY), **put_off}),
        ("extend", {"close_date": soon(41 * DAY), **put_off}),
        ("record_engagement", A_CALL),
        ("extend", {"close_date": soon(9 * DAY), **put_off, "occurred_at": soon(-DAY)}),
        ("park", {"until": soon(-DAY), **rest}),
        ("park", {"until": soon(300 * DAY), **rest}),
        ("park", {"until": soon(60 * DAY), **rest}),
        ("park", {"until": soon(10 * DAY), **rest}),
        ("park", {"until": soon(11 * DAY), **rest}),
        ("unpark", {}),
        ("unpark", {}),
        ("park", {"until": soon(5 * DAY), **rest}),
        ("migrate", {"process_version": 1}),
        ("migrate", {"process_version": 2}),
        ("migrate", {"process_version": 3}),
        ("migrate", {"process_version": 7}),
        pause=0.05,
    )
    await world.until(handle, 20)
    quiet = await world.open("quiet", notice_by=soon(30 * DAY))
    await world.say(quiet, "extend", close_date=soon(DAY), reason="holidays")
    await world.say(quiet, "park", until=soon(DAY), reason="holidays")


async def every_rule_of_winning(world: World) -> None:
    handle = await world.open("strict", process_version=1, amount=AN_AMOUNT)
    other = {**A_TERM, "recurring": IN_DOLLARS}
    await tell(
        handle,
        ("record_decision", {"decision": "yes", "reasons": ["luck"]}),
        ("record_purchase", {**AN_ORDER, "contract": other}),
        ("record_purchase", {**AN_ORDER, "contract": {**A_TERM, "recurring": AN_AMOUNT}}),
        ("record_purchase", AN_ORDER),
        ("record_decision", A_NO),
        ("record_decision", {**A_YES, "origin": "buyer", "verbatim": "it pays"}),
        pause=0.02,
    )
    await handle.result()


async def every_way_to_end(world: World) -> None:
    yes_then_no = await world.open("long")
    await tell(yes_then_no, ("record_decision", A_YES), ("record_decision", A_NO), pause=0)
    system = await world.open("long")
    await world.say(system, "record_decision", **A_NO, reason_source="system")
    buyer = await world.open("long")
    await world.say(buyer, "record_decision", **A_NO, origin="buyer", competitor="Rival")
    signed = await world.open("long")
    paid = {"evidence": {"kind": "payment", "reference": "T-1"}}
    await tell(signed, ("record_purchase", paid))
    ordered = await world.open("long")
    reasons = {"reasons": ["value"], "verbatim": "it pays"}
    await tell(ordered, ("record_decision", A_YES), ("record_purchase", {**AN_ORDER, **reasons}))
    for handle in (yes_then_no, system, buyer, signed, ordered):
        await handle.result()


async def ended_by_every_clock(world: World) -> None:
    names = ("action_window", "end_by", "stage_limit", "buyer_silence")
    handles = [await world.open(f"ends_by_{name}") for name in names]
    await tell(handles[0], ("record_decision", A_YES))
    handles.append(await world.open("ends_by_close_date", close_date=soon(2)))
    handles.append(await world.open("quiet", notice_by=soon(2)))
    await asyncio.gather(*(handle.result() for handle in handles))


async def a_hundred_senders(world: World) -> None:
    handle = await world.open("long")
    said = ({"source": f"s-{n}", "source_seq": 1, "hours": "0.1"} for n in range(101))
    await asyncio.gather(*(handle.signal("log_effort", each) for each in said))
    await world.until(handle, 102)
    await handle.signal("log_effort", {"source": "s-7", "source_seq": 1, "hours": "0.1"})
    await tell(handle, ("record_decision", A_NO))
    await handle.result()


async def every_rule_of_an_account(world: World) -> None:
    account_id = f"account-{world.task_queue}"
    say = world.closeline.say_to_account
    handle = await world.open(account=account_id)
    opening: dict[str, Any] = {"process": "patient", "name": "x"}
    wrong: list[dict[str, Any]] = [
        {"process": "unheard_of"},
        {"opportunity_id": "a~2"},
        {"stage": "nowhere"},
        {"process": "gated"},
        {"process": "gated", "override": True},
        {"process": "quiet"},
        {"close_date": "2020-01-01"},
        {"close_date": soon(300 * DAY)},
        {"amount": AN_AMOUNT, "recurring": IN_DOLLARS},
        {"objectives": HEAVY},
        {"sent_at": "2199-01-01T00:00:00Z"},
        {"occurred_at": "2199-01-01T00:00:00Z"},
        {"event_id": "made-up:7"},
        {"opportunity_id": id_of(handle)},
    ]
    for each in wrong:
        said = {"opportunity_id": new_id("o"), **opening, **each}
        await say(account_id, "open_opportunity", **said)
    stranger = await world.open()
    await world.say(stranger, "record_decision", **A_NO)
    await stranger.result()
    await say(account_id, "open_opportunity", opportunity_id=id_of(stranger), **opening)
    for id in ("unheard-of", id_of(handle)):
        await say(account_id, "reopen_opportunity", opportunity_id=id, reason="again")
    await world.start(account=account_id)
    await world.say(handle, "record_decision", **A_NO)
    await handle.result()
    again, successor = {"opportunity_id": id_of(handle), "reason": "again"}, f"{id_of(handle)}~2"
    await say(account_id, "reopen_opportunity", **again)
    await world.until(world.closeline.opportunity(successor), 1)
    await say(account_id, "reopen_opportunity", **again)
    told_twice = {"event_id": new_id("amend"), "owner": "bob"}
    for each in ({}, {"name": "Acme"}, {"segment": None}, told_twice, told_twice):
        await say(account_id, "amend", **each)
    account = world.closeline.account(account_id)
    erasures: list[dict[str, Any]] = [
        {"reason": "requested", "details": ["name"]},
        ASKED,
        {**ASKED, "sequences": [10**6]},
        {**ASKED, "details": ["plan.s1"]},
    ]
    for each in erasures:
        await say(account_id, "erase", **each)
    numbered = {"source": "crm", "source_seq": 1}
    asked = {**ASKED, "stakeholder_id": "p-1", "details": ["name"], "sequences": [3]}
    await tell(account, ("erase", {**asked, **numbered}))
    gone = await world.open(account=account_id)
    await gone.terminate("by an admin")
    with world.switches.down:
        await say(account_id, "retire", reason="they moved", within="1s")
        await say(account_id, "retire", reason="they moved")
        await say(account_id, "open_opportunity", opportunity_id=new_id("o"), **opening)
        await asyncio.sleep(2)
    await account.result()
    await say(account_id, "amend", owner="ann")
    await account.result()
