"""Who came late to a stage is told apart from who came soon."""

import numpy as np
import pytest

from insight.learned.chain import learn_chain
from insight.learned.counts import Counts
from insight.learned.days import Days
from insight.learned.states import PACES, UNKNOWN, States, entries
from insight.past import Past
from ledger.steps import Kind
from tests.insight.learned.made import PROCESS, STAGES, Lives, at

LENGTH = 300
SOON, LATE = 2.0, 12.0
WON_SOON, WON_LATE = 0.8, 0.2


def past(count: int = 3_000) -> Past:
    """Half of them move on after two days and are mostly won, half after twelve and are mostly
    lost; either ends three to nine days later."""
    chance = np.random.default_rng(1)
    opened = chance.uniform(0, LENGTH, count)
    late = chance.uniform(size=count) < 0.5
    moved = opened + np.where(late, LATE, SOON) + chance.uniform(-1, 1, count)
    ended = moved + chance.uniform(3, 9, count)
    won = chance.uniform(size=count) < np.where(late, WON_LATE, WON_SOON)
    entered = np.column_stack([opened, np.where(moved <= LENGTH, moved, np.nan), opened * np.nan])
    over = ended <= LENGTH
    outcome = np.where(over, np.where(won, 1, 2), 0)
    lives = Lives(opened, entered, np.where(over, ended, np.inf), outcome, np.ones(count))
    return lives.past()


def test_a_stage_has_as_many_states_as_there_are_ways_to_be_late() -> None:
    days = Days(past(), at(LENGTH).timestamp())
    of_stage = {place[1]: number for place, number in days.states.places.items()}
    count = np.bincount(days.states.place)
    assert count[of_stage[STAGES[0]]] == 1  # all enter it when they open
    assert count[of_stage[STAGES[1]]] == PACES
    few = Days(past(120), at(LENGTH).timestamp())
    assert len(few.states) == len(few.states.places)


def test_the_chain_knows_that_who_came_late_is_seldom_won() -> None:
    days = Days(past(), at(LENGTH).timestamp())
    outlook = learn_chain(Counts(days), days.as_of).outlook(days.as_of, 20)
    second = days.states.places[PROCESS, STAGES[1], False]
    soon, *_, late = outlook.standing[days.states.place == second][:, 0, 0]
    assert soon == pytest.approx(WON_SOON, abs=0.05)
    assert late == pytest.approx(WON_LATE, abs=0.05)
    first = outlook.standing[days.states.places[PROCESS, STAGES[0], False], :, 0]
    assert first[6] < 0.4 < first[0]  # who stands there still will be late


def test_steps_are_known_by_what_was_learned_before_and_by_nothing_else() -> None:
    made = past()
    all_of_them = entries(made, made.steps[Kind.STAGE])
    some = made.steps[Kind.STAGE].pick(np.arange(len(all_of_them.which)) % 2 == 0)
    states = States.seen(entries(made, some))
    found = states.of(all_of_them)
    assert (found >= 0).all()
    assert np.array_equal(found[::2], states.of(entries(made, some)))
    assert (States({}, ()).of(all_of_them) == UNKNOWN).all()
