"""Risks are computed, never typed: what an attentive manager would say."""

from datetime import date
from typing import Any

import pytest

from sales.risks import earliest_close, risks
from tests.sales.world import Said, World, day, plain

BUYER: Said = {"p1": {"role": "economic_buyer"}, "p2": {"role": "user"}}
PROCESS = plain(clocks={"close_date": {"grace": "9d"}}, extension={"times": 9, "total": "90d"})


def step(due: str, *after: str, **more: Any) -> dict[str, Any]:
    return {"title": "Step", "due": due, "owner": "buyer", "after": list(after), **more}


def world(**said: Any) -> World:
    """One that has left the first stage, with nothing else to fear."""
    found = World(PROCESS, **{"stakeholders": BUYER, **said})
    found.say("change_stage", stage="second")
    return found


def test_an_opportunity_with_nothing_to_fear_has_no_risks() -> None:
    assert risks(world().state, day("1d")) == ()


def test_the_first_stage_is_too_early_to_miss_people() -> None:
    assert risks(World().state, day("1d")) == ()


@pytest.mark.parametrize(
    ("said", "risk"),
    [
        ({"stakeholders": {"p1": {"role": "economic_buyer"}}}, "single_threaded"),
        ({"stakeholders": {"p1": {"role": "user"}, "p2": {"role": "user"}}}, "no_economic_buyer"),
        ({"stakeholders": {**BUYER, "p3": {"role": "blocker"}}}, "blocker"),
        ({"stakeholders": {**BUYER, "p3": {"role": "user", "stance": "opponent"}}}, "blocker"),
        ({"plan": {"s1": step("2026-01-09")}}, "plan_overdue"),
        (
            {"close_date": "2026-01-20", "plan": {"s1": step("2026-02-01")}},
            "unrealistic_close_date",
        ),
        ({"close_date": "2026-01-09"}, "past_close_date"),
    ],
)
def test_a_risk_is_seen(said: dict[str, Any], risk: str) -> None:
    assert risks(world(**said).state, day("6d")) == (risk,)


def test_a_champion_who_is_not_heard_is_a_risk_and_heard_again_is_none() -> None:
    it = world(stakeholders={**BUYER, "p3": {"role": "champion"}})
    assert risks(it.state, day("21d")) == ()
    assert risks(it.state, day("22d")) == ("champion_silent",)

    it.now = day("20d")
    it.say("record_engagement", origin="buyer", channel="call", stakeholder_id="p3")

    assert risks(it.state, day("41d")) == ()


def test_pushes_reversions_and_overrides_are_risks() -> None:
    it = world(close_date="2026-01-31")
    it.say("extend", close_date="2026-02-01", reason="budget")
    it.say("change_stage", stage="first")

    assert risks(it.state, day("1d")) == ("pushed", "reverted")


def test_a_step_that_is_done_is_neither_overdue_nor_awaited() -> None:
    done = step("2026-01-09", done_at="2026-01-08T09:00:00Z")

    assert risks(world(plan={"s1": done}).state, day("6d")) == ()
    assert earliest_close(world(plan={"s1": done}).state, date(2026, 1, 11)) is None


def test_what_has_ended_has_no_risks() -> None:
    it = world(stakeholders={})
    it.say("withdraw", reason="no_fit")

    assert risks(it.state, day("6d")) == ()


def test_a_day_is_over_where_the_process_counts_days() -> None:
    west = plain(time_zone="America/Los_Angeles")
    it = World(west, plan={"s1": step("2026-01-05")})
    evening = it.now.replace(day=6, hour=5)

    assert risks(it.state, evening) == ()
    assert risks(it.state, evening.replace(hour=9)) == ("plan_overdue",)


@pytest.mark.parametrize(
    ("plan", "credible"),
    [
        ({}, None),
        ({"a": step("2026-02-01"), "b": step("2026-03-01")}, date(2026, 3, 1)),
        ({"a": step("2026-01-01")}, date(2026, 1, 5)),
        ({"a": step("2026-02-01", "b"), "b": step("2026-03-01")}, date(2026, 3, 1)),
        ({"a": step("2026-02-01", "b"), "b": step("2026-01-08", "a")}, date(2026, 2, 1)),
        ({"a": step("2026-02-01", "missing")}, date(2026, 2, 1)),
    ],
)
def test_the_earliest_credible_close_date_follows_from_the_plan(
    plan: dict[str, Any], credible: date | None
) -> None:
    assert earliest_close(World(plan=plan).state, date(2026, 1, 5)) == credible
