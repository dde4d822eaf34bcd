"""Spells run the clocks as the rules do, over all opportunities at once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from insight.past import OUTCOMES, Past
from insight.reading import past_of_journals
from insight.spells import ClockName, spells
from processes import library
from sales.clocks import running
from sales.evolve import fold
from sales.facts import Fact
from sales.opportunity import Opportunity
from sales.process import Process
from simulation.market import Market

MANY = 150


@pytest.fixture(scope="module")
def journals() -> dict[str, list[Fact]]:
    market = Market(11, library())
    return {script.id: facts for script, facts in market.lives(MANY)}


@pytest.fixture(scope="module")
def past(journals: dict[str, list[Fact]]) -> Past:
    return past_of_journals(journals, library().all())


def find(name: str, version: int) -> Process:
    found = library().find(name, version)
    assert found
    return found


def open_states(
    journals: dict[str, list[Fact]], when: datetime
) -> Iterator[tuple[str, Opportunity]]:
    for id_, journal in journals.items():
        known = [fact for fact in journal if fact.recorded_at <= when]
        state = fold(known, find) if known else None
        if state and not state.outcome:
            yield id_, state


def ran(state: Opportunity, name: ClockName, when: datetime) -> float | None:
    """How many days a clock has run by the rules; None while it rests or is not there."""
    found = next((each for each in running(state) if each.name == name), None)
    clock = getattr(state.process.clocks, name)
    if found is None or state.landing_until or found.limit_at >= state.end_by:
        return None
    stage = state.process.stage(state.stage)
    limit = stage.limit if name == "stage_limit" and stage and stage.limit else clock.limit
    return float((when - (found.limit_at - limit)) / timedelta(days=1))


def test_ages_are_those_that_the_clocks_have_by_the_rules(
    past: Past, journals: dict[str, list[Fact]]
) -> None:
    told = sorted(fact.recorded_at for journal in journals.values() for fact in journal)
    compared = {"stage_limit": 0, "buyer_silence": 0}
    for some in told[50 :: len(told) // 5]:
        when = some + timedelta(seconds=1)  # what happens as we look is in no spell yet
        lived = spells(past, when.timestamp())
        names: tuple[ClockName, ...] = ("stage_limit", "buyer_silence")
        ages = {name: lived.age(name) + lived.spent for name in names}
        last = {past.ids[who]: index for index, who in enumerate(lived.who)}
        for id_, state in open_states(journals, when):
            for name in names:
                if (expected := ran(state, name, when)) is not None:
                    assert ages[name][last[id_]] == pytest.approx(expected, abs=1e-4)
                    compared[name] += 1
    assert min(compared.values()) > MANY


def test_spells_are_whole_lives_and_end_as_they_did(past: Past) -> None:
    lived = spells(past, datetime.max.replace(tzinfo=UTC).timestamp() - 1e9)
    assert (lived.who[1:] >= lived.who[:-1]).all()
    inner = lived.who[1:] == lived.who[:-1]
    assert (lived.start[1:][inner] == lived.end[:-1][inner]).all()
    final = np.r_[~inner, True]
    assert lived.outcome[final].tolist() == past.outcome[lived.who[final]].tolist()
    assert not lived.outcome[~final].any()
    assert set(past.outcome) == set(range(1, len(OUTCOMES)))
    length = np.bincount(lived.who, lived.end - lived.start, len(past))
    assert length == pytest.approx(past.closed - past.opened, abs=1.1)


def test_a_moment_lies_in_its_own_spell(past: Past) -> None:
    lived = spells(past, past.closed.max() + 1)
    middle = (lived.start + lived.end) / 2
    assert (lived.at(lived.who, middle) == np.arange(len(lived))).all()
    assert (lived.at(lived.who, lived.start) == np.arange(len(lived))).all()
    ends = np.r_[lived.who[1:] != lived.who[:-1], True]
    far = np.full(int(ends.sum()), past.closed.max() * 2)
    assert (lived.at(lived.who[ends], far) == np.flatnonzero(ends)).all()
