"""The current rows are a fold of the journal, whatever was said and however it was written."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.batch import Batch
from ledger.fold import row_of_opportunity
from ledger.ledger import Ledger
from ledger.rows import OpportunityRow
from sales.evolve import fold
from sales.outcome import record_of
from tests.ledger.conftest import BOTH
from tests.ledger.story import Story, process
from tests.postgres import Postgres

_ids = count()

WISHES = st.one_of(
    st.builds(lambda s: ("change_stage", {"stage": s}), st.sampled_from(["talk", "offer", "x"])),
    st.builds(
        lambda o, e: ("record_engagement", {"origin": o, "channel": "call", "event_id": e}),
        st.sampled_from(["buyer", "seller"]),
        st.sampled_from(["e-1", "e-2", "e-3"]),
    ),
    st.builds(
        lambda a, n: ("amend", {"amount": {"amount": str(a), "currency": "EUR"}, "name": n}),
        st.decimals(0, 10**12, places=4),
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8),
    ),
    st.builds(lambda h: ("log_effort", {"hours": str(h)}), st.decimals(0, 99, places=2)),
    st.builds(lambda s: ("correct", {"sequence": s, "void": True}), st.integers(1, 6)),
    st.builds(
        lambda d: ("extend", {"close_date": f"2026-0{d}-15", "reason": "holidays"}),
        st.integers(2, 7),
    ),
    st.just(("park", {"until": "2026-02-20", "reason": "budget freeze"})),
    st.just(("unpark", {})),
    st.just(("migrate", {"process_version": 2})),
    st.just(("record_decision", {"decision": "yes", "reasons": ["value"]})),
    st.just(("record_decision", {"decision": "no", "reasons": ["price"]})),
    st.just(("record_purchase", {"evidence": {"kind": "payment", "reference": "p-1"}})),
    st.just(("nonsense", {"odd": [None, 1.5, "\x00"]})),
)
Speech = list[tuple[tuple[str, dict[str, object]], int]]

SPEECH = st.lists(st.tuples(WISHES, st.sampled_from([1, 30, 200])), max_size=12)


@pytest.fixture(scope="module", params=BOTH)
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ledger]:
    """One ledger for every example, on one database after the other."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('fold') / 'ledger.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.url(server.create())
    ledger = Ledger(url)
    ledger.migrate()
    yield ledger
    ledger.close()


def tell(story: Story, speech: Speech) -> Story:
    """Say it all, and let the clocks be looked at now and then."""
    for (kind, body), hours in speech:
        story.say(kind, hours, **body)
        if hours > 100:
            story.wait(days=0)
    return story


def pieces(story: Story, cuts: set[int]) -> list[Batch]:
    """The journal in batches; one that migrates begins a new one, for it brings a process."""
    migrations = {fact.sequence for fact in story.facts if fact.kind == "migrated"}
    starts = sorted({1, *migrations, *(cut for cut in cuts if cut <= len(story.facts))})
    ends = [start - 1 for start in starts[1:]] + [len(story.facts)]
    return [story.batch(first, last) for first, last in zip(starts, ends, strict=True)]


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
