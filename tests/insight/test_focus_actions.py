"""The next best action: what stands in the way now, the most urgent thing first."""

from typing import Any, Final

import pytest

from insight.focus.actions import next_action
from tests.sales.world import Said, World, day, plain

PEOPLE: Final[Said] = {"p1": {"role": "economic_buyer"}, "p2": {"role": "user"}}
CHAMPION: Final[Said] = {"p3": {"role": "champion", "name": "Ada"}}
SUM: Final[Said] = {"amount": "100.00", "currency": "EUR"}
STEP: Final[Said] = {"title": "Trial", "due": "2026-01-09", "owner": "buyer"}


def world(**said: Any) -> World:
    """One in the middle of a process whose last stage asks for an objective."""
    process = plain(clocks={"close_date": {"grace": "90d"}}).model_dump(mode="json")
    process["stages"][2]["enter"] = ["objective"]
    found = World(plain(**process), **{"stakeholders": PEOPLE, "amount": SUM, **said})
    found.say("change_stage", stage="second")
    return found


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ({"close_date": "2026-01-09"}, "past_close_date", "the close date 2026-01-09 is over"),
        ({"plan": {"s1": STEP}}, "plan_overdue", "the buyer's step 'Trial' was due 2026-01-09"),
        ({"stakeholders": {**PEOPLE, **CHAMPION}}, "champion_silent", "call Ada, the champion"),
        ({"amount": None}, "no_amount", "say what it is worth"),
        ({}, "gate", "third asks for objective"),
        ({"objectives": {"o1": {"description": "faster"}}}, "move_on", "ready for third"),
    ],
)
def test_what_stands_in_the_way_is_named(said: Said, code: str, words: str) -> None:
    told = {name: value for name, value in said.items() if value is not None}
    it = world(**told)
    if "amount" in said:
        it = World(plain(), stakeholders=PEOPLE)
    action = next_action(it.state, day("30d"))
    assert action
    assert action.code == code
    assert action.words.startswith(words)


def test_what_the_buyer_has_half_done_comes_before_everything_else() -> None:
    it = world(plan={"s1": STEP})
    it.say("record_decision", decision="yes", reasons=["fit"])
    found = next_action(it.state, day("6d"))
    assert found
    assert found.code == "purchase_missing"


def test_a_last_stage_asks_for_the_decision_unless_somebody_is_missing() -> None:
    it = world(objectives={"o1": {"description": "faster"}})
    it.say("change_stage", stage="third")
    assert (found := next_action(it.state, day("1d")))
    assert found.code == "decide"
    alone = world(objectives={"o1": {"description": "faster"}}, stakeholders={})
    alone.say("change_stage", stage="third")
    assert (found := next_action(alone.state, day("1d")))
    assert found.code == "no_economic_buyer"


def test_what_rests_is_left_alone_and_what_has_ended_needs_nothing() -> None:
    it = World(plain(parking={"times": 1, "total": "30d"}), amount=SUM)
    it.say("park", until="2026-01-25", reason="holidays")
    assert (found := next_action(it.state, day("2d")))
    assert (found.code, found.words) == ("parked", "rests until 2026-01-25")
    it.say("withdraw", reason="no_fit")
    assert next_action(it.state, day("3d")) is None
