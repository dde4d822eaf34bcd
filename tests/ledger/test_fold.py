"""The current rows are a fold of the journal, whatever was said and however it was written."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.fold import row_of_opportunity
from ledger.ledger import Ledger
from ledger.rows import OpportunityRow
from sales.evolve import fold
from sales.outcome import record_of
from tests.ledger.speech import SPEECH, Speech, pieces, tell
from tests.ledger.story import Story, process

_ids = count()


def assert_follows(ledger: Ledger, story: Story) -> None:
    """Journal, fold, snapshot and columns all say what the story says."""
    journal = ledger.journal("opportunity", story.id)
    assert journal == story.facts
    assert fold(journal, lambda _name, version: process(version)) == story.state
    assert ledger.state(story.id) == story.state
    columns = row_of_opportunity(story.state)
    del columns["state"]
    assert ledger.opportunity(story.id) == OpportunityRow(**columns)
    assert ledger.end_of(story.id) == (record_of(story.state) if story.state.outcome else None)


@settings(max_examples=40, deadline=None)
@given(SPEECH, st.sets(st.integers(2, 20)), st.sets(st.integers(0, 20)))
def test_the_row_is_the_fold_however_the_facts_arrive(
    shared: Ledger,
    speech: Speech,
    cuts: set[int],
    repeats: set[int],
) -> None:
    story = tell(Story(f"o-{next(_ids)}"), speech)
    batches = pieces(story, cuts)

    for index, batch in enumerate(batches):
        shared.record(batch)
        for again in repeats:
            if again <= index:
                shared.record(batches[again])

    assert_follows(shared, story)


@settings(max_examples=40, deadline=None)
@given(SPEECH, SPEECH, st.integers(1, 20))
def test_a_rewritten_history_is_followed_unless_it_reaches_behind_the_end(
    shared: Ledger,
    speech: Speech,
    other_speech: Speech,
    at: int,
) -> None:
    story = tell(Story(f"o-{next(_ids)}"), speech)
    shared.record_many(pieces(story, set()))
    other = tell(story.fork(at), other_speech)
    same = [a.digest() == b.digest() for a, b in zip(story.facts, other.facts, strict=False)]
    differs = same.index(False) + 1 if False in same else None
    ended = next((fact.sequence for fact in story.facts if fact.kind == "ended"), 0)

    end = None
    for batch in pieces(other, set()):
        if end := shared.record(batch).end:
            break

    if differs and ended >= differs:
        assert end == record_of(story.state)
        assert_follows(shared, story)
    else:
        assert_follows(shared, other if len(other.facts) >= len(story.facts) or differs else story)


@settings(max_examples=12, deadline=None)
@given(st.lists(SPEECH, min_size=1, max_size=4), st.sets(st.integers(2, 10)), st.data())
def test_many_at_once_are_the_same_as_one_by_one(
    speeches: list[Speech], cuts: set[int], data: st.DataObject
) -> None:
    stories = [tell(Story(f"o-{index}"), speech) for index, speech in enumerate(speeches)]
    batches = [batch for story in stories for batch in pieces(story, cuts)]
    repeated = data.draw(st.lists(st.sampled_from(batches), max_size=3))

    with fresh() as many, fresh() as one:
        acks = many.record_many(batches + repeated)
        assert acks == [one.record(batch) for batch in batches + repeated]
        assert many.opportunities() == one.opportunities()
        for story in stories:
            assert_follows(many, story)
            assert_follows(one, story)


@contextmanager
def fresh() -> Iterator[Ledger]:
    """A ledger of its own, gone afterwards."""
    with TemporaryDirectory() as folder:
        ledger = Ledger(f"sqlite:///{folder}/ledger.db")
        ledger.migrate()
        yield ledger
        ledger.close()
