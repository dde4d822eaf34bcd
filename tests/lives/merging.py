"""A life in which accounts become one, and every rule about it is broken."""

from typing import Any, Final

from tests.lives.needs import Office
from tests.lives.telling import soon, tell
from tests.workflows.world import World, id_of, new_id

WHO: Final = {"actor": "jane", "note": "they are one company"}
A_YEAR: Final[dict[str, Any]] = {"length": "1y", "start": soon(-200 * 86_400)}


async def accounts_that_become_one(world: World) -> None:
    here, there = Office(world, "goes"), Office(world, "stays")
    await here.say("set_policy", policy="finding")
    handle = await here.open()
    into = {"into": there.id, **WHO}
    await tell(
        here.handle,
        ("merge_into", {"into": there.id}),
        ("merge_into", {"into": here.id, **WHO}),
        ("answer_merge", {"into": there.id}),
        ("take_over", {"from_account": there.id, "handover": 1}),
        ("confirm_take_over", {"into": there.id, "handover": 1}),
        ("join_account", {"from_account": there.id}),
        ("record_contract", {"contract_id": "c", **A_YEAR}),
        ("make_commitment", {"commitment_id": "p", "title": "Call", "due": soon(86_400)}),
    )
    await here.until("opportunity_launched", 2)
    move = {"opportunity_id": id_of(handle), "to_account": there.id}
    await tell(
        here.handle,
        ("merge_into", into),
        ("merge_into", into),
        ("move_opportunity", move),
        ("retire", {"reason": "they closed down"}),
        pause=0,
    )
    await here.until("merge_declined")
    await there.say("set_policy", policy="finding")
    await there.say("record_contract", contract_id="c", **A_YEAR)
    await here.say("merge_into", **into)
    await here.handle.result()
    await there.until("account_joined")
    for kind, said in (
        ("amend", {"name": "Here"}),
        ("set_policy", {"policy": "finding_less"}),
        ("retire", {"reason": "they closed down"}),
        ("merge_into", into),
        ("take_account", {"from_account": there.id}),
        ("open_opportunity", {"opportunity_id": new_id("o"), "process": "patient", "name": "x"}),
        ("meet_commitment", {"commitment_id": "p"}),
    ):
        await here.say(kind, **said)
    await there.until("commitment_met")
