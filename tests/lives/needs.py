"""Lives in which needs are found, opportunities move, and every rule about them is broken."""

import asyncio
from functools import partial
from typing import Any, Final

from tests.lives.telling import A_CALL, A_NO, A_YES, soon, tell
from tests.workflows.world import Handle, World, eventually, id_of, new_id

MONEY: Final[dict[str, Any]] = {"amount": {"amount": "100", "currency": "EUR"}}
SIGNED: Final[dict[str, Any]] = {"evidence": {"kind": "signed_contract", "reference": "1"}}


class Office:
    """An account that is managed by the policy of these lives, and who speaks to it."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.id = world, f"{name}-{world.task_queue}"
        self.handle = world.closeline.account(self.id)

    async def say(self, kind: str, **said: Any) -> None:
        await self.world.closeline.say_to_account(self.id, kind, **said)

    async def open(self, **said: Any) -> Handle:
        return await self.world.open(account=self.id, **said)

    async def until(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        """What the facts of that kind say, once there are so many."""

        async def found() -> list[dict[str, Any]]:
            facts = await self.world.facts(self.handle)
            return [dict(fact.data) for fact in facts if fact.kind == kind]

        return await eventually(found, lambda told: len(told) >= count)


async def needs_and_what_becomes_of_them(world: World) -> None:
    office = Office(world, "needs")
    await office.say("report_need", need="expansion")
    await office.say("set_policy", policy="finding")
    for _ in range(2):
        await office.say("report_need", need="expansion", product="Seats")
    await office.say("report_need", need="add_on", need_id="extra", product="Extra")
    await office.until("refused", 3)
    await office.say("accept_need", need_id="extra", **MONEY)
    await office.until("opportunity_launched", 2)
    waits = {"need": "cross_sell", "need_id": "parts", "product": "Parts"}
    for _ in range(2):
        await office.say("report_need", **waits)
    await office.say("accept_need", need_id="unheard-of")
    await office.say("dismiss_need", need_id="parts", reason="no_budget")
    for value in ("0.9", "0.9", "0.5", "0.9"):
        await office.say("report_usage", metric="seats", value=value)
    await office.until("need_lapsed")
    handles = [await office.open() for _ in range(3)]
    for number, handle in enumerate(handles, 1):
        await world.say(handle, "record_purchase", **SIGNED)
        await handle.result()
        await office.until("opportunity_ended", number)
        await asyncio.sleep(1.2 if number == 1 else 0)
    await office.until("need_passed_over", 4)
    await office.say("record_contract", contract_id="c", start=soon(0), length="1y")
    await _late_evidence(office)
    await office.say("report_need", **{**waits, "need_id": "last", "product": "Last"})
    won = await office.open()
    await world.say(won, "record_purchase", **SIGNED)
    await won.result()
    await office.say("set_policy", policy="finding_less")
    await office.say("accept_need", need_id="last")
    await office.until("need_passed_over", 5)
    await _retired(office)


async def _late_evidence(office: Office) -> None:
    """Twice: the first time a yes begins a successor, the second time a purchase wins one."""
    world = office.world
    late: list[tuple[str, Any]] = [
        ("record_engagement", A_CALL),
        ("greet", {"words": "hello"}),
        ("record_decision", A_YES),
        ("record_purchase", SIGNED),
    ]
    for said in (late, late[::-1]):
        lost = await office.open()
        await world.say(lost, "record_decision", **A_NO)
        await lost.result()
        await eventually(partial(world.state, office.handle), partial(_has_ended, id_of(lost)))
        for kind, body in said:
            message = {"kind": kind, "body": body}
            await office.say("late_message", opportunity_id=id_of(lost), message=message)
        successor = world.closeline.opportunity(f"{id_of(lost)}~2")
        await world.until(successor, 2)
        await world.say(successor, "withdraw", reason="no_capacity")
        await successor.result()


def _has_ended(id: str, told: dict[str, Any]) -> bool:
    return id in told["ended"]


async def _retired(office: Office) -> None:
    """What an account refuses that is about to end: a child that cannot end leaves it time."""
    world = office.world
    gone = await office.open()
    await gone.terminate("by an admin")
    with world.switches.down:
        await office.say("report_need", need="expansion", need_id="now", product="Now")
        await office.say("dismiss_need", need_id="now", reason="no_budget")
        await office.say("retire", reason="they moved", within="1s")
        await office.say("report_need", need="expansion")
        await office.say("accept_need", need_id="last")
        await office.say("record_referral", to_account="elsewhere")
        await office.say("move_opportunity", opportunity_id=id_of(gone), to_account="elsewhere")
        offer = {"opportunity_id": "o-9", "from_account": office.id, "process": "patient"}
        await office.say("take_opportunity", **offer)
        await asyncio.sleep(2)
    await office.handle.result()


async def moves_referrals_and_duplicates(world: World) -> None:
    here, there, left = (Office(world, name) for name in ("here", "there", "left"))
    for office in (here, there):
        await office.say("set_policy", policy="finding")
    await left.say("retire", reason="they moved", within="1s")
    await left.handle.result()
    await _moves(here, there, left)
    await _referrals(here, there)
    await _duplicates(here)


async def _moves(here: Office, there: Office, left: Office) -> None:
    world = here.world
    handle = await here.open()
    move = {"opportunity_id": id_of(handle), "to_account": there.id}
    ours = {"opportunity_id": id_of(handle), "to_account": here.id}
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("move_opportunity", {**move, "opportunity_id": "unheard-of"}),
        ("move_opportunity", ours),
        ("decline_opportunity", {**move, "rule": "retired"}),
        ("release_opportunity", {**move, "opportunity_id": "unheard-of"}),
        ("release_opportunity", ours),
        ("adopt_opportunity", {**move, "process": "patient"}),
    ]
    for kind, body in wrong:
        said = dict(body)
        if kind == "adopt_opportunity":
            said["from_account"] = said.pop("to_account")
        await here.say(kind, **said)
    await here.say("move_opportunity", **{**move, "to_account": left.id})
    await here.until("offer_declined")
    await tell(here.handle, ("move_opportunity", move), ("move_opportunity", move), pause=0)
    await there.until("opportunity_adopted")
    await here.until("opportunity_released")
    await there.say("move_opportunity", **ours)
    await here.until("opportunity_adopted")
    await here.say("move_opportunity", **move)
    await here.until("opportunity_released", 2)
    await world.say(handle, "withdraw", reason="no_capacity")
    await handle.result()
    message = {"kind": "record_engagement", "body": A_CALL}
    await here.say("late_message", opportunity_id=id_of(handle), message=message)
    await there.until("late_message_kept")
    await here.say("record_contract", contract_id="c", start=soon(-200 * 86_400), length="1y")
    (wanted, *_) = await here.until("opportunity_wanted")
    renewal = wanted["message"]["opportunity_id"]
    await world.until(world.closeline.opportunity(renewal), 1)
    await here.say("move_opportunity", **{**move, "opportunity_id": renewal})


async def _referrals(here: Office, there: Office) -> None:
    world = here.world
    await here.say("record_referral", to_account=here.id)
    said = {"to_account": there.id, "name": "There Ltd", "product": "Lifts"}
    await here.say("record_referral", **said)
    (launched, *_) = await there.until("opportunity_launched")
    await here.say("record_referral", **said)
    await here.until("referral_answered", 3)
    handle = world.closeline.opportunity(launched["opportunity_id"])
    await world.say(handle, "withdraw", reason="no_capacity")
    await handle.result()
    await here.until("referral_answered", 4)


async def _duplicates(here: Office) -> None:
    world = here.world
    one, two, three = [await here.open(reference=name) for name in ("r-1", "r-2", "r-3")]
    again = {"opportunity_id": new_id("o"), "process": "patient", "name": "x", "reference": "r-1"}
    await here.say("open_opportunity", **again)

    def marked(handle: Handle, of: Handle) -> tuple[str, dict[str, Any]]:
        return "mark_duplicate", {"opportunity_id": id_of(handle), "survivor_id": id_of(of)}

    await tell(
        here.handle,
        ("mark_duplicate", {"opportunity_id": "unheard-of", "survivor_id": id_of(one)}),
        marked(one, one),
        marked(one, two),
        marked(one, two),
        marked(three, one),
        pause=0,
    )
    await one.result()
    await here.until("opportunity_ended")
    await tell(here.handle, marked(two, three))
    await two.result()
    await here.until("opportunity_ended", 2)
    late: list[tuple[str, Any]] = [("record_engagement", A_CALL), ("withdraw", {"reason": "x"})]
    for kind, body in late:
        message = {"kind": kind, "body": body}
        await here.say("late_message", opportunity_id=id_of(one), message=message)
    await world.until(three, 2)


async def moved_and_begun_again(world: World) -> None:
    """An opportunity changes its account, is lost, and its successor hears what came late."""
    office = Office(world, "moved")
    await office.say("set_policy", policy="finding")
    handle = await office.open(reference="r-1")
    other = f"other-{world.task_queue}"
    await tell(
        handle,
        ("change_account", {"account_id": office.id, "from_account": other}),
        ("change_account", {"account_id": office.id, "from_account": office.id}),
        ("change_account", {"account_id": other, "from_account": office.id}),
        ("change_account", {"account_id": office.id, "from_account": other}),
        ("record_decision", A_NO),
    )
    await handle.result()
    await office.until("opportunity_ended")
    message = {"kind": "record_purchase", "body": SIGNED}
    await office.say("late_message", opportunity_id=id_of(handle), message=message)
    successor = world.closeline.opportunity(f"{id_of(handle)}~2")
    await world.until(successor, 2)
    await successor.result()
