"""Traces in the ledger: a fold of the journal like every other row."""

from insight.past import Past
from insight.reading import past_of, past_of_journals
from ledger.batch import Batch
from ledger.ledger import Ledger
from ledger.steps import Kind
from processes import library
from sales.evolve import REFERRING
from simulation.market import Market
from tests.ledger.story import Story


def told_by(past: Past) -> list[tuple[str, str, str]]:
    """Every step, by the id of its opportunity."""
    return sorted(
        (past.ids[who], kind.name, f"{at} {known}")
        for kind, steps in past.steps.items()
        for who, at, known in zip(steps.who, steps.at, steps.known, strict=True)
    )


def test_a_ledger_and_its_journals_tell_the_same(
    ledger: Ledger,
) -> None:
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


def test_the_open_ones_alone_are_read_alone(ledger: Ledger) -> None:
    ended = Story("o-2")
    ended.say("record_decision", decision="no", reasons=["price"])
    ledger.record_many([Story("o-1").batch(), ended.batch()])

    assert past_of(ledger, only_open=True).ids == ["o-1"]
    assert sorted(past_of(ledger).ids) == ["o-1", "o-2"]
    assert past_of(ledger).processes == ledger.processes()
