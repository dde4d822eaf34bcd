"""What can go wrong between the ledger and its callers, in four words of our own."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection


class LedgerDown(Exception):
    """The database cannot be reached, is locked, or was never migrated; trying again may help."""


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
    """The driver's many ways of being out of order, as one LedgerDown."""
    try:
        yield
    except (OperationalError, InterfaceError, NoConnection) as error:
        raise LedgerDown(_words(error)) from error
    except DatabaseError as error:
        # A broken file has no class of its own; its subclasses are our own mistakes.
        if type(error) is not DatabaseError:
            raise
        raise LedgerDown(_words(error)) from error


def _words(error: Exception) -> str:
    return f"the ledger does not answer: {getattr(error, 'orig', error)}"
