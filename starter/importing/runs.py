"""A run of an import: its id, which everything it brings carries, and its beginning and end in
the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import file_digest
from pathlib import Path
from secrets import token_hex
from typing import Final

from ledger.ledger import Ledger
from sales.imports import BeginImport, FinishImport
from starter.importing.common import Common as How


@dataclass(frozen=True, slots=True)
class Run:
    """One run; a rehearsal has no id.

    What was taken back before comes as an event of its own: its account knows the other already.
    """

    id: str = ""
    taken_back: Mapping[str, int] = field(default_factory=dict)

    def again(self, opportunity_id: str) -> str:
        """What tells this coming of an opportunity from those that were taken back."""
        times = self.taken_back.get(opportunity_id)
        return f":again:{times}" if times else ""


REHEARSAL: Final = Run()


def rehearsal(ledger: Ledger) -> Run:
    """What a run would be, though it is none."""
    return Run(taken_back=ledger.times_taken_back())


def begin(ledger: Ledger, file: Path, how: How, mapping_name: str, as_of: date | None) -> Run:
    """A run that the ledger knows of, before anything of it arrives."""
    now = datetime.now(UTC)
    run = Run(f"{now:%Y%m%dT%H%M%S}-{token_hex(3)}", ledger.times_taken_back())
    with file.open("rb") as export:
        digest = file_digest(export, "sha256").hexdigest()
    entry = BeginImport(
        id=run.id,
        source=how.source,
        process=how.process,
        file=file.name,
        sha256=digest,
        mapping=mapping_name,
        as_of=as_of,
    )
    ledger.enter([entry], now)
    return run


def finish(ledger: Ledger, run: Run, counts: Mapping[str, int]) -> None:
    """The run is through."""
    ledger.enter([FinishImport(id=run.id, counts=dict(counts))], datetime.now(UTC))
