"""How a command ends: 0 done, 1 refused, 2 wrong usage, 3 unreachable; never with a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

import typer

from starter.output import printable

REFUSED: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 3


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
    except Exception as error:
        # Loaded by what went wrong: it knows the errors of everything, and help waits for nothing.
        from starter.commands.verdicts import verdict

        told = verdict(error)
        if told is None:
            raise
        end(*told)


def end(code: int, words: str) -> NoReturn:
    """Say it on stderr and end with the code."""
    warn(words)
    raise typer.Exit(code)


def warn(words: str) -> None:
    """One line on stderr, so that what is printed stays clean."""
    sys.stderr.write(printable(words) + "\n")
