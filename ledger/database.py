"""One database behind the ledger: its connections, its schema, and who may read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from ledger import migrate, rebuild, roles
from ledger.engine import connect
from ledger.errors import LedgerDown, translated
from ledger.processes import Definitions


class Database:
    """One database, by its SQLAlchemy URL. Methods block: call them from a thread.

    Every method may raise LedgerDown; what it began is then undone, and may be tried again.
    """

    def __init__(self, url: str) -> None:
        self.url = url
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

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with translated(), self._readers.begin() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with translated(), self._writers.begin() as connection:
            yield connection
