"""Every clock ends an opportunity at its time and by its name; some of them rest."""

from datetime import timedelta
from typing import Any

import pytest

from sales.clocks import running
from sales.decide import close
from sales.process import Process
from tests.sales.world import Said, World, day, plain

YES: Said = {"decision": "yes", "reasons": ["fit"]}
SILENCE: Said = {"buyer_silence": {"limit": "20d"}}
STAGE: Said = {"stage_limit": {"limit": "20d"}}
CLOSE: Said = {"close_date": {}}


def timed(**clocks: dict[str, Any]) -> Process:
    return plain(clocks=clocks, parking={"times": 3, "total": "60d"})


def heard(world: World, **more: Any) -> None:
    world.say("record_engagement", origin="buyer", channel="email", **more)


@pytest.mark.parametrize(
    ("clocks", "said", "clock", "after"),
    [
        ({}, {}, "end_by", "100d"),
        (SILENCE, {}, "buyer_silence", "20d"),
        (STAGE, {}, "stage_limit", "20d"),
        (CLOSE, {"close_date": day("30d").isoformat()}, "close_date", "30d"),
        ({**SILENCE, **STAGE, "end_by": {"limit": "5d"}}, {}, "end_by", "5d"),
        ({"buyer_silence": {"limit": "20d", "grace": "4d"}}, {}, "buyer_silence", "24d"),
        ({"stage_limit": {"limit": "20d", "grace": "4d"}}, {}, "stage_limit", "24d"),
        (
            {"close_date": {"grace": "4d"}},
            {"close_date": day("30d").isoformat()},
            "close_date",
            "34d",
        ),
        ({"buyer_silence": {"limit": "90d", "grace": "40d"}}, {}, "end_by", "100d"),
    ],
)
def test_a_clock_ends_it_at_its_time_and_by_its_name(
    clocks: dict[str, Any], said: dict[str, Any], clock: str, after: str
) -> None:
    world = World(timed(**clocks), **said)
    assert (world.clock, world.ends_at) == (clock, day(after))

    world.wait("200d")

    assert world.ended == ("expired", clock, day(after))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("record_decision", YES),
        ("record_purchase", {"evidence": {"kind": "purchase_order", "reference": "PO 7"}}),
    ],
)
def test_half_a_win_ends_with_the_action_window(kind: str, body: dict[str, Any]) -> None:
    world = World(plain(clocks={"action_window": {"limit": "10d", "grace": "2d"}}))
    world.wait("3d")
    world.say(kind, **body)

    world.wait("200d")

    assert world.ended == ("expired", "action_window", day("15d"))


def test_the_last_day_cuts_the_action_window() -> None:
    world = World()
    world.wait("95d")
    world.say("record_decision", **YES)

    world.wait("200d")

    assert world.ended == ("expired", "end_by", day("100d"))


def test_no_clock_claims_to_run_longer_than_the_last_day() -> None:
    world = World(timed(buyer_silence={"limit": "99d", "grace": "40d"}))

    assert [(each.name, each.ends_at) for each in running(world.state)] == [
        ("end_by", day("100d")),
        ("buyer_silence", day("100d")),
    ]


def test_a_second_yes_does_not_open_the_window_again() -> None:
    world = World()
    world.say("record_decision", **YES)
    world.wait("9d")
    world.say("record_decision", **YES)

    assert world.ends_at == day("10d")


def test_nothing_moves_the_last_day() -> None:
    world = World(timed(**SILENCE, **CLOSE), close_date=day("30d").isoformat())
    shorter = plain(version=2, clocks={"end_by": {"limit": "1d"}})

    heard(world)
    world.say("extend", close_date=day("60d").isoformat(), reason="budget")
    world.say("park", until=day("50d").isoformat(), reason="budget")
    world.say("change_stage", stage="second")
    world.say("migrate", process_version=2, to=shorter)

    assert world.state.process.version == 2
    assert world.state.end_by == day("100d")


def test_only_the_buyer_ends_the_buyers_silence() -> None:
    world = World(timed(**SILENCE))
    world.wait("10d")

    world.say("record_engagement", origin="seller", channel="call")
    world.say("log_effort", hours=8)
    world.say("amend", owner="kim")
    assert world.ends_at == day("20d")

    heard(world)
    assert world.ends_at == day("30d")


def test_an_older_word_of_the_buyer_changes_nothing() -> None:
    world = World(timed(**SILENCE))
    world.wait("10d")
    heard(world)

    heard(world, occurred_at=day("4d").isoformat())

    assert world.ends_at == day("30d")


def test_time_in_a_stage_adds_up_over_its_visits() -> None:
    world = World(timed(**STAGE))
    world.wait("12d")
    world.say("change_stage", stage="second")
    world.wait("15d")
    world.say("change_stage", stage="first")

    assert (world.clock, world.ends_at) == ("stage_limit", day("35d"))


def test_a_stage_may_have_a_limit_of_its_own() -> None:
    stages = [{"name": "first", "title": "1", "probability": 0, "category": "pipeline"}]
    world = World(plain(stages=[{**stages[0], "limit": "7d"}], clocks=STAGE))

    assert world.ends_at == day("7d")


@pytest.mark.parametrize(
    ("clocks", "clock"), [(SILENCE, "buyer_silence"), (STAGE, "stage_limit"), (CLOSE, "close_date")]
)
def test_a_clock_rests_while_parked(clocks: dict[str, Any], clock: str) -> None:
    world = World(timed(**clocks), close_date=day("20d").isoformat())
    world.wait("5d")
    world.say("park", until=day("30d").isoformat(), reason="budget")
    assert world.clock == "end_by"

    world.wait("25d")

    assert world.state.parked_at is None
    assert (world.clock, world.ends_at) == (clock, day("45d"))


@pytest.mark.parametrize("clocks", [SILENCE, STAGE, CLOSE])
def test_a_clock_rests_while_the_action_window_is_open(clocks: dict[str, Any]) -> None:
    world = World(timed(**clocks), close_date=day("20d").isoformat())
    world.wait("19d")

    world.say("record_decision", **YES)

    assert (world.clock, world.ends_at) == ("action_window", day("29d"))


def test_parking_does_not_stop_the_action_window() -> None:
    world = World(timed())
    world.say("record_decision", **YES)

    world.say("park", until=day("40d").isoformat(), reason="budget")

    assert (world.clock, world.ends_at) == ("action_window", day("10d"))


def test_unparking_early_starts_the_clocks_again() -> None:
    world = World(timed(**SILENCE))
    world.wait("5d")
    world.say("park", until=day("30d").isoformat(), reason="budget")
    world.wait("2d")

    world.say("unpark")

    assert world.ends_at == day("22d")
    assert world.refused("unpark") == "kind: not_parked"


def test_rests_count_only_for_the_clock_that_ran_through_them() -> None:
    world = World(timed(**SILENCE))
    world.say("park", until=day("10d").isoformat(), reason="budget")
    world.wait("15d")

    heard(world)

    assert world.ends_at == day("35d")


def test_a_word_told_late_never_brings_the_end_nearer() -> None:
    world = World(timed(**SILENCE))
    world.wait("10d")
    world.say("park", until=day("40d").isoformat(), reason="budget")
    world.wait("35d")
    assert world.ends_at == day("50d")

    heard(world, occurred_at=day("5d").isoformat())

    assert world.ends_at == day("55d")


def test_a_stage_change_told_late_keeps_the_rest_that_followed_it() -> None:
    world = World(timed(**STAGE))
    world.wait("10d")
    world.say("park", until=day("40d").isoformat(), reason="budget")
    world.wait("35d")

    world.say("change_stage", stage="second", occurred_at=day("5d").isoformat())

    assert world.ends_at == day("55d")
    assert world.state.stage_spent == {"first": timedelta(days=5)}


@pytest.mark.parametrize(
    ("clocks", "morning"),
    [(STAGE, "19d"), (CLOSE, "19d"), ({"buyer_silence": {"limit": "2h"}}, "1h")],
)
def test_nobody_closes_on_a_buyer_who_replied_this_morning(
    clocks: dict[str, Any], morning: str
) -> None:
    world = World(plain(last_look="3d", clocks=clocks), close_date=day("20d").isoformat())
    world.wait(morning)

    heard(world)

    assert world.ends_at == day(morning) + timedelta(days=3)


def test_a_last_look_holds_neither_the_action_window_nor_the_last_day() -> None:
    world = World(plain(last_look="30d"))
    world.say("record_decision", **YES)
    world.wait("9d")
    heard(world)
    assert world.ends_at == day("10d")

    other = World(plain(last_look="30d"))
    other.wait("99d")
    heard(other)
    assert other.ends_at == day("100d")


def test_a_clock_that_is_looked_at_late_still_carries_its_own_time() -> None:
    world = World(timed(**SILENCE))
    world.later("33d")

    world.look()

    assert world.ended == ("expired", "buyer_silence", day("20d"))
    assert world.journal[-1].recorded_at == day("33d")


def test_an_unparking_that_is_looked_at_late_still_carries_its_own_time() -> None:
    world = World(timed(**SILENCE))
    world.say("park", until=day("10d").isoformat(), reason="budget")
    world.later("12d")

    (unparked,) = world.look()

    assert (unparked.kind, unparked.occurred_at) == ("unparked", day("10d"))
    assert world.ends_at == day("30d")


def test_an_end_within_a_parking_comes_without_an_unparking() -> None:
    world = World(timed())
    world.say("record_decision", **YES)
    world.say("park", until=day("40d").isoformat(), reason="budget")
    world.later("50d")

    facts = world.look()

    assert [fact.kind for fact in facts] == ["ended"]
    assert world.ended == ("expired", "action_window", day("10d"))


def test_an_admin_may_end_it_and_only_once() -> None:
    world = World()

    world.keep(close(world.state, "withdrawn", "cancelled_by_admin", world.now, "cancel"))

    assert world.ended == ("withdrawn", "cancelled_by_admin", day("0s"))
    assert close(world.state, "withdrawn", "account_closed", world.now, "cancel") == ()
