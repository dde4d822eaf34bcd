"""The ledger as its callers see it: each method is one transaction, and safe to call again."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Unpack

from sqlalchemy import Connection

from ledger import (
    conversion,
    diff,
    entries,
    erasure,
    migrate,
    read,
    rebuild,
    reservation,
    roles,
    totals,
    undo,
)
from ledger.batch import Ack, Batch, Subject
from ledger.conversion import Converted
from ledger.engine import connect
from ledger.entries import Answer
from ledger.errors import LedgerDown, translated
from ledger.fold import ACCOUNT, OPPORTUNITY
from ledger.processes import Definitions, Processes
from ledger.rows import AccountRow, FactRow, OpportunityRow, OutcomeCount, Weighted
from ledger.write import Writing
from sales.account import Account
from sales.calendar import Calendar
from sales.facts import Cause, Fact
from sales.imports import Import, Touched
from sales.messages import Erase
from sales.opportunity import Opportunity
from sales.owner import Owner
from sales.process import Process
from sales.quota import Quota
from sales.rate import Rate
from sales.receipt import Receipt
from sales.register import AnyEntry


class Ledger:
    """One database, by its SQLAlchemy URL. Methods block: call them from a thread.

    Every method may raise LedgerDown; what it began is then undone, and may be tried again.
    """

    def __init__(self, url: str) -> None:
        self._readers, self._writers = connect(url)
        self._definitions: Definitions = {}

    def close(self) -> None:
        """Give every connection back."""
        self._readers.dispose()

    def migrate(self) -> None:
        """Bring the database to the schema this version needs."""
        with self._write() as connection:
            migrate.migrate(connection)

    def check(self) -> str | None:
        """Nothing where the database answers and has this version's schema, else the problem."""
        try:
            return self.behind()
        except LedgerDown as down:
            return str(down)

    def behind(self) -> str | None:
        """Nothing where the database has this version's schema, else what is wrong with it."""
        with self._read() as connection:
            return migrate.behind(connection)

    def make_reader(self, role: str) -> roles.Reader:
        """Let a role of PostgreSQL read everything and nothing else. Raises BadRole."""
        with self._write() as connection:
            return roles.make_reader(connection, role)

    def require_empty(self) -> None:
        """Raises NotEmpty where any table holds a row."""
        with self._read() as connection:
            rebuild.require_empty(connection)

    def last_written(self) -> datetime | None:
        """When the youngest of its facts was written, if it holds any."""
        with self._read() as connection:
            return rebuild.last_written(connection)

    def compare(self, other: "Ledger", live: bool = False) -> list[diff.Compared]:
        """What the two hold, table by table; `live` leaves out what was taken back and by whom
        and when something was written."""
        with self._read() as here, other._read() as there:
            return diff.compare(here, there, live)

    def rebuild_from(self, other: "Ledger", watch: rebuild.Watch) -> rebuild.Rebuilt:
        """Become what the other's journal tells, all of it or nothing. Raises NotEmpty."""
        with other._read() as source, self._write() as target:
            return rebuild.rebuild(source, target, watch)

    def record(self, batch: Batch) -> Ack:
        """Write one batch, and the current row it leads to."""
        return self.record_many([batch])[0]

    def record_many(self, batches: Sequence[Batch]) -> list[Ack]:
        """Write many batches, all or none, as if one after the other."""
        with self._write() as connection:
            writing = Writing(connection, self._definitions)
            writing.expect(batches)
            acks = [writing.add(batch) for batch in batches]
            writing.flush()
        return acks

    def erase(self, subject: Subject, id: str, asked: Erase, at: datetime) -> Receipt:
        """Take words out of an ended opportunity or a retired account. Raises Broken where it is
        unknown, or where its workflow is left to decide."""
        with self._write() as connection:
            writing = Writing(connection, self._definitions)
            return erasure.erase(connection, writing, subject, id, asked, at)

    def reserve(self, opportunity_id: str, account_id: str, at: datetime) -> str | None:
        """Nothing where the id is now the account's, else the rule: `id_taken`."""
        return self.reserve_many({opportunity_id: account_id}, at).get(opportunity_id)

    def reserve_many(self, wanted: Mapping[str, str], at: datetime) -> dict[str, str]:
        """The same for many ids at once, each with its account; those that are taken and why."""
        with self._write() as connection:
            return reservation.reserve(connection, wanted, at)

    def restore_reservations(self, held: Mapping[str, tuple[str, datetime]]) -> int:
        """Take down reservations that were made before, by id the account and the moment; how many
        are new."""
        with self._write() as connection:
            return reservation.restore(connection, [(id, *each) for id, each in held.items()])

    def opportunity(self, id: str) -> OpportunityRow | None:
        """One opportunity as it stands."""
        with self._read() as connection:
            return read.opportunity(connection, id)

    def opportunities(self, **wanted: Unpack[read.OpportunityFilter]) -> list[OpportunityRow]:
        """The opportunities that fit, ordered by id; `after` is the last id of the page before."""
        with self._read() as connection:
            return read.opportunities(connection, **wanted)

    def due(
        self, before: datetime, *, owner: str | None = None, limit: int | None = None
    ) -> list[OpportunityRow]:
        """The open opportunities whose deadline lies before that, what is due first comes first."""
        with self._read() as connection:
            return read.due(connection, before, owner, limit)

    def account(self, id: str) -> AccountRow | None:
        """One account as it stands."""
        with self._read() as connection:
            return read.account(connection, id)

    def accounts(self, **wanted: Unpack[read.AccountFilter]) -> list[AccountRow]:
        """The accounts that fit, ordered by id."""
        with self._read() as connection:
            return read.accounts(connection, **wanted)

    def journal(self, subject: Subject, id: str, *, superseded: bool = False) -> list[Fact]:
        """The facts of one subject in order, if asked with those that were taken back."""
        return [row.fact for row in self.journal_rows(subject, id, superseded=superseded)]

    def journals(self, subject: Subject, ids: Sequence[str]) -> read.Journals:
        """The facts of each of them, in order; those without a fact are missing."""
        with self._read() as connection:
            return read.journals(connection, subject, ids)

    def journal_rows(self, subject: Subject, id: str, *, superseded: bool = False) -> list[FactRow]:
        """The journal as it was written: by which run, when, and what was taken back."""
        with self._read() as connection:
            return read.journal_rows(connection, subject, id, superseded)

    def state(self, id: str) -> Opportunity | None:
        """The state of an opportunity, for a successor."""
        with self._read() as connection:
            return read.state(connection, OPPORTUNITY, id)

    def account_state(self, id: str) -> Account | None:
        """The state of an account, to start it again."""
        with self._read() as connection:
            return read.state(connection, ACCOUNT, id)

    def end_of(self, id: str) -> dict[str, Any] | None:
        """The outcome record of an opportunity, once it has ended."""
        with self._read() as connection:
            return read.end_of(connection, id)

    def process(self, name: str, version: int) -> Process | None:
        """The stored definition of a process."""
        with self._read() as connection:
            return Processes(connection, self._definitions).find(name, version)

    def outcomes(self, process: str | None = None) -> list[OutcomeCount]:
        """How opportunities ended, and how many of them."""
        with self._read() as connection:
            return totals.outcomes(connection, process)

    def weighted(self, process: str | None = None) -> list[Weighted]:
        """What the open opportunities may bring, weighted by their stages."""
        with self._read() as connection:
            return totals.weighted(connection, process)

    # -- what is said straight to it ---------------------------------------------------------

    def enter(
        self,
        said: Sequence[AnyEntry],
        now: datetime,
        cause: Cause = "command",
        *,
        write: bool = True,
    ) -> list[Answer]:
        """Take entries, and say of each what became of it; without `write`, what would."""
        with self._write() if write else self._read() as connection:
            return entries.enter(connection, said, now, cause, write)

    def calendar(self) -> Calendar | None:
        """The calendar, once one was set."""
        with self._read() as connection:
            return entries.calendar(connection)

    def owners(self) -> dict[str, Owner]:
        """Every owner, by id."""
        with self._read() as connection:
            return entries.owners(connection)

    def quotas(self) -> Sequence[Quota]:
        """Every quota, with those that were taken back."""
        with self._read() as connection:
            return entries.every(connection, "quota")

    def rates(self) -> Sequence[Rate]:
        """Every rate as it was said last."""
        with self._read() as connection:
            return entries.every(connection, "rate")

    def conversions(
        self, rows: Sequence[OpportunityRow], now: datetime, target: str | None = None
    ) -> Converted:
        """How the sums of these opportunities convert: frozen if they have ended, else by now."""
        with self._read() as connection:
            return conversion.conversions(connection, rows, now, target)

    # -- imports -----------------------------------------------------------------------------

    def imports(self) -> Sequence[Import]:
        """Every run of an import."""
        with self._read() as connection:
            return entries.every(connection, "import")

    def import_run(self, import_id: str) -> Import | None:
        """One run of an import."""
        with self._read() as connection:
            found: Import | None = entries.held(connection, "import", import_id)
            return found

    def brought(self, import_id: str) -> undo.Brought:
        """What a run brought: what stands, and how many were taken back."""
        with self._read() as connection:
            return undo.brought(connection, import_id)

    def look(self, import_id: str, ids: Sequence[str]) -> dict[str, undo.Look]:
        """Whether they could be taken back, and what stands against it."""
        with self._read() as connection:
            return undo.look(connection, import_id, ids)

    def take_back(
        self, import_id: str, ids: Sequence[str], *, force: bool = False
    ) -> dict[str, Touched]:
        """Take back what a run brought and has ended; those that must stay, and why."""
        with self._write() as connection:
            return undo.take_back(connection, import_id, ids, force)

    def times_taken_back(self) -> dict[str, int]:
        """How often each opportunity was taken back, where one was."""
        with self._read() as connection:
            return undo.times_taken_back(connection)

    def was_taken_back(self, id: str) -> bool:
        """Whether an opportunity of this id was taken back, ever."""
        with self._read() as connection:
            return undo.was_taken_back(connection, id)

    def record_taken_back(self, id: str) -> dict[str, Any] | None:
        """The outcome record of an opportunity that was taken back and has not come again."""
        with self._read() as connection:
            return undo.record_taken_back(connection, id)

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with translated(), self._readers.begin() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with translated(), self._writers.begin() as connection:
            yield connection
