"""What can go wrong between the ledger and its callers, in four words of our own."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

DOWN: Final = (
    *("08", "53", "57", "58", "XX"),  # no connection, no resources, shut down, broken
    *("40", "55P"),  # lost a race for a lock or a row, or waited too long for one
    *("25006", "25P03", "28", "42501", "3D"),  # a standby, too slow, not allowed, no such database
    *("42P01", "42703", "3F"),  # never migrated, or not up to this version
)
"""How the SQLSTATEs of PostgreSQL begin that are nobody's mistake in a statement."""

SILENT: Final = (
    *(psycopg.OperationalError, psycopg.InterfaceError),
    *(sqlite3.OperationalError, sqlite3.InterfaceError),
)
"""What a driver raises where there is no such code: a server that is gone says none, and SQLite
knows none."""


class LedgerDown(Exception):
    """The database cannot be reached or written, is locked, or was never migrated; trying again
    may help."""


class Gap(Exception):
    """The batch begins beyond the next sequence: what lies between must be written first."""

    def __init__(self, subject: str, id: str, expected: int, first: int) -> None:
        super().__init__(f"{subject} {id!r}: expected sequence {expected}, got {first}")
        self.expected, self.first = expected, first


class ProcessConflict(Exception):
    """Another definition is stored under this name and version; a change needs a new version."""


class NotEmpty(Exception):
    """A ledger that should be made anew holds something already; the message names a table."""


class UnknownProcess(LookupError):
    """A fact refers to a process that no batch has brought."""


@contextmanager
def translated() -> Iterator[None]:
    """The drivers' many ways of being out of order, as one LedgerDown; our mistakes as they are."""
    try:
        yield
    except NoConnection as error:
        raise LedgerDown(_words(error)) from error
    except (DBAPIError, psycopg.Error, sqlite3.Error) as error:
        said = error.orig if isinstance(error, DBAPIError) else error
        if not _is_down(said):
            raise
        raise LedgerDown(_words(said)) from error


def _is_down(error: BaseException | None) -> bool:
    if code := getattr(error, "sqlstate", None):
        return str(code).startswith(DOWN)
    # A broken file has no class of its own; the other subclasses are our own mistakes.
    return isinstance(error, SILENT) or type(error) is sqlite3.DatabaseError


def _words(error: BaseException | None) -> str:
    return f"the ledger does not answer: {' '.join(str(error).split())}"
