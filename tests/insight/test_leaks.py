"""What was known at an instant does not depend on what came later; what does is caught."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from insight.leaks import Answer, differing, facts_by, known_by, leaks
from insight.learned import fit
from insight.learned.learned import LEARNED
from insight.past import Past
from insight.pipeline import Pipeline, pipeline_of
from insight.reading import past_of_journals
from ledger.steps import CHANGING, Kind
from processes import library
from sales.facts import Fact
from simulation.market import Market
from tests.ledger.story import NOW, Story, process

MANY = 120
INSTANTS = 25


@pytest.fixture(scope="module")
def journals() -> dict[str, list[Fact]]:
    return {script.id: facts for script, facts in Market(7, library()).lives(MANY)}


def instants(past: Past) -> list[float]:
    known = np.concatenate([steps.known for steps in past.steps.values()])
    return [float(each) for each in np.quantile(known, np.linspace(0, 1, INSTANTS))]


def everything(past: Past, instant: float) -> Answer:
    """All that a view and a pipeline tell, by opportunity."""
    view, pipeline = past.at(instant), pipeline_of(past, instant, since=0)
    ids = [past.ids[row] for row in view.rows]
    told = {
        **{"heard": view.heard, "amount": view.amount, "entered": view.entered},
        **{"opened": view.opened, "hours": view.total(Kind.EFFORT)},
        **{kind.name: view.count(kind) for kind in Kind},
        **{f"last {kind.name}": view.last(kind)[1] for kind in Kind},
    }
    words = {name: [past.texts[code] for code in view.word(name)] for name in CHANGING}
    return {
        **{name: dict(zip(ids, values, strict=True)) for name, values in (told | words).items()},
        **columns(pipeline),
    }


def columns(pipeline: Pipeline) -> Answer:
    found = {"outcome": pipeline.outcome, "units": pipeline.units, "day": pipeline.day}
    every = {**found, "ended": pipeline.ended, **pipeline.words}
    return {f"as {n}": dict(zip(pipeline.ids, each, strict=True)) for n, each in every.items()}


def test_what_was_known_is_the_same_whatever_came_later(journals: dict[str, list[Fact]]) -> None:
    past = past_of_journals(journals, library().all())
    for instant in instants(past):
        assert leaks(past, instant, everything) == []


def test_a_past_that_is_cut_is_the_past_of_journals_that_are_cut(
    journals: dict[str, list[Fact]],
) -> None:
    past = past_of_journals(journals, library().all())
    for instant in instants(past)[::4]:
        then = {id_: facts_by(journal, instant) for id_, journal in journals.items()}
        told = past_of_journals({id_: facts for id_, facts in then.items() if facts})
        cut = known_by(past, instant)
        assert cut.ids == told.ids
        assert differing(everything(cut, instant), everything(told, instant)) == []


def test_an_outcome_of_the_future_is_caught(journals: dict[str, list[Fact]]) -> None:
    past = past_of_journals(journals, library().all())

    def prophetic(past: Past, instant: float) -> Answer:
        view = past.at(instant)
        won = past.outcome[view.rows] == 1
        return {"won": {past.ids[row]: each for row, each in zip(view.rows, won, strict=True)}}

    middle = instants(past)[INSTANTS // 2]
    (found,) = leaks(past, middle, prophetic)
    assert found.startswith("won: ")


def test_what_is_dated_earlier_but_was_recorded_later_is_caught() -> None:
    """The buyer spoke on the fifth; nobody wrote it down until the fifteenth."""
    story = Story()
    then, said = NOW + timedelta(days=5), (NOW + timedelta(days=4)).isoformat()
    story.say("record_engagement", 10 * 24, origin="buyer", channel="call", occurred_at=said)
    past = past_of_journals({story.id: story.facts}, [process()])

    def by_date(past: Past, instant: float) -> Answer:
        steps = past.steps[Kind.BUYER]
        return {"heard": {"o-1": float(steps.at[steps.at <= instant].sum())}}

    def by_knowledge(past: Past, instant: float) -> Answer:
        return {"heard": dict(zip(["o-1"], past.at(instant).heard, strict=True))}

    assert leaks(past, then.timestamp(), by_date) == ["heard: o-1"]
    assert leaks(past, then.timestamp(), by_knowledge) == []


def test_what_is_learned_of_an_instant_was_known_then() -> None:
    lives = Market(5, library(), mix={"new_business": 1}).lives(300)
    past = past_of_journals({script.id: facts for script, facts in lives}, library().all())

    def learned(past: Past, instant: float) -> Answer:
        when = datetime.fromtimestamp(instant, UTC)
        view, until = past.at(instant), when + timedelta(days=30)
        ids, found = [past.ids[row] for row in view.rows], fit(past, when, [30])
        chances, new = found.chances(view, until), found.new_business(when, until)
        assert chances.basis == LEARNED
        told = {"won": chances.p_won, "lost": chances.p_lost, "worth": chances.worth}
        rounded = {name: np.round(each, 6) for name, each in told.items()}
        by_id = {name: dict(zip(ids, each, strict=True)) for name, each in rounded.items()}
        return {**by_id, "new": {name: round(sum_, 2) for name, sum_ in new.amounts.items()}}

    assert leaks(past, float(np.quantile(past.known, 0.8)), learned) == []
