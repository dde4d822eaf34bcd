"""Values come back exactly as they went in, from either database, and sort as they should."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, Engine, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from ledger.columns import Exact, Instant, Plain, Words
from ledger.engine import connect
from tests.ledger.conftest import BOTH
from tests.ledger.story import NOW
from tests.postgres import Postgres

values = Table(
    "values",
    MetaData(),
    Column("at", Instant),
    Column("sum", Exact),
    Column("word", Words),
    Column("said", Plain),
)


@pytest.fixture(scope="module", params=BOTH)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database of which nothing is kept; writers may make tables in it."""
    if request.param == "sqlite":
        url = "sqlite://"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.url(server.create("template0"))
    _, writers = connect(url)
    yield writers
    writers.dispose()


def stored(connection: Connection, column: Column[object], *given: object) -> list[object]:
    """The values, once through the database, in its order."""
    values.create(connection)
    connection.execute(insert(values), [{column.name: each} for each in given])
    found = list(connection.scalars(select(column).order_by(column)))
    connection.rollback()
    return found


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
INSTANTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES)  # noqa: DTZ001  # Hypothesis adds the zones


@settings(deadline=None)
@given(st.lists(INSTANTS, min_size=1))
def test_instants_come_back_in_utc_to_the_microsecond_and_sort(
    engine: Engine, instants: list[datetime]
) -> None:
    with engine.connect() as connection:
        found = stored(connection, values.c.at, *instants)

    assert found == sorted(instants)
    assert {each.tzinfo for each in found if isinstance(each, datetime)} == {UTC}


@settings(deadline=None)
@example([Decimal("1E+3"), Decimal("0E-4")])
@given(st.lists(st.decimals(-(10**14), 10**14, places=4), min_size=1))
def test_decimals_come_back_to_the_last_digit(engine: Engine, sums: list[Decimal]) -> None:
    with engine.connect() as connection:
        found = stored(connection, values.c.sum, *sums)

    assert {str(each) for each in found} == {format(each, "f") for each in sums}


WRITTEN = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@settings(deadline=None)
@example(["a-b", "ab", "A-b", "a_b", "a.b", "a~2", "ä", "Z", "z", "\U0001f600", "\uffff"])
@given(st.lists(WRITTEN, min_size=1))
def test_text_sorts_by_its_code_points(engine: Engine, words: list[str]) -> None:
    with engine.connect() as connection:
        assert stored(connection, values.c.word, *words) == sorted(words)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text() | st.floats(-1e300, 1e300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@settings(deadline=None)
@example({"b": 1, "a": [0.1, -0.0, 1e22, "\0", "\U0001f600", 10**30]})
@given(st.dictionaries(st.text(), PLAIN, max_size=4) | st.lists(PLAIN, max_size=4))
def test_json_comes_back_as_it_went_in(engine: Engine, said: object) -> None:
    with engine.connect() as connection:
        values.create(connection)
        connection.execute(insert(values), [{"said": said}])
        found: object = connection.scalar(select(values.c.said))
        connection.rollback()

    assert found == said
    assert repr(found) == repr(said), "order of keys, kinds of numbers"


def test_an_instant_without_a_time_zone_is_refused(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(StatementError, match="no time zone"):
        stored(connection, values.c.at, NOW.replace(tzinfo=None))
