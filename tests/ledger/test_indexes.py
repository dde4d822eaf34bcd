"""Every question that is asked of the ledger is answered through an index, and in its order."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, Table, event, text

from ledger import schema
from ledger.bulk import insert_new
from ledger.engine import connect
from ledger.fold import row_of_account, row_of_opportunity
from ledger.ledger import Ledger
from sales.account.decide import open_account
from tests.ledger.story import NOW, Story

Said = list[tuple[str, Any]]
Ask = Callable[[Ledger], object]

SOON = NOW + timedelta(days=20)
MANY = 4_000
SECOND, YEAR = timedelta(seconds=1), timedelta(days=365)

KEY = "opportunity_key", "sqlite_autoindex_opportunity_1"
JOURNAL = "fact_key", "sqlite_autoindex_fact_1"
ACCOUNT = "account_key", "sqlite_autoindex_account_1"
RESERVED = "reservation_key", "sqlite_autoindex_reservation_1"
FEED = ("notice_written_at",)

PAGES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "all": ({}, KEY),
    "of an account": ({"account_id": "a-7"}, ("opportunity_account_id_id",)),
    "of an owner": ({"owner": "w-7"}, ("opportunity_owner_id",)),
    # What every other one has is found as fast by looking at one after the other.
    "of a process": ({"process": "plain"}, ("opportunity_process_id", *KEY)),
    "in a stage": ({"stage": "talk"}, ("opportunity_stage_id", *KEY)),
    "lost": ({"outcome": "lost"}, ("opportunity_outcome_id", *KEY)),
    "won": ({"outcome": "won"}, ("opportunity_outcome_id",)),
    "open": ({"outcome": "open"}, ("opportunity_open_id", "opportunity_outcome_id")),
    "open of an account": (
        {"outcome": "open", "account_id": "a-7"},
        ("opportunity_open_account_id_id",),
    ),
    "open of an owner": ({"outcome": "open", "owner": "w-7"}, ("opportunity_open_owner_id",)),
    "open of a process": (
        {"outcome": "open", "process": "plain"},
        ("opportunity_open_process_id", "opportunity_open_id"),
    ),
    "open in a stage": (
        {"outcome": "open", "stage": "talk"},
        ("opportunity_open_stage_id", "opportunity_open_id"),
    ),
}
QUESTIONS: dict[str, tuple[Ask, tuple[str, ...]]] = {
    **{
        f"opportunities {name}, {page}": (partial(Ledger.opportunities, **wanted, **more), indexes)
        for name, (wanted, indexes) in PAGES.items()
        for page, more in (
            ("first page", {"limit": 9}),
            ("next page", {"limit": 9, "after": "o-1"}),
        )
    },
    "what is due": (lambda ledger: ledger.due(SOON), ("opportunity_due_deadline_id",)),
    "what is due of an owner": (
        lambda ledger: ledger.due(SOON, owner="w-7"),
        ("opportunity_due_owner_deadline_id",),
    ),
    "one opportunity": (lambda ledger: ledger.opportunity("o-1"), KEY),
    "a state": (lambda ledger: ledger.state("o-1"), KEY),
    "an end": (lambda ledger: ledger.end_of("o-1"), KEY),
    "a journal": (lambda ledger: ledger.journal("opportunity", "o-1"), JOURNAL),
    "journals": (lambda ledger: ledger.journals("opportunity", ["o-1", "o-2"]), JOURNAL),
    "one account": (lambda ledger: ledger.account("a-7"), ACCOUNT),
    "accounts": (lambda ledger: ledger.accounts(limit=9), ACCOUNT),
    "accounts of an owner": (lambda ledger: ledger.accounts(owner="w-7"), ("account_owner_id",)),
    "accounts of a segment": (
        lambda ledger: ledger.accounts(segment="s-7"),
        ("account_segment_id",),
    ),
    "the latest notices": (lambda ledger: ledger.notices(NOW), FEED),
    "notices since": (lambda ledger: ledger.notices(NOW, since=NOW), FEED),
    "notices of somebody": (lambda ledger: ledger.notices(NOW, to="w-7"), FEED),
    "notices of a code": (
        lambda ledger: ledger.notices(NOW, what="ended"),
        ("notice_what_written_at",),
    ),
    "the feed": (lambda ledger: ledger.notices_after(NOW, NOW), FEED),
    "the end of the feed": (lambda ledger: ledger.last_notice(), FEED),
    "notices by id": (
        lambda ledger: ledger.notices_named(["opportunity/o-1/2/d/0"], NOW),
        ("notice_key", "sqlite_autoindex_notice_1"),
    ),
    "whether a channel has anything new": (
        lambda ledger: ledger.has_notices_for("desk", "w", NOW),
        FEED,
    ),
    "whether a channel has to try again": (
        lambda ledger: ledger.has_notices_for("through", "w", NOW),
        ("notice_sent_bad_channel_again_at",),
    ),
    "what was given up": (
        lambda ledger: ledger.failed_notices(),
        ("notice_sent_bad_channel_again_at",),
    ),
    "what became of notices": (
        lambda ledger: ledger.sendings(["opportunity/o-1/2/d/0"]),
        ("notice_sent_key", "sqlite_autoindex_notice_sent_1"),
    ),
    "what is reserved": (lambda ledger: ledger.reserve_many({"new": "a"}, NOW), RESERVED),
}


@pytest.fixture(scope="module")
def crowded(shared: Ledger, shared_url: str) -> Ledger:
    """A ledger with so many rows that it matters how they are read; one in ten is open."""
    stories = [Story(f"o-{number}") for number in range(10)]
    for story in stories[1:]:
        story.lose()
    shared.record_many([story.batch() for story in stories])
    rows = [row_of_opportunity(story.state) for story in stories]
    account, _ = open_account("a", NOW)
    engine, writers = connect(shared_url)
    with writers.begin() as connection:
        crowd = (
            rows[n % 10] | {"id": f"o-{n}", "account_id": f"a-{n % 200}", "owner": f"w-{n % 100}"}
            for n in range(10, MANY)
        )
        insert_new(connection, schema.opportunity, (ordered(schema.opportunity, r) for r in crowd))
        accounts = (
            row_of_account(account)
            | {"id": f"a-{n}", "owner": f"w-{n % 100}", "segment": f"s-{n % 100}"}
            for n in range(MANY)
        )
        insert_new(connection, schema.account, (ordered(schema.account, r) for r in accounts))
        insert_new(connection, schema.reservation, ((f"o-{n}", "a", NOW) for n in range(MANY)))
        told = (
            ("opportunity", f"o-{n}", 2, 0, "d", NOW - n * SECOND, "ended", NOW, *what)
            for n in range(MANY)
            for what in (("ended" if n % 100 == 0 else "deadline", "", None, None),)
        )
        insert_new(connection, schema.notice, told)
        sent = (
            ("desk", f"opportunity/o-{n}/2/d/0", None, 1, NOW, "no" if n == 7 else None, None)
            for n in range(MANY)
        )
        insert_new(connection, schema.notice_sent, sent)
        channels = [("desk", NOW, None, None), ("through", NOW + 10 * YEAR, None, None)]
        insert_new(connection, schema.channel, channels)
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))
    engine.dispose()
    return shared


def ordered(table: Table, row: dict[str, Any]) -> tuple[Any, ...]:
    """The row's values as its table has them."""
    return tuple(row[column.name] for column in table.columns)


@contextmanager
def heard(said: Said) -> Iterator[None]:
    """Every statement that is sent meanwhile."""

    def hear(_c: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        said.append((statement, values))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def plans(url: str, said: Said) -> list[str]:
    """How the database goes about each of them that reads a table."""
    engine, _ = connect(url)
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with engine.connect() as connection:
        if explain == "EXPLAIN":  # a few rows are as well read from end to end, or sorted
            for way in ("seqscan", "bitmapscan", "sort"):
                connection.exec_driver_sql(f"SET LOCAL enable_{way} TO off")
        found = [
            "\n".join(
                str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", values)
            )
            for statement, values in said
            if statement.startswith("SELECT") and "\nFROM" in statement
        ]
    engine.dispose()
    return found


def is_slow(told: str) -> bool:
    """Whether a table is read from end to end, or what was found has to be sorted."""
    tables = [f"SCAN {name}" for name in schema.metadata.tables]
    return any(word in f"{told}\n" for word in ("Seq Scan", "Sort", "TEMP B-TREE")) or any(
        line in tables for line in told.splitlines()
    )


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_through_its_index(
    crowded: Ledger, shared_url: str, question: str
) -> None:
    ask, indexes = QUESTIONS[question]
    said: Said = []
    with heard(said):
        ask(crowded)

    found = plans(shared_url, said)
    words = " ".join(found).split()
    assert any(index in words for index in indexes), found
    assert [each for each in found if is_slow(each)] == []


def test_a_write_reads_nothing_but_what_its_own_subjects_have(
    crowded: Ledger, shared_url: str
) -> None:
    story = Story("o-new")
    other = story.fork(1)
    other.say("amend", name="Escalators")
    story.say("change_stage", stage="offer")
    said: Said = []
    with heard(said):
        crowded.record(story.batch())
        crowded.record(other.batch())

    found = plans(shared_url, said)
    assert {"fact", "opportunity"} <= set(" ".join(found).split())
    assert [each for each in found if is_slow(each)] == []
