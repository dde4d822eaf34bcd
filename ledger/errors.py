"""What can go wrong between the ledger and its callers, in four words of our own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

DOWN: Final = (
    *("08", "53", "57", "58", "XX"),  # no connection, no resources, shut down, broken
    *("40", "55P"),  # lost a race for a lock or a row, or waited too long for one
    *("25006", "25P03", "28", "42501", "3D"),  # a standby, too slow, not allowed, no such database
    *("42P01", "42703", "3F"),  # never migrated, or not up to this version
)
"""How the SQLSTATEs of PostgreSQL begin that are nobody's mistake in a statement."""


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
    except DBAPIError as error:
        if not _is_down(error):
            raise
        raise LedgerDown(_words(error.orig or error)) from error


def _is_down(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlstate", None)
    if code is not None:
        return str(code).startswith(DOWN)
    # SQLite knows no codes, and a server that is gone says none. A broken file has no class of its
    # own; the subclasses of that one are our own mistakes.
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


def _words(error: BaseException) -> str:
    return f"the ledger does not answer: {' '.join(str(error).split())}"
