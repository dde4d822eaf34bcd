"""The ledger as its callers see it: each method is one transaction, and safe to call again."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Unpack

from ledger import diff, erasure, read, rebuild, reservation, totals, traces
from ledger.batch import Ack, Batch, Subject
from ledger.board import Board
from ledger.book import Book
from ledger.fold import ACCOUNT, OPPORTUNITY, POOL
from ledger.processes import Definitions, Processes
from ledger.rows import AccountRow, FactRow, OpportunityRow, OutcomeCount, PoolRow, Weighted
from ledger.write import Writing
from sales.account.state import Account
from sales.facts import Fact
from sales.messages import Erase
from sales.opportunity import Opportunity
from sales.pool.state import Pool
from sales.process import Process
from sales.receipt import Receipt


class Ledger(Book, Board):
    """All that the engine asks of it. Methods block: call them from a thread.

    Every method may raise LedgerDown; what it began is then undone, and may be tried again.
    """

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

    def deadlines(self) -> dict[str, datetime]:
        """The deadline of every open opportunity, by its id."""
        with self._read() as connection:
            return read.deadlines(connection)

    def account(self, id: str) -> AccountRow | None:
        """One account as it stands."""
        with self._read() as connection:
            return read.account(connection, id)

    def accounts(self, **wanted: Unpack[read.AccountFilter]) -> list[AccountRow]:
        """The accounts that fit, ordered by id."""
        with self._read() as connection:
            return read.accounts(connection, **wanted)

    def pool(self, id: str) -> PoolRow | None:
        """One pool as it stands."""
        with self._read() as connection:
            return read.pool(connection, id)

    def pools(self) -> list[PoolRow]:
        """Every pool, ordered by id."""
        with self._read() as connection:
            return read.pools(connection)

    def pool_state(self, id: str) -> Pool | None:
        """The state of a pool, to start it again."""
        with self._read() as connection:
            return read.state(connection, POOL, id)

    def asking(self) -> dict[str, dict[str, int]]:
        """By pool, the open opportunities that want its hours, each by its fact of that number."""
        with self._read() as connection:
            return read.asking(connection)

    def heard(self, subject: Subject, id: str, event_id: str) -> int | None:
        """The number of the first fact that stands and that the event has caused."""
        with self._read() as connection:
            return read.heard(connection, subject, id, event_id)

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

    def written_before(self, subject: Subject, id: str, sequence: int) -> list[Fact]:
        """The facts of the last write before the fact of that number."""
        with self._read() as connection:
            return read.written_before(connection, subject, id, sequence)

    def begun_by(self, subject: Subject, id: str) -> str | None:
        """The run that wrote the first of the facts that stand."""
        with self._read() as connection:
            return read.begun_by(connection, subject, id)

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

    @contextmanager
    def traces(self, *, only_open: bool = False) -> Iterator[Iterator[traces.Traces]]:
        """The traces of all opportunities, or of the open ones, many at once and all of one
        moment."""
        with self._read() as connection:
            yield traces.read(connection, only_open)

    @contextmanager
    def account_facts(
        self, kinds: Collection[str]
    ) -> Iterator[Iterator[Sequence[tuple[str, Fact]]]]:
        """The facts of these kinds of all accounts, each with its account's id, many at once and
        all of one moment: those of one account after the other, in the order of its journal."""
        with self._read() as connection:
            yield read.account_facts(connection, kinds)

    def late_facts(self, opportunity_id: str) -> list[tuple[str, Fact]]:
        """What came after its end, as its account keeps it, with the account's id."""
        with self._read() as connection:
            return read.late_facts(connection, opportunity_id)

    @contextmanager
    def ended_details(self) -> Iterator[Iterator[Sequence[read.Details]]]:
        """What is in no trace of all that has ended, many at once and all of one moment."""
        with self._read() as connection:
            yield read.ended_details(connection)

    def processes(self) -> Definitions:
        """Every process that was ever used, by name and version."""
        with self._read() as connection:
            return Processes(connection).every()

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
