"""A ledger is made anew from its journal alone: facts word for word, rows folded again."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, insert, select, update

from ledger import rebuild, schema
from ledger.batch import Batch
from ledger.diff import Compared
from ledger.errors import NotEmpty
from ledger.fold import FOLDS
from ledger.ledger import Ledger
from sales.account.decide import decide_account, open_account
from sales.account.evolve import evolve_account
from sales.account.messages import ACCOUNT_KINDS
from sales.evolve import evolve
from sales.reading import read
from sales.restoring import restored
from tests.ledger.speech import SPEECH, Speech, pieces, tell
from tests.ledger.story import NOW, Story
from tests.ledger.test_diff import lawless, planted
from tests.ledger.test_fold import fresh


def nothing(_count: int) -> None:
    """Nobody watches."""


def unequal(here: Ledger, there: Ledger, live: bool = False) -> list[Compared]:
    return [each for each in here.compare(there, live) if not each.equal]


@contextmanager
def rebuilt(source: Ledger) -> Iterator[Ledger]:
    with fresh() as target:
        target.rebuild_from(source, nothing)
        yield target


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(SPEECH, SPEECH, st.integers(1, 8)), min_size=1, max_size=4))
def test_any_journals_make_the_same_ledger_again(
    told: list[tuple[Speech, Speech, int]],
) -> None:
    with fresh() as ledger:
        for number, (speech, other_speech, at) in enumerate(told):
            story = tell(Story(f"o-{number}"), speech)
            other = tell(story.fork(at), other_speech)
            ledger.reserve(story.id, "a-1", NOW)
            for batch in [*pieces(story, set()), *pieces(other, set())]:
                if ledger.record(batch).end:
                    break
        state, opened = open_account("a-1", NOW, "Acme")
        message = read("amend", {"owner": "ann"}, ACCOUNT_KINDS)
        amended = decide_account(state, message, NOW)
        ledger.record(Batch("account", "a-1", "run-1", (opened, *amended)))

        with rebuilt(ledger) as again:
            assert unequal(ledger, again) == []


def test_rows_are_folded_and_never_copied(ledger: Ledger) -> None:
    ledger.record(Story("o-1").batch())
    _, opened = open_account("a-1", NOW, "Acme")
    ledger.record(Batch("account", "a-1", "run-1", (opened,)))
    with ledger._write() as connection:
        for fold in FOLDS.values():
            if "name" in fold.table.c:
                connection.execute(update(fold.table).values(name="painted over"))
        (words,) = connection.scalars(select(schema.open_trace.c.words))
        connection.execute(update(schema.open_trace).values(words="painted over"))

    with rebuilt(ledger) as again:
        found = {each.table: each.first[0].columns for each in unequal(ledger, again)}
    assert found == {
        "account": {"name": ("painted over", "Acme")},
        "opportunity": {"name": ("painted over", "Lifts")},
        "open_trace": {"words": ("painted over", words)},
    }


def test_a_journal_that_was_taken_back_whole_leaves_facts_and_no_row(ledger: Ledger) -> None:
    ledger.record(Story("o-1").batch())
    with ledger._write() as connection:
        connection.execute(update(schema.fact).values(superseded=1))
        connection.execute(schema.opportunity.delete())
        connection.execute(schema.standing.delete())
        connection.execute(schema.open_trace.delete())

    with rebuilt(ledger) as again:
        assert unequal(ledger, again) == []
        assert again.opportunities() == []
        assert len(again.journal("opportunity", "o-1", superseded=True)) == 1


@pytest.mark.parametrize("table", schema.metadata.sorted_tables, ids=lambda table: table.name)
def test_a_ledger_that_holds_anything_is_not_written_over(
    ledger: Ledger, url: str, table: Table
) -> None:
    file = lawless(url)
    with file.begin() as connection:
        row = {column.name: planted(table, column.name) for column in table.columns}
        connection.execute(insert(table).values(row))
    file.dispose()
    with fresh() as other, pytest.raises(NotEmpty, match=table.name):
        ledger.rebuild_from(other, nothing)


def test_one_that_was_begun_and_not_finished_is_as_empty_as_before(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "AT_ONCE", 1)
    ledger.record_many([Story(f"o-{number}").batch() for number in range(5)])
    done: list[int] = []

    def break_off(count: int) -> None:
        done.append(count)
        if len(done) == 3:
            raise KeyboardInterrupt

    with fresh() as target:
        with pytest.raises(KeyboardInterrupt):
            target.rebuild_from(ledger, break_off)
        target.require_empty()
        assert target.rebuild_from(ledger, nothing).facts == 5
        assert unequal(ledger, target) == []


def test_a_journal_may_begin_with_the_state_that_is_left_of_it(ledger: Ledger) -> None:
    story = Story(amount={"amount": "10.10", "currency": "EUR"})
    story.say("change_stage", stage="offer")
    story.say("record_engagement", origin="buyer", channel="call", event_id="e-1")
    story.say("log_effort", hours="1.50")
    begun = restored(story.state, story.now)
    assert evolve(None, begun, story.start.process) == story.state
    ledger.record(Batch("opportunity", "o-1", "run-2", (begun,), story.start.process))
    assert ledger.state("o-1") == story.state

    again = ledger.record(story.batch(2))  # what is in the state is nothing new
    story.lose()
    ledger.record(story.batch(3))

    assert (again.through, again.superseded) == (4, 0)
    assert ledger.state("o-1") == story.state
    assert [fact.kind for fact in ledger.journal("opportunity", "o-1")] == [
        *("restored", "decided", "ended")
    ]
    with rebuilt(ledger) as copy:
        assert unequal(ledger, copy) == []


def test_an_account_may_begin_with_the_state_that_is_left_of_it_or_go_on_with_it(
    ledger: Ledger,
) -> None:
    state, opened = open_account("a-1", NOW, "Acme")
    ledger.record(Batch("account", "a-1", "run-1", (opened,)))
    for number, owner in enumerate(("ann", "bob", "zoe")):
        said = read("amend", {"owner": owner, "event_id": f"e-{number}"}, ACCOUNT_KINDS)
        (amended,) = decide_account(state, said, NOW)
        state = evolve_account(state, amended)
        ledger.record(Batch("account", "a-1", "run-1", (amended,)))
    for before in ((), (opened,)):
        with fresh() as other:
            for fact in (*before, restored(state, NOW)):
                other.record(Batch("account", "a-1", "run-2", (fact,)))
            assert other.account_state("a-1") == state
            assert other.account("a-1") == ledger.account("a-1")
            sequences = [fact.sequence for fact in other.journal("account", "a-1")]
            assert sequences == [*(fact.sequence for fact in before), 4]
            with rebuilt(other) as again:
                assert unequal(other, again) == []


def test_a_fact_that_was_taken_down_before_keeps_its_moment_and_the_answer_says_so(
    ledger: Ledger,
) -> None:
    story, again = Story(), Story()
    for each, hours in ((story, 1), (again, 2)):
        each.say("log_effort", hours, hours="1", event_id="e", occurred_at=NOW.isoformat())
    ledger.record(story.batch())

    ack = ledger.record(again.batch())

    assert again.facts[1] != story.facts[1]
    assert list(ack.facts) == story.facts == ledger.journal("opportunity", "o-1")


def test_more_facts_than_fit_one_piece_are_all_there() -> None:
    count = 2 * rebuild.AT_ONCE + 1
    with fresh() as ledger, fresh() as target:
        ledger.record_many([Story(f"o-{number:04}").batch() for number in range(count)])
        seen: list[int] = []
        found = target.rebuild_from(ledger, seen.append)
        assert (found.facts, found.folded["opportunity"], sum(seen)) == (count, count, count)
        assert unequal(ledger, target) == []
