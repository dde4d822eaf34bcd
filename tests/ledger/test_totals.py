"""The totals move along with every write, and are what a count over all rows comes to."""

from collections import Counter
from decimal import Decimal
from itertools import count
from operator import attrgetter
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from ledger import migrations
from ledger.engine import connect
from ledger.ledger import Ledger
from ledger.rows import OpportunityRow, OutcomeCount, Weighted
from ledger.schema import fact, opportunity, process, standing
from tests.ledger.speech import SPEECH, Speech, pieces, tell
from tests.ledger.story import Story

_ids = count()


def outcomes_of(rows: list[OpportunityRow]) -> list[OutcomeCount]:
    """What the rows come to, counted one by one."""
    ends = Counter((row.process, row.outcome, row.reason) for row in rows if row.outcome)
    counted = [
        OutcomeCount(process, str(outcome), str(reason), number)
        for (process, outcome, reason), number in ends.items()
    ]
    return sorted(counted, key=lambda each: (each.process, -each.count, each.outcome, each.reason))


def weighted_of(rows: list[OpportunityRow]) -> list[Weighted]:
    """The same for what is open."""
    key = attrgetter("currency", "process", "stage", "category")
    open_ = [row for row in rows if not row.outcome]
    found = []
    for place in sorted({key(row) for row in open_}, key=lambda place: (place[0] or "", *place)):
        here = [(row.amount or Decimal(0), row) for row in open_ if key(row) == place]
        expected = sum(sum_ * Decimal(str(row.probability)) for sum_, row in here)
        total = sum(sum_ for sum_, _ in here)
        found.append(Weighted(*place, len(here), Decimal(total), Decimal(expected)))
    return found


def assert_counted(ledger: Ledger) -> None:
    """The totals are a count over the rows."""
    rows = ledger.opportunities()
    assert ledger.outcomes() == outcomes_of(rows)
    assert ledger.weighted() == weighted_of(rows)


@settings(max_examples=30, deadline=None)
@given(SPEECH, SPEECH, st.integers(1, 20), st.sets(st.integers(2, 20)))
def test_totals_are_a_count_over_the_rows_whatever_is_written_and_taken_back(
    shared: Ledger, speech: Speech, other_speech: Speech, at: int, cuts: set[int]
) -> None:
    story = tell(Story(f"o-{next(_ids)}"), speech)
    for batch in pieces(story, cuts):
        shared.record(batch)
    shared.record_many([*pieces(story, cuts), *pieces(tell(story.fork(at), other_speech), set())])

    assert_counted(shared)


def test_what_is_said_twice_in_one_transaction_is_counted_once(ledger: Ledger) -> None:
    story = Story(amount={"amount": "10.50", "currency": "EUR"})
    story.say("change_stage", stage="offer")
    story.say("amend", amount={"amount": "7.25", "currency": "JPY"})

    ledger.record_many([story.batch(1, 1), story.batch(1, 3), story.batch(), story.batch(2, 2)])

    sum_ = Decimal("7.25")
    assert ledger.weighted() == [
        Weighted("JPY", "plain", "offer", "best_case", 1, sum_, sum_ * Decimal("0.35"))
    ]


def test_nothing_is_kept_of_a_place_in_which_nobody_is_left(ledger: Ledger, url: str) -> None:
    story = Story(amount={"amount": "10.50", "currency": "EUR"})
    ledger.record(story.batch())
    story.lose()
    ledger.record(story.batch())

    assert kept(url) == [("lost", "plain", "price", "", "", 0.0, "", 1, Decimal(0))]


def test_what_is_not_written_is_not_counted(ledger: Ledger, url: str) -> None:
    lost = Story("o-1")
    lost.lose()
    ledger.record(lost.batch())
    other = lost.fork(1)
    other.say("withdraw", reason="no_capacity")

    assert ledger.record(other.batch()).end is not None
    assert_counted(ledger)


def kept(url: str) -> list[tuple[Any, ...]]:
    """The table of totals as it is."""
    readers, _ = connect(url)
    with readers.connect() as connection:
        found = [tuple(row) for row in connection.execute(select(standing))]
    readers.dispose()
    return found


def test_a_ledger_from_before_the_totals_is_counted_when_it_is_migrated(
    ledger: Ledger, url: str, bare_url: str
) -> None:
    told = [Story(f"o-{n}", amount={"amount": f"{n}.10", "currency": "EUR"}) for n in range(4)]
    told[0].lose()
    told[1].say("change_stage", stage="offer")
    ledger.record_many([story.batch() for story in [*told, Story("o-9")]])

    old = make_old(bare_url, url, "standing")
    old.migrate()

    assert sorted(kept(bare_url)) == sorted(kept(url))
    assert_counted(old)
    old.close()


def make_old(bare_url: str, url: str, what: str) -> Ledger:
    """The rows of the ledger as they were before the migration that brought this."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__path__[0])))
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    (migration,) = (each for each in scripts if what in each.path)
    readers, _ = connect(url)
    engine, writers = connect(bare_url)
    with readers.connect() as source, writers.begin() as target:
        config.attributes["connection"] = target
        command.upgrade(config, str(migration.down_revision))
        for table in (process, fact, opportunity):
            rows = [dict(row) for row in source.execute(select(table)).mappings()]
            target.execute(insert(table), rows)
    readers.dispose()
    engine.dispose()
    return Ledger(bare_url)
