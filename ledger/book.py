"""What is said straight to the ledger, and what imports brought, each method one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ledger import conversion, entries, snapshots, undo
from ledger.conversion import Converted
from ledger.database import Database
from ledger.entries import Answer
from ledger.rows import OpportunityRow
from ledger.snapshots import Kept
from sales.calendar import Calendar
from sales.exchange import Exchange
from sales.facts import Cause
from sales.imports import Import, Touched
from sales.interview import Interview
from sales.owner import Owner
from sales.quota import Quota
from sales.rate import Rate
from sales.register import AnyEntry, EntrySubject


class Book(Database):
    """The part of the ledger that no workflow writes."""

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

    def said_of(self, subject: EntrySubject, instant: datetime) -> list[tuple[Any, datetime]]:
        """How every subject of a kind stood at that instant, and when it was last spoken of."""
        with self._read() as connection:
            return entries.as_of(connection, subject, instant)

    def rates(self) -> Sequence[Rate]:
        """Every rate as it was said last."""
        with self._read() as connection:
            return entries.every(connection, "rate")

    def exchange(self) -> Exchange:
        """Everything that the ledger has ever been told of rates and calendars."""
        with self._read() as connection:
            return conversion.exchange(connection)

    def ended_at(self, ids: Sequence[str]) -> dict[str, datetime]:
        """When the end of each of these opportunities was recorded, by which its rate is frozen."""
        with self._read() as connection:
            return conversion.ended_at(connection, ids)

    def interviews(self) -> Sequence[Interview]:
        """Every interview that was asked for or held, in the order of the opportunities' ids."""
        with self._read() as connection:
            return entries.every(connection, "interview")

    def conversions(
        self, rows: Sequence[OpportunityRow], now: datetime, target: str | None = None
    ) -> Converted:
        """How the sums of these opportunities convert: frozen if they have ended, else by now."""
        with self._read() as connection:
            return conversion.conversions(connection, rows, now, target)

    # -- snapshots ---------------------------------------------------------------------------

    def keep_snapshot(self, kept: Kept) -> bool:
        """Whether it is kept now; one of this name that is there already stays as it is."""
        with self._write() as connection:
            return snapshots.keep(connection, kept)

    def snapshot(self, name: str) -> Kept | None:
        """The snapshot of this name, if there is one."""
        with self._read() as connection:
            return snapshots.find(connection, name)

    def snapshots(self) -> list[Kept]:
        """Every snapshot, in the order of their instants, without their items."""
        with self._read() as connection:
            return snapshots.every(connection)

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

    def begin_again(self, id: str, event_id: str) -> bool:
        """Make room for another life under an id, which that event opens: the one before, if it is
        there, was taken back. Whether it was there."""
        with self._write() as connection:
            return undo.begin_again(connection, id, event_id)
