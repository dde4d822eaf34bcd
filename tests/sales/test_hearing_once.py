"""The same event twice is one effect, and a refusal changes nothing but the count of refusals."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sales.facts import Fact
from sales.journal import MOST_SOURCES, REMEMBERED, REMEMBERED_FOR
from tests.sales.world import World, plain

LONG = plain(clocks={"end_by": {"limit": "3000d"}})


def effort(world: World, **more: Any) -> list[str]:
    return [fact.kind for fact in world.say("log_effort", hours=1, **more)]


def test_the_same_event_twice_is_one_effect() -> None:
    world = World()
    effort(world, event_id="e1")
    before = world.state

    assert effort(world, event_id="e1") == []
    assert world.state is before


def test_an_event_is_the_same_whatever_it_says_the_second_time() -> None:
    world = World()
    effort(world, event_id="e1")

    assert world.say("change_stage", stage="second", event_id="e1") == ()


def test_events_without_an_id_are_all_different() -> None:
    world = World()

    assert [*effort(world), *effort(world)] == ["effort_logged", "effort_logged"]
    assert world.journal[-1].event_id == f"made-up:{world.state.sequence}"


def test_ids_that_the_engine_makes_up_cannot_be_sent() -> None:
    assert World().refused("unpark", event_id="made-up:2") == "event_id: reserved"


@pytest.mark.parametrize(
    ("kind", "body"), [("unpark", {}), ("no_such_kind", {}), ("change_stage", {"stage": 7})]
)
def test_a_refused_id_is_used(kind: str, body: dict[str, Any]) -> None:
    world = World()
    assert world.refused(kind, **body, event_id="e1")

    assert effort(world, event_id="e1") == []


def test_the_event_that_opened_it_is_remembered() -> None:
    world = World(event_id="e1")

    assert effort(world, event_id="e1") == []


def test_what_came_too_late_is_counted_once() -> None:
    world = World()
    world.say("withdraw", reason="no_fit")

    assert effort(world, event_id="e1") == ["late"]
    assert effort(world, event_id="e1") == []
    assert world.state.late == 1


def test_the_last_thousand_events_are_remembered() -> None:
    world = World()
    for number in range(REMEMBERED + 1):
        effort(world, event_id=f"e{number}")

    assert effort(world, event_id="e1") == []
    assert effort(world, event_id="e0") == ["effort_logged"]
    assert len(world.state.heard) == REMEMBERED


def test_events_are_remembered_for_ninety_days() -> None:
    world = World(LONG)
    effort(world, event_id="old")
    world.now += REMEMBERED_FOR
    effort(world, event_id="e1")
    assert effort(world, event_id="old") == []

    world.now += timedelta(seconds=1)
    effort(world, event_id="e2")

    assert effort(world, event_id="old") == ["effort_logged"]


def test_a_sender_that_numbers_its_events_is_heard_once_for_ever() -> None:
    world = World(LONG)
    assert effort(world, source="crm", source_seq=7) == ["effort_logged"]
    world.now += 10 * REMEMBERED_FOR
    for number in range(REMEMBERED + 1):
        effort(world, event_id=f"e{number}")

    assert effort(world, source="crm", source_seq=7) == []
    assert effort(world, source="crm", source_seq=6) == []
    assert effort(world, source="crm", source_seq=8) == ["effort_logged"]
    assert effort(world, source="mail", source_seq=7) == ["effort_logged"]
    assert world.state.sources == {"crm": 8, "mail": 7}


def test_a_refused_number_is_used_even_where_nothing_else_could_be_read() -> None:
    world = World()
    world.say("change_stage", stage=7, source="crm", source_seq=1)

    assert effort(world, source="crm", source_seq=1) == []


def test_at_most_a_hundred_senders_may_number_their_events() -> None:
    world = World()
    for number in range(MOST_SOURCES):
        effort(world, source=f"s{number}", source_seq=1)

    refused = world.refused("log_effort", hours=1, source="one-more", source_seq=1)
    assert refused == "source: too_many_sources"
    assert effort(world, source="s7", source_seq=2) == ["effort_logged"]
    world.say("withdraw", reason="no_fit")
    assert effort(world, source="another", source_seq=1) == ["late"]
    assert len(world.state.sources) == MOST_SOURCES


def test_a_refusal_changes_nothing_but_the_count() -> None:
    world = World()
    before = world.state

    (fact,) = world.say("unpark", event_id="e1", actor="kim")

    assert fact.data["message"] == "unpark"
    assert (fact.data["field"], fact.data["rule"]) == ("kind", "not_parked")
    assert world.state.refused[-1].rule == "not_parked"
    counted = {name: getattr(world.state, name) for name in ("sequence", "heard", "refused")}
    assert world.state == replace(before, refusals=1, **counted)


def test_the_last_twenty_refusals_are_at_hand() -> None:
    world = World()
    for _ in range(25):
        world.say("unpark")

    assert world.state.refusals == 25
    assert len(world.state.refused) == 20
    assert world.state.refused[-1].sequence == world.state.sequence


def test_every_fact_says_who_said_it_and_how_it_came_about() -> None:
    world = World()

    (fact,) = world.say(
        "log_effort",
        hours=1,
        event_id="e1",
        actor="kim",
        origin="seller",
        note="on site",
        source="crm",
        source_seq=4,
    )

    assert (fact.event_id, fact.actor, fact.origin, fact.note) == ("e1", "kim", "seller", "on site")
    assert (fact.source, fact.source_seq, fact.cause) == ("crm", 4, "signal")


def test_a_fact_that_says_the_same_has_the_same_digest_whenever_it_was_taken() -> None:
    world = World()
    (fact,) = world.say("log_effort", hours=1, event_id="e1", occurred_at=world.now.isoformat())

    later = replace(fact, recorded_at=fact.recorded_at + timedelta(seconds=3), cause="update")
    other = replace(fact, data={**fact.data, "hours": "2"})

    assert later.digest() == fact.digest()
    assert other.digest() != fact.digest()


def test_a_digest_knows_no_order_of_names_and_stays_the_same_for_years() -> None:
    """By it a ledger tells what it holds from what is new, whichever release wrote it."""
    at = datetime(2026, 3, 1, 12, 30, 0, 250, tzinfo=UTC)
    words: list[Any] = ["Grüße", 1, 1.0, 1e16, True, None]
    said = {"words": words, "inner": {"b": {"y": 1, "x": 2}, "a": []}}
    turned = {"inner": {"a": [], "b": {"x": 2, "y": 1}}, "words": words}
    fact = Fact(7, "noted", at, at, "signal", "e-7", "kim", source="crm", source_seq=4, data=said)

    assert fact.digest() == "08512a5b6f18d1de"
    assert replace(fact, data=turned).digest() == fact.digest()
    for word in ("1", 1.0, True):
        other = {**said, "words": [words[0], word, *words[2:]]}
        assert replace(fact, data=other).digest() != fact.digest()
