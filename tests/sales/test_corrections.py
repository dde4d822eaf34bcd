"""An engagement or an effort that was told wrong is put right by a new fact."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.sales.world import World, day, plain

PROCESS = plain(clocks={"buyer_silence": {"limit": "20d"}})


def engage(world: World, origin: str = "buyer", **more: Any) -> int:
    return world.say("record_engagement", origin=origin, channel="email", **more)[-1].sequence


def test_a_void_takes_back_the_buyers_word() -> None:
    world = World(PROCESS)
    world.wait("5d")
    sequence = engage(world)

    world.say("correct", sequence=sequence, void=True)

    assert not world.state.engaged
    assert world.ends_at == day("20d")


def test_a_void_leaves_the_word_before_it() -> None:
    world = World(PROCESS)
    world.wait("3d")
    engage(world)
    world.wait("2d")

    world.say("correct", sequence=engage(world), void=True)

    assert world.state.engaged
    assert world.ends_at == day("23d")


def test_a_word_can_turn_out_to_be_the_sellers_or_the_buyers() -> None:
    world = World(PROCESS)
    world.wait("5d")
    sequence = engage(world, "seller")

    world.say("correct", sequence=sequence, origin="buyer")
    assert world.ends_at == day("25d")

    world.say("correct", sequence=sequence, origin="seller")
    assert world.ends_at == day("20d")


def test_a_word_can_turn_out_to_have_been_at_another_time() -> None:
    world = World(PROCESS)
    world.wait("5d")

    world.say("correct", sequence=engage(world), occurred_at=day("2d").isoformat())

    assert world.ends_at == day("22d")


def test_a_correction_does_not_reach_into_the_future() -> None:
    world = World(PROCESS)
    world.wait("5d")
    sequence = engage(world)

    world.say("correct", sequence=sequence, occurred_at=day("143h").isoformat())

    assert world.ends_at == day("25d")


def test_hours_are_put_right() -> None:
    world = World()
    world.say("log_effort", hours=8)
    sequence = world.say("log_effort", hours="2.5")[-1].sequence

    world.say("correct", sequence=sequence, hours="3.5")
    assert world.state.effort == Decimal("11.5")

    world.say("correct", sequence=sequence, void=True)
    assert world.state.effort == 8


def test_a_void_is_final() -> None:
    world = World()
    sequence = engage(world)
    world.say("correct", sequence=sequence, void=True)

    assert world.refused("correct", sequence=sequence, void=True) == "sequence: not_correctable"


def test_only_recent_engagements_and_efforts_are_correctable() -> None:
    world = World()
    first = engage(world)
    for _ in range(20):
        engage(world, "seller")

    assert world.refused("correct", sequence=first, void=True) == "sequence: not_correctable"
    assert world.refused("correct", sequence=1, void=True) == "sequence: not_correctable"


def test_a_void_never_reaches_behind_a_word_that_stands_for_good() -> None:
    world = World(PROCESS)
    world.wait("5d")
    engage(world)
    for _ in range(19):
        engage(world, "seller")
    world.wait("5d")
    last = engage(world)
    assert world.ends_at == day("30d")

    world.say("correct", sequence=last, void=True)

    assert world.state.engaged
    assert world.ends_at == day("25d")


def test_a_void_does_not_give_an_import_more_time_than_it_landed_with() -> None:
    past = (day("0s") - timedelta(days=15)).isoformat()
    process = plain(
        clocks={"buyer_silence": {"limit": "20d"}}, landing={"grace": "1d", "spread": "0s"}
    )
    world = World(process, landing={"engaged_at": past})
    assert world.ends_at == day("5d")

    world.say("correct", sequence=engage(world), void=True)

    assert world.state.engaged
    assert world.ends_at == day("5d")


@pytest.mark.parametrize(
    ("kind", "body", "changes", "rule"),
    [
        ("record_engagement", {"origin": "buyer", "channel": "call"}, {"hours": 1}, "hours"),
        ("log_effort", {"hours": 1}, {"origin": "buyer"}, "origin"),
    ],
)
def test_only_what_a_fact_has_can_be_corrected(
    kind: str, body: dict[str, Any], changes: dict[str, Any], rule: str
) -> None:
    world = World()
    sequence = world.say(kind, **body)[-1].sequence

    assert world.refused("correct", sequence=sequence, **changes) == f"{rule}: not_in_this_fact"


@pytest.mark.parametrize("nothing", [{}, {"void": False}])
def test_a_correction_says_what_is_wrong(nothing: dict[str, Any]) -> None:
    world = World()

    assert world.refused("correct", sequence=engage(world), **nothing) == "body: nothing_to_correct"
