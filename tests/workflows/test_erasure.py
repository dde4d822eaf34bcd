"""A person's data is erased from running opportunities and accounts, and from the ledger."""

import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from sales.erasing import ERASED
from sales.messages import KINDS, Erase
from sales.opportunity import dump
from sales.reading import read
from tests.workflows.world import World, eventually, id_of, message, new_id

pytestmark = pytest.mark.usefixtures("worker")

NAME: Final = "Zaphira Canary"
KIM: Final = {"p1": {"role": "champion", "name": NAME}}
ASKED: Final[dict[str, Any]] = {
    "actor": "privacy-desk",
    "reason": "requested",
    "stakeholder_id": "p1",
}


def clean(told: object) -> bool:
    """Whether the name is nowhere in it."""
    return NAME not in json.dumps(told, default=str)


async def everything(world: World, *handles: Any) -> list[Any]:
    """All that is told of them: state, journal, refusals, and what the ledger has."""
    told: list[Any] = []
    for handle in handles:
        told += [await world.state(handle), await world.rows(handle)]
        told.append(await handle.query("refusals"))
        if handle.id.startswith("opportunity:"):
            told.append(await handle.query("journal"))
            told.append(world.ledger.opportunity(id_of(handle)))
    return told


async def test_a_running_opportunity_forgets_a_person_by_signal_and_by_update(world: World) -> None:
    for by in ("signal", "update"):
        handle = await world.open(stakeholders=KIM)
        await world.say(handle, "amend", objectives={"o1": {"description": f"{NAME} wants it"}})
        said = {"origin": "buyer", "channel": "call", "stakeholder_id": "p1"}
        await world.say(handle, "record_engagement", summary="likes it", note="at home", **said)
        await world.say(handle, "amend", stakeholders={"p1": {"name": 7}}, note=f"of {NAME}")
        await handle.signal("greet", {"words": f"good morning, {NAME}"})
        await world.until(handle, 5)
        ask = message(handle, "erase", details=["objectives.o1"], **ASKED)
        if by == "signal":
            await handle.signal("erase", ask)
        else:
            assert (await world.say(handle, "erase", **ask)).accepted
        facts = await world.until(handle, 6)

        assert [told for told in await everything(world, handle) if not clean(told)] == []
        assert (facts[-1].kind, facts[-1].actor) == ("erased", "privacy-desk")
        assert facts[2].data["summary"] == facts[2].note == ERASED
        state = await world.state(handle)
        assert state["stakeholders"]["p1"]["name"] == ERASED
        assert state["stakeholders"]["p1"]["role"] == "champion"
        held = world.ledger.state(id_of(handle))
        assert held
        assert {**dump(held), "outbox": 0} == state


async def test_told_twice_it_counts_once_and_the_next_run_knows_nothing_either(
    world: World,
) -> None:
    handle = await world.open(stakeholders=KIM)
    ask = message(handle, "erase", **ASKED)
    first = await world.say(handle, "erase", **ask)
    again = await world.say(handle, "erase", **ask)
    assert (again.accepted, again.sequence, again.duplicate) == (True, first.sequence, True)
    for number in range(60):
        await handle.signal("log_effort", message(handle, number, hours="1"))
    first_run = (await world.rows(handle))[0].run_id
    await eventually(handle.describe, lambda described: described.run_id != first_run)
    next_run = world.closeline.opportunity(id_of(handle))
    assert clean((await next_run.fetch_history()).to_json())
    assert (await world.kinds(handle)).count("erased") == 1


async def test_nobody_is_forgotten_without_somebody_who_asks(world: World) -> None:
    handle = await world.open(stakeholders=KIM)
    ask = {name: value for name, value in ASKED.items() if name != "actor"}
    receipt = await world.say(handle, "erase", **ask)
    assert (receipt.accepted, receipt.field, receipt.rule) == (False, "actor", "required")
    assert (await world.state(handle))["stakeholders"]["p1"]["name"] == NAME


async def test_after_the_end_the_ledger_and_the_account_forget(world: World) -> None:
    handle = await world.open(stakeholders=KIM)
    account = world.closeline.account((await world.state(handle))["account_id"])
    await world.say(handle, "record_decision", decision="no", reasons=["price"], verbatim=NAME)
    await handle.result()
    late = {"origin": "buyer", "channel": "mail", "summary": f"{NAME} writes"}
    assert (await world.say(handle, "record_engagement", **late)).rule == "ended"
    kept = await world.until(account, 4)
    numbers = [fact.sequence for fact in kept if not clean(fact.data)]
    assert [kept[number - 1].kind for number in numbers] == [
        *("opportunity_ended", "late_message_kept")
    ]

    ask = {**ASKED, "event_id": new_id("erase"), "details": ["verbatim"]}
    assert await world.closeline.erase(id_of(handle), **ask) is None
    erase = read("erase", ask, KINDS)
    assert isinstance(erase, Erase)
    at = datetime.now(UTC)
    receipt = world.ledger.erase("opportunity", id_of(handle), erase, at)
    ask = {**ASKED, "event_id": new_id("erase"), "sequences": numbers}
    answer = await world.closeline.say_to_account(id_of(account), "erase", **ask)
    await world.written(account)

    assert (receipt.accepted, receipt.outcome, answer.accepted) == (True, "lost", True)
    assert clean([await world.rows(handle), await world.rows(account)])
    assert clean(world.ledger.end_of(id_of(handle)))
    assert world.ledger.end_of(id_of(handle)) is not None
