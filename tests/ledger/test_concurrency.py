"""Many writers lose nothing, and a writer that dies leaves all of its work or nothing."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from sqlalchemy import update

from ledger.batch import Batch
from ledger.engine import connect
from ledger.ledger import Ledger
from ledger.schema import opportunity
from tests.ledger.story import NOW, Story

ROOT = Path(__file__).parents[2]


def stories(count: int, prefix: str = "o") -> list[Story]:
    """Some opportunities, each with a few facts and an end."""
    told = [Story(f"{prefix}-{index:03}") for index in range(count)]
    for story in told:
        story.say("change_stage", stage="offer")
        story.lose()
    return told


def spawn(url: str, batches: list[Batch], file: Path, manner: str) -> subprocess.Popen[str]:
    """A writer in a process of its own."""
    file.write_bytes(TypeAdapter(list[Batch]).dump_json(batches))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.writer", url, str(file), manner],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_writers_in_many_threads_lose_nothing(ledger: Ledger) -> None:
    told = stories(24)
    batches = [story.batch() for story in told]

    with ThreadPoolExecutor(8) as pool:
        # Every batch twice: a retry may run beside the attempt it replaces.
        list(pool.map(ledger.record, batches + batches))

    assert len(ledger.opportunities(outcome="lost")) == 24
    for story in told:
        assert ledger.journal("opportunity", story.id, superseded=True) == story.facts


def test_one_journal_written_from_many_threads_stays_one_journal(ledger: Ledger) -> None:
    story = Story()
    for _ in range(10):
        story.say("log_effort", hours="1")
    batches = [story.batch(1, last) for last in range(1, 12)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ledger.record, reversed(batches)))

    assert ledger.journal("opportunity", "o-1", superseded=True) == story.facts
    assert ledger.state("o-1") == story.state


def test_writers_in_many_processes_lose_nothing(ledger: Ledger, url: str, tmp_path: Path) -> None:
    left, right, mine = stories(10, "left"), stories(10, "right"), Story("mine")
    batches = [[story.batch() for story in some] for some in (left, right)]

    with (
        spawn(url, batches[0], tmp_path / "left.json", "run") as one,
        spawn(url, batches[1], tmp_path / "right.json", "run") as other,
    ):
        ledger.record(mine.batch())
        assert [one.wait(30), other.wait(30)] == [0, 0]

    for story in (mine, *left, *right):
        assert ledger.journal("opportunity", story.id, superseded=True) == story.facts
        assert ledger.state(story.id) == story.state


@pytest.mark.parametrize(
    ("manner", "written"), [("hold-before-commit", 0), ("hold-after-commit", 20)]
)
def test_a_writer_that_is_killed_leaves_all_or_nothing(
    ledger: Ledger, url: str, tmp_path: Path, manner: str, written: int
) -> None:
    told = stories(20)
    batches = [story.batch() for story in told]

    with spawn(url, batches, tmp_path / "batches.json", manner) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "held\n"
        writer.kill()

    assert len(ledger.opportunities()) == written
    for story in told:
        facts = story.facts if written else []
        assert ledger.journal("opportunity", story.id) == facts
    ledger.record_many(batches)
    assert [ledger.state(story.id) for story in told] == [story.state for story in told]


def test_readers_are_not_held_up_by_a_writer(ledger: Ledger, url: str) -> None:
    ledger.record(Story().batch())
    _, writers = connect(url)

    with writers.begin() as connection:
        connection.execute(update(opportunity).values(name="unheard"))
        row = ledger.opportunity("o-1")
        connection.rollback()

    writers.dispose()
    assert row is not None
    assert row.name == "Lifts"


def test_an_id_is_reserved_once_for_one_account(ledger: Ledger) -> None:
    accounts = [f"a-{index}" for index in range(8)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: ledger.reserve("o-1", each, NOW), accounts))

    assert sorted(answers, key=str) == [None, *["id_taken"] * 7]
    holder = accounts[answers.index(None)]
    assert ledger.reserve("o-1", holder, NOW) is None


def test_an_id_with_a_journal_is_taken_for_everybody(ledger: Ledger) -> None:
    assert ledger.reserve("o-1", "a-1", NOW) is None
    ledger.record(Story("o-1").batch())
    ledger.record(Story("unreserved").batch())

    assert ledger.reserve("o-1", "a-1", NOW) == "id_taken"
    assert ledger.reserve("unreserved", "a-1", NOW) == "id_taken"


def test_reservations_that_are_restored_are_counted_where_they_are_new(ledger: Ledger) -> None:
    assert ledger.reserve("o-1", "a-1", NOW) is None
    held = {f"o-{number}": ("a-9", NOW) for number in range(1, 4)}

    assert [ledger.restore_reservations(held) for _ in range(2)] == [2, 0]

    assert ledger.reserve("o-1", "a-1", NOW) is None
    assert ledger.reserve("o-2", "a-1", NOW) == "id_taken"
