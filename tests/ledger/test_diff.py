"""Two ledgers are equal, or the difference is found: in every table, in every column."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from shutil import copyfile
from typing import Any, Final

import pytest
from sqlalchemy import (
    Engine,
    LargeBinary,
    Table,
    create_engine,
    delete,
    insert,
    make_url,
    select,
    update,
)
from sqlalchemy.types import BigInteger, Boolean, Date, Float, Integer, TypeEngine

from ledger import schema
from ledger.batch import Batch
from ledger.columns import Exact, Instant, Plain
from ledger.diff import BY_CHANCE, FIRST, SENDING, Compared
from ledger.ledger import Ledger
from ledger.rows import SentRow
from sales.account.decide import open_account
from sales.interview import AskInterview
from sales.pool.decide import begin_pool
from tests.ledger.story import NOW, Story
from tests.ledger.test_entries import EVERYTHING
from tests.ledger.test_snapshots import MONDAY
from tests.postgres import Postgres

TABLES: Final = schema.metadata.sorted_tables
PLANTED: Final[dict[type[TypeEngine[Any]], Any]] = {
    Instant: NOW + timedelta(days=1_000),
    Exact: Decimal("98765.4321"),
    LargeBinary: b"planted",
    type(Plain): {"planted": [1, None, "x"]},
    Date: date(2001, 2, 3),
    Boolean: True,
    BigInteger: 4_321,
    Integer: 4_321,
    Float: 0.4321,
}
"""A value of each type that nothing else has; of any other type it is a word."""
every_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


@dataclass
class Pair:
    """A ledger and its copy, which anything can be done to."""

    ledger: Ledger
    copy: Ledger
    files: tuple[Engine, Engine]

    def differs(self, live: bool = False) -> dict[str, Compared]:
        """The tables that are not equal."""
        found = self.ledger.compare(self.copy, live)
        assert [each.table for each in found] == [table.name for table in TABLES]
        return {each.table: each for each in found if not each.equal}

    def do(self, statement: Any, both: bool = False) -> None:
        """To the copy, past all rules."""
        for file in self.files if both else self.files[1:]:
            with file.begin() as connection:
                assert connection.execute(statement).rowcount == 1


@pytest.fixture
def another_url(
    request: pytest.FixtureRequest, url: str, empty: Path, tmp_path: Path
) -> Iterator[str]:
    """Another ledger on the same kind of database."""
    if url.startswith("sqlite"):
        yield f"sqlite:///{copyfile(empty, tmp_path / 'copy.db')}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def pair(ledger: Ledger, url: str, another_url: str) -> Iterator[Pair]:
    ledger.reserve("o-1", "a-1", NOW)
    story = Story(amount={"amount": "10.10", "currency": "EUR"})
    story.say("change_stage", stage="offer")
    other = story.fork(1)
    other.say("log_effort", hours="2")
    ended = Story("o-2")
    ended.lose()
    ledger.record_many([story.batch(), other.batch(run_id="run-2"), ended.batch()])
    _, opened = open_account("a-1", NOW, "Acme")
    ledger.record(Batch("account", "a-1", "run-1", (opened,)))
    _, begun = begin_pool("engineers", NOW)
    ledger.record(Batch("pool", "engineers", "run-1", (begun,)))
    ledger.enter([*EVERYTHING, AskInterview(opportunity="o-2", of="kim")], NOW)
    ledger.keep_snapshot(MONDAY)
    ledger.begin_channels(["log"], NOW)
    sent = SentRow("log", "opportunity/o-2/2/0/0", "ann", 1, NOW, None, None)
    ledger.settle_notices("log", "a worker", [sent], NOW)
    copy = Ledger(another_url)
    copy.rebuild_from(ledger, lambda _count: None)
    files = lawless(url), lawless(another_url)
    yield Pair(ledger, copy, files)
    copy.close()
    for file in files:
        file.dispose()


def lawless(url: str) -> Engine:
    """Whoever goes this way minds no references."""
    if url.startswith("sqlite"):
        return create_engine(url)
    options = "-c session_replication_role=replica -c timezone=UTC"
    where = make_url(url).set(drivername="postgresql+psycopg")
    return create_engine(where, connect_args={"options": options})


def planted(table: Table, name: str) -> Any:
    return PLANTED.get(type(table.c[name].type), "planted")


def a_row(pair: Pair, table: Table) -> dict[str, Any]:
    """A row that both have; where nobody has written any, one of planted values."""
    with pair.files[0].connect() as connection:
        found = connection.execute(select(table).order_by(*table.primary_key)).mappings().first()
    if found:
        return dict(found)
    row = {column.name: planted(table, column.name) for column in table.columns}
    pair.do(insert(table).values(row), both=True)
    assert pair.differs() == {}
    return row


def same_key(table: Table, row: dict[str, Any]) -> Any:
    return [column == row[column.name] for column in table.primary_key]


def test_a_ledger_equals_its_copy_and_every_row_is_looked_at(pair: Pair) -> None:
    assert pair.differs() == {}
    same = {each.table: each.same for each in pair.ledger.compare(pair.copy)}
    assert same["fact"] == 9 + len(EVERYTHING)
    assert pair.ledger.compare(pair.copy, live=True)[TABLES.index(schema.fact)].same == 8 + len(
        EVERYTHING
    )


@every_table
def test_a_row_too_few_or_too_many_is_found_in_every_table(pair: Pair, table: Table) -> None:
    row = a_row(pair, table)
    pair.do(delete(table).where(*same_key(table, row)))
    found = pair.differs()[table.name]
    key = tuple(row[column.name] for column in table.primary_key)
    assert (found.only_here, found.only_there, found.differing) == (1, 0, 0)
    assert [(each.key, each.where) for each in found.first] == [(key, "here")]
    (turned,) = (each for each in pair.copy.compare(pair.ledger) if not each.equal)
    assert (turned.only_here, turned.only_there, turned.first[0].where) == (0, 1, "there")


@every_table
def test_another_value_is_found_in_every_column(pair: Pair, table: Table) -> None:
    row = a_row(pair, table)
    change = update(table).where(*same_key(table, row))
    for name in row.keys() - {column.name for column in table.primary_key}:
        value = planted(table, name)
        pair.do(change.values({name: None if row[name] == value else value}))
        found = pair.differs()
        assert found.keys() == {table.name}
        (difference,) = found[table.name].first
        assert (difference.where, list(difference.columns)) == ("both", [name])
        by_chance = table.name in SENDING or name in BY_CHANCE.get(table.name, ())
        assert pair.differs(live=True).keys() == (set() if by_chance else {table.name})
        pair.do(change.values({name: row[name]}))


@pytest.mark.parametrize(
    ("here", "there"),
    [({"n": 1}, {"n": True}), ({"n": 1}, {"n": 1.0}), ({"n": None}, {}), ([], {})],
)
def test_what_python_calls_equal_and_json_does_not_is_a_difference(
    pair: Pair, here: Any, there: Any
) -> None:
    c = schema.fact.c
    where = c.id == "o-1", c.sequence == 2, c.superseded == 0
    pair.do(update(schema.fact).where(*where).values(data=here), both=True)
    pair.do(update(schema.fact).where(*where).values(data=there))
    assert pair.differs()["fact"].differing == 1


def test_a_sum_is_the_same_with_more_zeros_and_another_with_another_digit(pair: Pair) -> None:
    change = update(schema.opportunity).where(schema.opportunity.c.id == "o-1")
    pair.do(change.values(amount=Decimal("10.100")))
    assert pair.differs() == {}
    pair.do(change.values(amount=Decimal("10.1001")))
    (difference,) = pair.differs()["opportunity"].first
    assert difference.columns == {"amount": (Decimal("10.10"), Decimal("10.1001"))}


def test_of_a_state_only_what_differs_is_told(pair: Pair) -> None:
    where = schema.account.c.id == "a-1"
    state = {**a_row(pair, schema.account)["state"], "owner": "ann"}
    pair.do(update(schema.account).where(where).values(state=state))
    (difference,) = pair.differs()["account"].first
    assert difference.columns == {"state": ({"owner": None}, {"owner": "ann"})}


def test_all_differences_are_counted_and_the_first_are_told(ledger: Ledger, pair: Pair) -> None:
    ledger.record_many([Story(f"p-{number:02}").batch() for number in range(FIRST + 5)])
    found = pair.differs()
    assert found["fact"].only_here == found["opportunity"].only_here == FIRST + 5
    assert [each.key[0] for each in found["opportunity"].first] == [
        f"p-{number:02}" for number in range(FIRST)
    ]


def test_two_kinds_of_database_hold_the_same_in_the_same_order(
    sqlite_url: str, postgres_url: str
) -> None:
    ids = [*("a", "B", "Z", "Aa", "aa", "a-1", "a.1", "a~2", "a_1", "a:1", "a@1", "10", "9", "zz")]
    here, there = Ledger(sqlite_url), Ledger(postgres_url)
    amount = {"amount": "1200.00", "currency": "EUR"}
    for each in ids:
        here.reserve(each, f"a-{each}", NOW)
    stories = [Story(each, amount=amount, name=f"for {each}") for each in ids]
    here.record_many([story.batch() for story in stories])
    there.rebuild_from(here, lambda _count: None)
    found = here.compare(there)
    assert [each for each in found if not each.equal] == []
    assert {each.table: each.same for each in found}["fact"] == len(ids)
    for ledger in (here, there):
        ledger.close()
