"""What is said of PostgreSQL alone: how it is reached, and what it says when it is gone."""

from collections.abc import Iterator

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from ledger import engine
from ledger.engine import connect
from ledger.errors import LedgerDown, translated
from ledger.ledger import Ledger
from tests.ledger.story import Story
from tests.postgres import Postgres


@pytest.fixture
def ledger(postgres_url: str) -> Iterator[Ledger]:
    ledger = Ledger(postgres_url)
    yield ledger
    ledger.close()


def name_of(url: str) -> str:
    """The database in a URL."""
    return str(make_url(url).database)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_usual_spelling_of_the_url_will_do(postgres_url: str, scheme: str) -> None:
    ledger = Ledger(postgres_url.replace("postgresql", scheme, 1))

    assert ledger.check() is None
    ledger.close()


def test_every_column_of_text_compares_by_code_points(
    postgres: Postgres, postgres_url: str
) -> None:
    others = postgres.do(
        "SELECT table_name, column_name FROM information_schema.columns WHERE "
        "table_schema = 'public' AND table_name <> 'alembic_version' AND "
        "data_type IN ('character varying', 'text') AND collation_name IS DISTINCT FROM 'C'",
        name_of(postgres_url),
    )

    assert others == []


def test_a_connection_is_ours_whatever_the_database_has_settled(
    postgres: Postgres, postgres_url: str
) -> None:
    name = name_of(postgres_url)
    postgres.do(f"ALTER DATABASE {name} SET timezone TO 'Asia/Kathmandu'")
    readers, writers = connect(f"{postgres_url}&application_name=another")
    asked = ("timezone", "lock_timeout", "application_name", "transaction_isolation")

    with readers.connect() as reading, writers.begin() as writing:
        told = [
            [connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in asked]
            for connection in (reading, writing)
        ]

    readers.dispose()
    assert told == [
        ["UTC", "30s", "another", "repeatable read"],
        ["UTC", "30s", "another", "read committed"],
    ]


def test_who_reads_cannot_write(postgres_url: str) -> None:
    readers, _ = connect(postgres_url)

    with (
        readers.connect() as connection,
        pytest.raises(LedgerDown, match="read-only transaction"),
        translated(),
    ):
        connection.exec_driver_sql("DELETE FROM fact")

    readers.dispose()


def test_a_reader_sees_one_moment_however_often_it_looks(ledger: Ledger, postgres_url: str) -> None:
    readers, _ = connect(postgres_url)
    count = text("SELECT count(*) FROM opportunity")

    with readers.connect() as connection:
        before = connection.scalar(count)
        ledger.record(Story().batch())
        assert connection.scalar(count) == before

    readers.dispose()


def test_a_server_or_a_database_that_is_not_there_is_a_ledger_that_is_down(
    postgres: Postgres,
) -> None:
    nowhere = Ledger("postgresql://postgres@/ledger?host=/nowhere")
    missing = Ledger(postgres.url("missing"))

    for ledger, words in ((nowhere, "No such file"), (missing, '"missing" does not exist')):
        assert words in (ledger.check() or "")
        with pytest.raises(LedgerDown, match="does not answer"):
            ledger.record(Story().batch())
        ledger.close()


def test_a_ledger_that_was_never_migrated_is_down(postgres: Postgres) -> None:
    ledger = Ledger(postgres.url("template1"))

    with pytest.raises(LedgerDown, match=r'"opportunity" does not exist'):
        ledger.record(Story().batch())
    ledger.close()


def test_a_ledger_that_can_only_be_read_is_down_for_writers(
    postgres: Postgres, postgres_url: str
) -> None:
    name = name_of(postgres_url)
    postgres.do(f"ALTER DATABASE {name} SET default_transaction_read_only TO on")
    ledger = Ledger(postgres_url)

    with pytest.raises(LedgerDown, match="read-only transaction"):
        ledger.record(Story().batch())

    assert ledger.opportunities() == []
    postgres.do(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    ledger.close()
    assert ledger.record(Story().batch()).through == 1
    ledger.close()


def test_a_writer_that_waits_too_long_for_another_is_told_so(
    ledger: Ledger, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SESSION", "SET lock_timeout TO '50ms'")
    readers, writers = connect(postgres_url)

    with writers.begin(), pytest.raises(LedgerDown, match="lock timeout"):
        ledger.record(Story().batch())

    readers.dispose()
    assert ledger.record(Story().batch()).through == 1


RAISED = "DO $$ BEGIN RAISE EXCEPTION 'said' USING ERRCODE = '{}'; END $$"


@pytest.mark.parametrize(
    "code",
    [
        *("08006", "25P03", "40001", "40P01", "42501", "53100", "53300", "55P03"),
        *("57014", "57P01", "57P02", "57P03", "58030", "XX001"),
    ],
)
def test_what_is_nobodys_mistake_in_a_statement_is_a_ledger_that_is_down(
    postgres: Postgres, code: str
) -> None:
    readers, writers = connect(postgres.url("postgres"))

    with (
        pytest.raises(LedgerDown, match=r"does not answer: .*said"),
        translated(),
        writers.begin() as connection,
    ):
        connection.exec_driver_sql(RAISED.format(code))

    readers.dispose()


@pytest.mark.parametrize("code", ["22003", "22021", "23503", "23505", "42601", "42804", "54000"])
def test_our_own_mistakes_stay_loud(postgres: Postgres, code: str) -> None:
    readers, writers = connect(postgres.url("postgres"))

    with (
        pytest.raises(DBAPIError, match="said"),
        translated(),
        writers.begin() as connection,
    ):
        connection.exec_driver_sql(RAISED.format(code))

    readers.dispose()
