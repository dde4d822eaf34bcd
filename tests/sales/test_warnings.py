"""Nobody is surprised by an end: warnings before the limit, a final notice at it, then a grace."""

from typing import Any

from sales.facts import Fact
from tests.sales.world import Said, World, day, plain

SILENCE: Said = {"buyer_silence": {"limit": "20d", "grace": "5d", "warn": ["14d", "3d"]}}


def warnings(facts: list[Fact]) -> list[tuple[str, str, bool]]:
    said = [fact.data for fact in facts if fact.kind == "warned"]
    return [(each["clock"], each["due"], each["final"]) for each in said]


def at(text: str, *, final: bool = False, clock: str = "buyer_silence") -> tuple[str, str, bool]:
    return clock, day(text).isoformat(), final


def test_the_ladder_is_warnings_then_a_final_notice_then_the_end() -> None:
    world = World(plain(clocks=SILENCE))

    facts = world.wait("40d")

    assert warnings(facts) == [at("6d"), at("17d"), at("20d", final=True)]
    assert world.ended == ("expired", "buyer_silence", day("25d"))


def test_a_warning_names_the_limit_and_the_end() -> None:
    world = World(plain(clocks=SILENCE))

    warned = world.wait("7d")[0]

    assert warned.cause == "clock"
    assert warned.data["limit_at"] == day("20d").isoformat()
    assert warned.data["ends_at"] == day("25d").isoformat()


def test_a_warning_is_given_once() -> None:
    world = World(plain(clocks=SILENCE))
    world.wait("7d")

    assert world.look() == ()


def test_of_warnings_that_were_missed_only_the_latest_is_given() -> None:
    world = World(plain(clocks=SILENCE))
    world.later("18d")

    assert warnings(list(world.look())) == [at("17d")]


def test_a_limit_that_moves_is_warned_of_again() -> None:
    world = World(plain(clocks=SILENCE))
    world.wait("8d")
    world.say("record_engagement", origin="buyer", channel="email")

    assert warnings(world.wait("8d")) == [at("14d")]


def test_a_warning_that_lies_before_the_start_is_not_given() -> None:
    silence = {**SILENCE["buyer_silence"], "limit": "10d"}
    world = World(plain(clocks={"buyer_silence": silence}))

    assert warnings(world.wait("9d")) == [at("7d")]


def test_nobody_is_warned_of_a_clock_that_rests() -> None:
    world = World(plain(clocks=SILENCE, parking={"times": 1, "total": "60d"}))
    world.say("park", until=day("30d").isoformat(), reason="budget")

    assert warnings(world.wait("29d")) == []
    assert warnings(world.wait("10d")) == [at("36d")]


def test_the_last_day_has_warnings_and_no_grace() -> None:
    world = World(plain(clocks={"end_by": {"limit": "100d", "warn": ["30d", "7d"]}}))

    facts = world.wait("100d")

    assert warnings(facts) == [at("70d", clock="end_by"), at("93d", clock="end_by")]
    assert world.ended == ("expired", "end_by", day("100d"))


def test_every_clock_warns_for_itself() -> None:
    both: dict[str, Any] = {**SILENCE, "stage_limit": {"limit": "20d", "warn": ["14d"]}}
    world = World(plain(clocks=both))

    assert warnings(world.wait("7d")) == [at("6d", clock="stage_limit"), at("6d")]


def test_what_was_over_before_it_landed_is_warned_of_before_the_landing_ends() -> None:
    process = plain(clocks=SILENCE, landing={"grace": "14d", "spread": "0s"})
    landing = {"engaged_at": day("0s").replace(year=2025).isoformat()}
    world = World(process, landing=landing)

    facts = world.wait("40d")

    assert warnings(facts) == [at("11d")]
    assert world.ended == ("expired", "buyer_silence", day("14d"))
