"""The past as columns tells what the rules tell, of every instant."""

from collections.abc import Iterator
from datetime import date, datetime

import numpy as np
import pytest

from insight.past import OUTCOMES, Past
from insight.reading import past_of_journals
from ledger.steps import Kind
from processes import library
from sales.evolve import fold
from sales.facts import Fact
from sales.opportunity import Opportunity
from simulation.market import Market
from tests.ledger.story import Story, process

MANY = 150


@pytest.fixture(scope="module")
def journals() -> dict[str, list[Fact]]:
    market = Market(11, library())
    return {script.id: facts for script, facts in market.lives(MANY)}


@pytest.fixture(scope="module")
def past(journals: dict[str, list[Fact]]) -> Past:
    return past_of_journals(journals, library().all())


def instants(journals: dict[str, list[Fact]]) -> Iterator[datetime]:
    told = sorted(fact.recorded_at for journal in journals.values() for fact in journal)
    yield from told[:: len(told) // 12]


def states(journals: dict[str, list[Fact]], when: datetime) -> dict[str, Opportunity]:
    """What the rules make of the facts that had been taken down by then."""
    processes = {(each.name, each.version): each for each in library().all()}
    found = {}
    for id_, journal in journals.items():
        if known := [fact for fact in journal if fact.recorded_at <= when]:
            state = fold(known, lambda name, version: processes[name, version])
            assert state
            found[id_] = state
    return found


def same(found: float, told: float | None) -> bool:
    return bool(np.isnan(found)) if told is None else found == pytest.approx(told, abs=1e-5)


def test_what_was_open_and_how_it_stood_is_what_the_rules_made_of_it(
    past: Past, journals: dict[str, list[Fact]]
) -> None:
    compared = 0
    for when in instants(journals):
        view = past.at(when.timestamp())
        open_ = {i: s for i, s in states(journals, when).items() if s.outcome is None}
        assert {past.ids[row] for row in view.rows} == set(open_)
        owners, closes = view.word("owner"), view.last(Kind.CLOSE_DATE)[0]
        pushes, backs, hours = view.count(Kind.PUSH), view.count(Kind.BACK), view.total(Kind.EFFORT)
        for i, row in enumerate(view.rows):
            state = open_[past.ids[row]]
            assert past.texts[view.stage[i]] == state.stage
            assert past.texts[owners[i]] == (state.owner or "")
            assert same(view.entered[i], state.stage_entered_at.timestamp())
            assert same(view.opened[i], state.opened_at.timestamp())
            assert same(view.amount[i], None if state.amount is None else float(state.amount))
            assert same(view.heard[i], state.engaged_at.timestamp() if state.engaged else None)
            assert same(closes[i], days(state.close_date))
            assert (pushes[i], backs[i]) == (state.pushes, state.reversions)
            assert same(hours[i], float(state.effort))
            compared += 1
    assert compared > MANY


def days(day: date | None) -> float | None:
    return None if day is None else float((day - date(1970, 1, 1)).days)


def test_ends_are_known_when_they_were_taken_down_and_stay(
    past: Past, journals: dict[str, list[Fact]]
) -> None:
    for when in instants(journals):
        ended = {i: s.outcome for i, s in states(journals, when).items() if s.outcome}
        view = past.at(when.timestamp())
        assert {past.ids[row] for row in np.flatnonzero(view.ended)} == set(ended)
        for row in np.flatnonzero(view.ended):
            assert OUTCOMES[past.outcome[row]] == ended[past.ids[row]].outcome
            assert same(past.closed[row], ended[past.ids[row]].closed_at.timestamp())


def test_a_correction_counts_from_when_it_was_known() -> None:
    story = Story()
    (spent,) = story.say("log_effort", hours="5")
    (spoke,) = story.say("record_engagement", origin="seller", channel="call")
    story.say("correct", sequence=spent.sequence, hours="2")
    before = story.now.timestamp() - 1
    story.say("correct", sequence=spoke.sequence, origin="buyer")
    (wrong,) = story.say("log_effort", hours="1")
    story.say("correct", sequence=wrong.sequence, void=True)
    past = past_of_journals({"o-1": story.facts}, [process()])

    then, now = past.at(before), past.at(story.now.timestamp())
    assert then.total(Kind.EFFORT).tolist() == [5]
    assert np.isnan(then.heard).all()
    assert now.total(Kind.EFFORT).tolist() == [2] == [float(story.state.effort)]
    assert now.heard.tolist() == [story.state.engaged_at.timestamp()]
