"""PostgreSQL goes away at the worst moment: what was acknowledged is there, the rest is not."""

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from sqlalchemy import Connection, Engine, Table, event, make_url

from ledger import bulk
from ledger.batch import Batch
from ledger.errors import LedgerDown
from ledger.ledger import Ledger
from ledger.schema import opportunity
from tests.cable import Cable
from tests.ledger.story import Story
from tests.postgres import Postgres

WRITERS = 4


def story(id: str) -> Story:
    """One with a few facts and an end."""
    told = Story(id)
    told.say("change_stage", stage="offer")
    told.lose()
    return told


@contextmanager
def at_commit(happens: Callable[[], object]) -> Iterator[None]:
    """It happens right before a transaction is committed."""

    def now(_: object) -> None:
        happens()

    event.listen(Engine, "commit", now)
    try:
        yield
    finally:
        event.remove(Engine, "commit", now)


def assert_whole(ledger: Ledger, told: Story) -> None:
    """Its journal and its row say what it says."""
    assert ledger.journal("opportunity", told.id, superseded=True) == told.facts
    assert ledger.state(told.id) == told.state


def test_a_backend_that_is_ended_in_a_transaction_takes_it_all_back(
    postgres: Postgres, postgres_url: str
) -> None:
    ledger, told, name = Ledger(postgres_url), story("o-1"), make_url(postgres_url).database
    end = (
        f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}' "
        "AND state = 'idle in transaction'"
    )

    with at_commit(partial(postgres.do, end)), pytest.raises(LedgerDown, match="terminating"):
        ledger.record(told.batch())

    assert ledger.opportunities() == []
    assert ledger.record(told.batch()).through == len(told.facts)
    assert_whole(ledger, told)
    ledger.close()


@pytest.fixture
def cable(postgres: Postgres) -> Iterator[Cable]:
    with Cable(postgres.socket) as cable:
        yield cable


@pytest.fixture
def distant(postgres_url: str, cable: Cable) -> Iterator[Ledger]:
    """The ledger at the other end of the cable."""
    name = make_url(postgres_url).database
    ledger = Ledger(f"postgresql://postgres@127.0.0.1:{cable.port}/{name}")
    yield ledger
    ledger.close()


def test_a_connection_that_is_lost_in_a_transaction_takes_it_all_back(
    distant: Ledger, cable: Cable
) -> None:
    told = story("o-1")

    with at_commit(cable.cut), pytest.raises(LedgerDown, match="does not answer"):
        distant.record(told.batch())

    assert distant.opportunities() == []
    assert distant.record(told.batch()).through == len(told.facts)
    assert_whole(distant, told)


def test_a_connection_that_is_lost_among_the_rows_takes_them_all_back(
    distant: Ledger, cable: Cable, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [story(f"o-{number}") for number in range(50)]

    def cut_and_insert(connection: Connection, table: Table, rows: Iterable[bulk.Row]) -> None:
        if table is opportunity:
            cable.cut()
        bulk.insert_new(connection, table, rows)

    with monkeypatch.context() as broken:
        broken.setattr("ledger.write.insert_new", cut_and_insert)
        with pytest.raises(LedgerDown, match="does not answer"):
            distant.record_many([each.batch() for each in told])

    assert distant.opportunities() == []
    distant.record_many([each.batch() for each in told])
    for each in told:
        assert_whole(distant, each)


def test_what_was_committed_unheard_is_nothing_new_when_it_is_said_again(
    distant: Ledger, cable: Cable
) -> None:
    told = story("o-1")

    def say_but_do_not_hear() -> None:
        cable.deaf = True
        threading.Timer(0.3, cable.cut).start()

    with at_commit(say_but_do_not_hear), pytest.raises(LedgerDown, match="does not answer"):
        distant.record(told.batch())
    cable.deaf = False

    before = distant.journal_rows("opportunity", "o-1", superseded=True)
    assert [row.fact for row in before] == told.facts
    assert distant.record(told.batch(run_id="again")).superseded == 0
    assert distant.journal_rows("opportunity", "o-1", superseded=True) == before


def test_connections_that_were_lost_while_nobody_used_them_are_not_felt(
    distant: Ledger, cable: Cable
) -> None:
    distant.record(Story("o-1").batch())

    cable.cut()

    assert distant.record(Story("o-2").batch()).through == 1


class Crowd:
    """Writers that write one opportunity after the other, fact by fact, and try again when told
    that the ledger is down; every batch that was acknowledged is noted down."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.acknowledged: list[Batch] = []
        self.stories: list[Story] = []
        self.outages = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(n,)) for n in range(WRITERS)]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def until(self, acknowledged: int) -> None:
        """Wait until so many batches are written."""
        deadline = time.monotonic() + 30
        while len(self.acknowledged) < acknowledged:
            assert time.monotonic() < deadline, f"only {len(self.acknowledged)}"
            time.sleep(0.005)

    def _write(self, writer: int) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            told = story(f"o-{writer}-{number}")
            self.stories.append(told)
            for sequence in range(1, len(told.facts) + 1):
                self._record(told.batch(sequence, sequence))

    def _record(self, batch: Batch) -> None:
        while True:
            try:
                self.ledger.record(batch)
            except LedgerDown:
                self.outages += 1
                time.sleep(0.02)
            else:
                self.acknowledged.append(batch)
                return


def test_a_server_that_is_killed_under_its_writers_loses_nothing_it_acknowledged() -> None:
    with Postgres() as server:
        ledger = Ledger(server.url(server.create()))
        with Crowd(ledger) as crowd:
            for number, kill in enumerate((signal.SIGQUIT, signal.SIGKILL), 1):
                crowd.until(number * 20)
                outages = crowd.outages
                server.kill(kill)
                while crowd.outages == outages:
                    time.sleep(0.005)
                acknowledged = list(crowd.acknowledged)
                server.start()
                for batch in acknowledged:
                    journal = ledger.journal("opportunity", batch.id)
                    assert [fact for fact in batch.facts if fact not in journal] == []
            crowd.until(len(acknowledged) + 20)

        for told in crowd.stories:
            assert_whole(ledger, told)
        ledger.close()
