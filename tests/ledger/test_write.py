"""The ledger follows its writers as a replica follows a log."""

import dataclasses

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter

from ledger.batch import Ack, Batch
from ledger.errors import Gap, ProcessConflict, UnknownProcess
from ledger.ledger import Ledger
from sales.account.decide import decide_account, open_account
from sales.account.evolve import evolve_account
from sales.account.messages import ACCOUNT_KINDS
from sales.outcome import record_of
from sales.reading import read
from tests.ledger.story import NOW, Story, process


def test_what_is_recorded_is_read_back_fact_by_fact(ledger: Ledger) -> None:
    story = Story(amount={"amount": "1200.00", "currency": "EUR"}, stakeholders={})
    story.say("record_engagement", origin="buyer", channel="call", note="Zoë called", source="crm")
    story.say("no_such_message", body=[1, None, {"deep": 0.5}])

    ack = ledger.record(story.batch())

    assert ack == Ack(3, 0, tuple(story.facts))
    assert ledger.journal("opportunity", "o-1") == story.facts


def test_the_same_batch_again_is_nothing(ledger: Ledger) -> None:
    story = Story()
    story.say("change_stage", stage="offer")
    first = ledger.record(story.batch())
    before = ledger.journal_rows("opportunity", "o-1", superseded=True)

    again = ledger.record(story.batch(run_id="run-2"))

    assert again == first
    assert ledger.journal_rows("opportunity", "o-1", superseded=True) == before


def test_an_old_batch_that_comes_late_takes_nothing_back(ledger: Ledger) -> None:
    story = Story()
    story.say("change_stage", stage="offer")
    story.say("log_effort", hours="1.5")
    ledger.record(story.batch())

    ack = ledger.record(story.batch(1, 2))

    assert (ack.through, ack.superseded) == (2, 0)
    assert ledger.journal("opportunity", "o-1") == story.facts


def test_a_fact_taken_at_another_moment_is_the_same_fact(ledger: Ledger) -> None:
    story = Story()
    ledger.record(story.batch())
    later = dataclasses.replace(story.facts[0], recorded_at=story.now.replace(year=2027))

    ack = ledger.record(dataclasses.replace(story.batch(), facts=(later,)))

    assert ack.superseded == 0
    assert ledger.journal("opportunity", "o-1") == story.facts


def test_a_batch_that_overlaps_adds_only_what_is_new(ledger: Ledger) -> None:
    story = Story()
    story.say("change_stage", stage="offer")
    ledger.record(story.batch(1, 2))
    story.say("log_effort", hours="2")

    ack = ledger.record(story.batch(2, 3, run_id="run-2"))

    rows = ledger.journal_rows("opportunity", "o-1")
    assert (ack.through, ack.superseded) == (3, 0)
    assert [row.run_id for row in rows] == ["run-1", "run-1", "run-2"]


def test_another_fact_under_a_stored_number_takes_it_and_all_later_ones_back(
    ledger: Ledger,
) -> None:
    story = Story()
    story.say("change_stage", stage="offer")
    story.say("log_effort", hours="2")
    story.say("log_effort", hours="3")
    ledger.record(story.batch())
    other = story.fork(2)
    other.say("amend", name="Escalators")

    ack = ledger.record(other.batch(2, run_id="run-2"))

    rows = ledger.journal_rows("opportunity", "o-1", superseded=True)
    assert (ack.through, ack.superseded) == (3, 2)
    assert [(r.fact.sequence, r.superseded, r.run_id) for r in rows] == [
        (1, 0, "run-1"),
        (2, 0, "run-1"),
        (3, 1, "run-1"),
        (3, 0, "run-2"),
        (4, 1, "run-1"),
    ]
    assert ledger.journal("opportunity", "o-1") == other.facts
    assert ledger.state("o-1") == other.state


def test_facts_taken_back_twice_are_all_kept(ledger: Ledger) -> None:
    story = Story()
    for name in ("One", "Two", "Three"):
        other = story.fork(1)
        other.say("amend", name=name)
        ledger.record(other.batch())

    names = [
        row.fact.data["name"]
        for row in ledger.journal_rows("opportunity", "o-1", superseded=True)
        if row.fact.sequence == 2
    ]
    row = ledger.opportunity("o-1")
    assert names == ["One", "Two", "Three"]
    assert row is not None
    assert row.name == "Three"


def test_a_whole_journal_can_be_taken_back(ledger: Ledger) -> None:
    ledger.record(Story(name="Lifts").batch())
    other = Story(name="Escalators")
    other.say("log_effort", hours="1")

    ack = ledger.record(other.batch())

    assert ack.superseded == 1
    assert ledger.state("o-1") == other.state


def test_a_stored_end_is_final_and_is_told_to_who_says_otherwise(ledger: Ledger) -> None:
    story = Story()
    story.say("change_stage", stage="offer")
    story.lose(verbatim="too dear", competitor="Acme")
    ledger.record(story.batch())
    other = story.fork(1)
    other.say("withdraw", reason="no_capacity")

    ack = ledger.record(other.batch(run_id="run-2"))

    assert ack == Ack(1, 0, tuple(other.facts), record_of(story.state))
    assert ledger.journal_rows("opportunity", "o-1", superseded=True) == ledger.journal_rows(
        "opportunity", "o-1"
    )
    assert ledger.end_of("o-1") == record_of(story.state)


def test_another_end_under_the_same_number_changes_nothing(ledger: Ledger) -> None:
    story = Story()
    story.wait(days=150)
    ledger.record(story.batch())
    other = Story()
    other.say("withdraw", reason="no_capacity")

    ack = ledger.record(other.batch())

    assert ack.end is not None
    assert ack.end["outcome"] == "expired"


def test_what_came_behind_an_end_may_still_be_rewritten(ledger: Ledger) -> None:
    story = Story()
    story.lose()
    ended = len(story.facts)
    story.say("log_effort", hours="1")
    ledger.record(story.batch())
    other = story.fork(ended)
    other.say("amend", name="Too late")

    ack = ledger.record(other.batch(ended + 1))

    assert (ack.end, ack.superseded) == (None, 1)
    assert ledger.journal("opportunity", "o-1") == other.facts


def test_a_gap_is_refused_and_leaves_no_hole(ledger: Ledger) -> None:
    story = Story()
    story.say("change_stage", stage="offer")
    story.say("log_effort", hours="2")
    ledger.record(story.batch(1, 1))

    with pytest.raises(Gap, match="expected sequence 2, got 3"):
        ledger.record(story.batch(3))

    assert ledger.journal("opportunity", "o-1") == story.facts[:1]


def test_a_journal_cannot_begin_in_the_middle(ledger: Ledger) -> None:
    story = Story()
    story.say("change_stage", stage="offer")

    with pytest.raises(Gap):
        ledger.record(story.batch(2))


def test_a_batch_is_consecutive_and_never_empty() -> None:
    story = Story()
    story.say("change_stage", stage="offer")
    story.say("log_effort", hours="2")

    with pytest.raises(ValueError, match="not consecutive"):
        dataclasses.replace(story.batch(), facts=(story.facts[0], story.facts[2]))
    with pytest.raises(ValueError, match="at least one"):
        dataclasses.replace(story.batch(), facts=())


def test_facts_of_another_opportunity_are_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="another's"):
        ledger.record(dataclasses.replace(Story("o-1").batch(), id="o-2"))


def test_a_process_is_stored_with_the_first_fact_that_refers_to_it(ledger: Ledger) -> None:
    assert ledger.process("plain", 1) is None

    ledger.record(Story().batch())

    assert ledger.process("plain", 1) == process()


def test_another_definition_under_a_known_version_is_refused(ledger: Ledger) -> None:
    ledger.record(Story("o-1").batch())
    changed = dataclasses.replace(Story("o-2").batch(), process=process(title="Changed"))

    with pytest.raises(ProcessConflict, match="'plain' version 1"):
        ledger.record(changed)

    assert ledger.opportunity("o-2") is None


def test_a_reference_to_an_unknown_process_is_refused(ledger: Ledger) -> None:
    with pytest.raises(UnknownProcess, match="'plain' version 1"):
        ledger.record(dataclasses.replace(Story().batch(), process=None))


def test_a_migrated_opportunity_lives_by_its_new_process(ledger: Ledger) -> None:
    story = Story()
    story.say("migrate", process_version=2)
    ledger.record(story.batch(1, 1))

    ledger.record(story.batch(2))

    row = ledger.opportunity("o-1")
    assert row is not None
    assert row.process_version == 2
    assert ledger.state("o-1") == story.state


def test_many_batches_are_written_all_or_none(ledger: Ledger) -> None:
    story = Story("o-2")
    story.say("log_effort", hours="1")

    with pytest.raises(Gap):
        ledger.record_many([Story("o-1").batch(), story.batch(2)])

    assert ledger.opportunities() == []


def test_batches_and_acks_travel_through_the_data_converter() -> None:
    story = Story(amount={"amount": "10.10", "currency": "EUR"})
    story.lose()
    sent: list[object] = [story.batch(), Ack(3, 0, tuple(story.facts), record_of(story.state))]
    converter = pydantic_data_converter.payload_converter

    got = converter.from_payloads(converter.to_payloads(sent), [Batch, Ack])

    assert got == sent


def test_an_account_is_followed_like_an_opportunity(ledger: Ledger) -> None:
    state, first = open_account("a-1", NOW, "Acme")
    message = read("amend", {"segment": "retail", "tier": "gold"}, ACCOUNT_KINDS)
    amended = decide_account(state, message, NOW)
    ledger.record(Batch("account", "a-1", "run-1", (first, *amended)))
    other = decide_account(state, read("retire", {"reason": "merged"}, ACCOUNT_KINDS), NOW)

    ack = ledger.record(Batch("account", "a-1", "run-2", other))

    assert (ack.through, ack.superseded) == (2, 1)
    assert ledger.account_state("a-1") == evolve_account(state, other[0])
    assert ledger.journal("account", "a-1") == [first, *other]
