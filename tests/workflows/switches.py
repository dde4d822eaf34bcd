"""The real ledger behind switches: it can be down, be slow, or fall silent right after a commit.

A switch is a file beside the database, so that every process feels it and any process turns it.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from sqlalchemy import Connection

from ledger.batch import Ack, Batch
from ledger.errors import LedgerDown
from ledger.ledger import Ledger

LONGEST_SILENCE: Final = 30.0


class Switch:
    """Off until it is turned on, for as long as it is held."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> Self:
        self.on()
        return self

    def __exit__(self, *_: object) -> None:
        self.off()

    def on(self) -> None:
        self._file.touch()

    def off(self) -> None:
        self._file.unlink(missing_ok=True)

    def __bool__(self) -> bool:
        return self._file.exists()


class Switches:
    """The switches of the ledger in one file."""

    def __init__(self, database: Path) -> None:
        self.down, self.slow, self.silent, self.no_pools = (
            Switch(database.with_suffix(f".{name}"))
            for name in ("down", "slow", "silent", "no_pools")
        )


class SwitchedLedger(Ledger):
    """The ledger as a worker meets it on a bad day."""

    def __init__(self, database: Path) -> None:
        super().__init__(f"sqlite:///{database}")
        self.switches = Switches(database)

    def record_many(self, batches: Sequence[Batch]) -> list[Ack]:
        if self.switches.no_pools and any(batch.subject == "pool" for batch in batches):
            raise LedgerDown("pools are switched off")
        return super().record_many(batches)

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        self._suffer()
        with super()._read() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        self._suffer()
        with super()._write() as connection:
            yield connection
        self._fall_silent()

    def _suffer(self) -> None:
        if self.switches.slow:
            time.sleep(0.6)
        if self.switches.down:
            raise LedgerDown("the ledger is switched off")

    def _fall_silent(self) -> None:
        """What was written is written, and nobody is told until the switch is off."""
        until = time.monotonic() + LONGEST_SILENCE
        while self.switches.silent and time.monotonic() < until:
            time.sleep(0.02)
