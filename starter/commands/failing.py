"""How a command ends: 0 done, 1 refused, 2 wrong usage, 3 unreachable; never with a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

import typer
from sqlalchemy.exc import ArgumentError
from temporalio.client import RPCTimeoutOrCancelledError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from ledger.errors import LedgerDown
from ledger.roles import BadRole
from processes import BadProcess
from settings import BadSettings, Unreachable
from starter.client import Refused, UnknownOpportunity
from starter.embedded import AlreadyRuns, EmbeddedError
from starter.output import printable
from starter.ports import PortTaken
from starter.program import NoProgram
from telemetry import NoMetrics

REFUSED: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 3
TAKEN: Final = (AlreadyRuns, NoMetrics, PortTaken)


class Refusal(Exception):
    """A rule was broken: the same words as the engine's, which field and which rule."""

    def __init__(self, field: str, rule: str, detail: str | None = None) -> None:
        """`field` and `rule` are stable codes; `detail` is prose for people."""
        aside = f" ({detail})" if detail and detail != rule else ""
        super().__init__(f"{field}: {rule}{aside}")


@contextmanager
def exit_codes() -> Iterator[None]:
    """Whatever can go wrong, as one line on stderr and the exit code that stands for it."""
    try:
        yield
    except (Refusal, Refused, UnknownOpportunity, BadProcess, BadRole, *TAKEN) as error:
        end(REFUSED, f"refused: {error}")
    except WorkflowUpdateFailedError as error:
        cause = error.cause
        end(REFUSED, f"refused: {cause.message if isinstance(cause, ApplicationError) else cause}")
    except BadSettings as error:
        end(USAGE, f"settings: {error}")
    except (ArgumentError, ImportError) as error:  # no URL at all, or no driver for it
        end(USAGE, f"settings: the ledger's URL: {error}")
    except (Unreachable, LedgerDown, EmbeddedError, NoProgram, TimeoutError) as error:
        end(UNREACHABLE, f"unreachable: {error}")
    except RPCTimeoutOrCancelledError:
        end(UNREACHABLE, "unreachable: the server did not answer in time")
    except RPCError as error:
        bad = error.status == RPCStatusCode.INVALID_ARGUMENT
        words = "refused: body" if bad else "unreachable"
        end(REFUSED if bad else UNREACHABLE, f"{words}: {error.message}")


def end(code: int, words: str) -> NoReturn:
    """Say it on stderr and end with the code."""
    warn(words)
    raise typer.Exit(code)


def warn(words: str) -> None:
    """One line on stderr, so that what is printed stays clean."""
    sys.stderr.write(printable(words) + "\n")
