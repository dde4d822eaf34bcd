"""Traces in the ledger: a fold of the journal like every other row."""

from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.past import Past
from insight.reading import past_of, past_of_journals
from ledger import traces
from ledger.batch import Batch
from ledger.ledger import Ledger
from ledger.steps import Kind
from ledger.trace import Trace
from processes import library
from sales.evolve import REFERRING
from simulation.market import Market
from tests.ledger.speech import SPEECH, Speech, pieces, tell
from tests.ledger.story import Story
from tests.ledger.test_totals import make_old

_ids = count()


def assert_traced(ledger: Ledger) -> None:
    """Every opportunity has the trace that its journal comes to, where it belongs, and there is no
    other trace."""
    rows, told = ledger.opportunities(), list[list[Any]]()
    for only_open in (False, True):
        with ledger.traces(only_open=only_open) as chunks:
            told.append(sorted(each for some in chunks for each in zip(*some, strict=True)))
    journals = [(row.id, *trace_of(ledger, row.id), row.outcome) for row in rows]
    assert told[0] == [each[:-1] for each in journals]
    assert told[1] == [each[:-1] for each in journals if each[-1] is None]


def trace_of(ledger: Ledger, id: str) -> list[Any]:
    trace = Trace()
    trace.take(ledger.journal("opportunity", id))
    return [trace.steps, trace.words]


def told_by(past: Past) -> list[tuple[str, str, str]]:
    """Every step, by the id of its opportunity."""
    return sorted(
        (past.ids[who], kind.name, f"{at} {known}")
        for kind, steps in past.steps.items()
        for who, at, known in zip(steps.who, steps.at, steps.known, strict=True)
    )


def test_a_ledger_and_its_journals_tell_the_same(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traces, "AT_ONCE", 5)
    market = Market(11, library())
    journals = {script.id: facts for script, facts in market.lives(12)}
    for id_, journal in journals.items():
        for fact in journal:  # one at a time, so that each trace grows from what is stored
            ref = fact.data.get("process") if fact.kind in REFERRING else None
            process = market.find(ref["name"], ref["version"]) if ref else None
            ledger.record(Batch("opportunity", id_, "run", (fact,), process))
    found, told = past_of(ledger), past_of_journals(journals)

    assert set(found.ids) == set(told.ids)
    place = [told.ids.index(id_) for id_ in found.ids]
    assert found.outcome.tolist() == told.outcome[place].tolist()
    assert told_by(found) == told_by(told)


def test_a_trace_that_was_taken_back_is_told_anew(ledger: Ledger) -> None:
    story = Story()
    story.say("change_stage", stage="offer")
    story.say("log_effort", hours="5")
    ledger.record(story.batch())
    other = Story()
    other.say("log_effort", hours="2")
    ledger.record(other.batch())
    story.say("record_decision", decision="no", reasons=["price"])

    past = past_of(ledger)
    view = past.at(other.now.timestamp())
    assert [past.texts[code] for code in view.stage] == ["talk"]
    assert view.total(Kind.EFFORT).tolist() == [2]


@settings(max_examples=25, deadline=None)
@given(SPEECH, SPEECH, st.integers(1, 20), st.sets(st.integers(2, 20)))
def test_a_trace_is_what_the_journal_comes_to_whatever_is_written_and_taken_back(
    shared: Ledger, speech: Speech, other_speech: Speech, at: int, cuts: set[int]
) -> None:
    story = tell(Story(f"o-{next(_ids)}"), speech)
    for batch in pieces(story, cuts):
        shared.record(batch)
    assert_traced(shared)
    shared.record_many([*pieces(story, cuts), *pieces(tell(story.fork(at), other_speech), set())])
    assert_traced(shared)


def test_a_currency_that_comes_and_goes_is_told_each_time(ledger: Ledger) -> None:
    story = Story(amount={"amount": "10", "currency": "EUR"})
    ledger.record(story.batch())
    for currency in ("JPY", "JPY", "EUR"):
        facts = story.say("amend", amount={"amount": "7", "currency": currency})
        ledger.record(Batch("opportunity", story.id, "run-1", facts))

    past = past_of(ledger)
    assert_traced(ledger)
    codes = past.steps[Kind.CURRENCY].value.astype(int)
    assert [past.texts[code] for code in codes] == ["JPY", "EUR"]
    assert past.texts[past.word("currency", story.now.timestamp())[0]] == "EUR"


def test_a_ledger_from_before_the_traces_has_them_when_it_is_migrated(
    ledger: Ledger, url: str, bare_url: str
) -> None:
    told = [Story(f"o-{n}", amount={"amount": f"{n}.10", "currency": "EUR"}) for n in range(4)]
    told[0].lose()
    told[1].say("change_stage", stage="offer")
    ledger.record_many([story.batch() for story in told])
    other = told[1].fork(1)
    other.say("log_effort", hours="5")
    ledger.record(other.batch())

    old = make_old(bare_url, url, "trace")
    old.migrate()

    assert len(old.opportunities()) == 4
    assert_traced(old)
    old.close()


def test_the_open_ones_alone_are_read_alone(ledger: Ledger) -> None:
    ended = Story("o-2")
    ended.say("record_decision", decision="no", reasons=["price"])
    ledger.record_many([Story("o-1").batch(), ended.batch()])

    assert past_of(ledger, only_open=True).ids == ["o-1"]
    assert sorted(past_of(ledger).ids) == ["o-1", "o-2"]
    assert past_of(ledger).processes == ledger.processes()
