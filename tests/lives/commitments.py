"""A life in which everything is promised, and kept, broken, put off and waived."""

import asyncio
from typing import Any, Final

from tests.lives.rules import A_TERM, ASKED, DAY
from tests.lives.telling import soon, tell
from tests.workflows.world import World, id_of, new_id

LONG: Final[dict[str, Any]] = {"title": "x" * 200, "owner": "o" * 100, "opportunity_id": "p" * 100}
"""Some two dozen such are all that an account can carry."""
WHO: Final = {"actor": "ann", "note": "as they asked"}


async def every_rule_of_what_is_promised(world: World) -> None:
    account_id = f"promising-{world.task_queue}"
    objectives = {f"o{number}": {"description": "d" * 200} for number in range(3)}
    handle = await world.open(account=account_id, objectives=objectives)
    account = world.closeline.account(account_id)

    async def say(kind: str, commitment_id: str = "c1", **said: Any) -> None:
        about = {"commitment_id": commitment_id, **said}
        await world.closeline.say_to_account(account_id, f"{kind}_commitment", **about)

    await say("make", title="too soon", due=soon(60))
    for policy in ("unheard_of", "keeping", "keeping"):
        await world.closeline.say_to_account(account_id, "set_policy", policy=policy)
    wrong: list[dict[str, Any]] = [
        {},
        {"level": "golden"},
        {"level": "slow", "due": soon(60)},
        {"due": "2020-01-01"},
        {"due": soon(4_000 * DAY)},
    ]
    for each in wrong:
        await say("make", title="nobody could keep it", **each)
    for kind in ("meet", "resume"):
        await say(kind, "nobody-made-it")

    begun = soon(0)
    await say("make", "quick", title="at once", level="quick")
    await say("make", "dated", title="by then", due=soon(3), severe=True)
    await say("make", "slow", title="in a while", level="slow")
    await say("make", "slow", title="once more", level="slow")
    for kind in ("pause", "pause", "resume", "resume", "pause"):
        await say(kind, "slow")
    await asyncio.sleep(3.5)  # until it is warned of everything, and overdue with it
    for kind in ("pause", "respond_to", "respond_to"):
        await say(kind, "quick")
    await say("meet", "quick", occurred_at=begun)
    await say("pause", "slow")
    await say("meet", "slow")
    await say("waive", "dated")
    await say("waive", "dated", actor="ann")
    await say("waive", "dated", **WHO)

    numbers = range(24)
    makes = [{**LONG, "commitment_id": f"f{each}", "level": "slow"} for each in numbers]
    await tell(account, *[("make_commitment", each) for each in makes], pause=0.01)
    signed = {"kind": "signed_contract", "reference": "1"}
    await world.say(handle, "record_purchase", evidence=signed, contract=A_TERM)
    await handle.result()
    other = await world.open(account=account_id, objectives={"o1": {"description": "less"}})
    await world.say(other, "record_purchase", evidence=signed)
    await other.result()
    await say("make", "one-more", **LONG, level="slow")
    asked = {**ASKED, "details": ["commitments.f1", f"commitments.{id_of(other)}:o1"]}
    await world.closeline.say_to_account(account_id, "erase", **asked)
    await world.closeline.say_to_account(account_id, "retire", reason="they moved", within="1s")
    await say("make", new_id("c"), title="too late", due=soon(60))
    await account.result()
