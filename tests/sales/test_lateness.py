"""When it happened, when it was sent and when it was heard: three times, and each has its say."""

from datetime import timedelta
from typing import Any

import pytest

from tests.sales.world import Said, World, day, plain

SILENCE = plain(clocks={"buyer_silence": {"limit": "20d"}, "stage_limit": {"limit": "60d"}})
INSTANT = timedelta(microseconds=1)


def test_what_was_sent_at_the_deadline_is_in_time_however_late_it_is_heard() -> None:
    world = World(SILENCE)
    world.later("25d")

    facts = world.say(
        "record_engagement", origin="buyer", channel="email", sent_at=day("20d").isoformat()
    )

    assert [fact.kind for fact in facts] == ["engaged"]
    assert world.ends_at == day("40d")


def test_what_was_sent_an_instant_behind_the_deadline_finds_the_end() -> None:
    world = World(SILENCE)
    world.later("25d")
    sent = day("20d") + INSTANT

    facts = world.say(
        "record_engagement", origin="buyer", channel="email", sent_at=sent.isoformat()
    )

    assert [fact.kind for fact in facts] == ["ended", "late"]
    assert world.ended == ("expired", "buyer_silence", day("20d"))


def test_what_carries_no_time_of_sending_has_the_benefit_of_the_doubt() -> None:
    world = World(SILENCE)
    world.later("25d")

    facts = world.say("record_engagement", stamped=False, origin="buyer", channel="email")

    assert [fact.kind for fact in facts] == ["engaged"]
    assert world.ends_at == day("45d")


def test_when_it_happened_does_not_make_it_in_time() -> None:
    world = World(SILENCE)
    world.later("25d")

    facts = world.say(
        "record_engagement", origin="buyer", channel="email", occurred_at=day("19d").isoformat()
    )

    assert [fact.kind for fact in facts] == ["ended", "late"]


def test_an_outage_never_changes_the_outcome_of_stamped_messages() -> None:
    said: list[tuple[str, str, Said]] = [
        ("5d", "record_engagement", {"origin": "buyer", "channel": "email"}),
        ("24d", "change_stage", {"stage": "second"}),
        ("26d", "record_decision", {"decision": "yes", "reasons": ["fit"]}),
    ]
    on_time, afterwards = World(SILENCE), World(SILENCE)

    for when, kind, body in said:
        on_time.wait_until(day(when))
        on_time.say(kind, **body)
    afterwards.later("90d")
    for when, kind, body in said:
        afterwards.say(kind, **body, sent_at=day(when).isoformat())
    on_time.wait("60d")
    afterwards.look()

    assert on_time.ended == afterwards.ended


def test_an_unparking_that_lies_before_the_sending_comes_first() -> None:
    world = World(plain(parking={"times": 2, "total": "60d"}))
    world.say("park", until=day("10d").isoformat(), reason="budget")
    world.later("12d")

    facts = world.say("park", until=day("20d").isoformat(), reason="budget")

    assert [fact.kind for fact in facts] == ["unparked", "parked"]
    assert facts[0].cause == "clock"


@pytest.mark.parametrize(
    ("kind", "body", "again"),
    [
        ("change_stage", {"stage": "second"}, {"stage": "third"}),
        ("amend", {"owner": "kim"}, {"owner": "lee"}),
        (
            "extend",
            {"close_date": "2026-02-01", "reason": "budget"},
            {"close_date": "2026-02-02", "reason": "budget"},
        ),
    ],
)
def test_of_two_that_replace_each_other_the_older_is_stale(
    kind: str, body: dict[str, Any], again: dict[str, Any]
) -> None:
    world = World()
    world.later("10d")
    world.say(kind, **body, occurred_at=day("8d").isoformat())
    before = world.state

    rule = world.refused(kind, **again, occurred_at=day("7d").isoformat())

    assert rule == "occurred_at: stale"
    assert world.state.stage == before.stage
    assert (world.state.owner, world.state.close_date) == (before.owner, before.close_date)


def test_what_the_opening_said_is_not_replaced_by_what_is_older() -> None:
    world = World(owner="kim")

    rule = world.refused("amend", owner="lee", occurred_at="2025-12-31T00:00:00Z")

    assert rule == "occurred_at: stale"


def test_no_close_date_is_older_than_the_opportunity() -> None:
    world = World(plain(clocks={"close_date": {}}))

    rule = world.refused(
        "extend", close_date="2025-02-01", reason="budget", occurred_at="2025-01-01T00:00:00Z"
    )

    assert rule == "occurred_at: stale"


def test_two_details_do_not_make_each_other_stale() -> None:
    world = World()
    world.later("10d")
    world.say("amend", owner="kim", occurred_at=day("8d").isoformat())

    assert world.refused("amend", team="west", occurred_at=day("7d").isoformat()) is None


def test_what_adds_up_keeps_its_own_time() -> None:
    world = World()
    world.later("10d")

    (fact,) = world.say("log_effort", hours="2.5", occurred_at="2025-12-31T00:00:00Z")

    assert fact.occurred_at.year == 2025
    assert fact.recorded_at == day("10d")
    assert world.state.effort == 2.5


def test_the_near_future_is_now() -> None:
    world = World(SILENCE)

    (fact,) = world.say(
        "record_engagement", origin="buyer", channel="email", occurred_at=day("23h").isoformat()
    )

    assert fact.occurred_at == world.now
    assert world.ends_at == day("20d")


@pytest.mark.parametrize("stamp", ["occurred_at", "sent_at"])
def test_the_far_future_is_refused(stamp: str) -> None:
    world = World()
    body = {stamp: (day("1d") + INSTANT).isoformat()}

    assert world.refused("unpark", **body) == f"{stamp}: in_the_future"


def test_a_yes_told_late_opens_the_window_when_it_was_said_but_not_before_the_opening() -> None:
    told, old = World(), World()
    told.later("5d")
    yes: Said = {"decision": "yes", "reasons": ["fit"]}

    told.say("record_decision", **yes, occurred_at=day("2d").isoformat())
    old.say("record_decision", **yes, occurred_at="2025-12-01T00:00:00Z")

    assert (told.ends_at, old.ends_at) == (day("12d"), day("10d"))
