"""How an opportunity begins."""

from datetime import timedelta
from typing import Any

import pytest

from sales.drafts import Broken
from sales.evolve import fold
from sales.opening import OpenOpportunity, Start, begin
from tests.sales.world import START, Said, World, day, plain


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"close_date": "2026-01-04"}, "close_date: in_the_past"),
        ({"close_date": "2026-06-01"}, "close_date: past_end_by"),
        ({"notice_by": "2026-06-01"}, "notice_by: past_end_by"),
        ({"stage": "nowhere"}, "stage: unknown_stage"),
        ({"occurred_at": "2026-01-07T00:00:00Z"}, "occurred_at: in_the_future"),
        (
            {
                "amount": {"amount": "1", "currency": "EUR"},
                "recurring": {"amount": "1", "currency": "USD"},
            },
            "currency: mixed_currencies",
        ),
    ],
)
def test_an_opening_that_breaks_a_rule_is_no_opening(said: dict[str, Any], rule: str) -> None:
    with pytest.raises(Broken, match=f"^{rule}$"):
        World(plain(), **said)


def test_it_begins_in_the_first_stage_or_in_the_one_that_is_said() -> None:
    assert World().state.stage == "first"
    assert World(stage="second").state.stage == "second"


def test_what_is_null_is_not_said() -> None:
    world = World(owner=None, close_date=None, amount=None)

    assert (world.state.owner, world.state.close_date, world.state.amount) == (None, None, None)
    assert "owner" not in world.journal[0].data


def test_its_first_fact_tells_it_all() -> None:
    said: Said = {
        "owner": "kim",
        "close_date": "2026-02-01",
        "amount": {"amount": "100.00", "currency": "EUR"},
        "stakeholders": {"p1": {"role": "champion"}},
        "qualification": {"metrics": {"score": 2}},
    }
    world = World(**said)

    assert world.journal[0].kind == "opened"
    assert fold(world.journal, lambda _name, _version: world.process) == world.state


def test_told_late_it_began_when_it_began_but_lasts_from_when_it_was_taken() -> None:
    world = World(occurred_at=(START - timedelta(days=3)).isoformat())

    assert world.state.opened_at == START - timedelta(days=3)
    assert world.state.landed_at == START
    assert world.state.end_by == day("100d")


def test_a_successor_starts_with_fresh_clocks_and_its_predecessors_memory() -> None:
    first = World()
    first.say("log_effort", hours=1, event_id="e1")
    opening = OpenOpportunity(opportunity_id="o-1~2", process="plain", name="A deal")
    start = Start(
        account_id="a-1",
        opening=opening,
        process=first.process,
        attempt=2,
        predecessor_id="o-1",
        heard=first.state.heard,
    )

    state, fact = begin(start, day("50d"))

    assert (state.attempt, state.predecessor_id, state.end_by) == (2, "o-1", day("150d"))
    assert state.heard["e1"] == first.state.heard["e1"]
    assert fold([fact], lambda _name, _version: first.process) == state
