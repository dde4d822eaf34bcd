"""`closeline`: the command line. Each noun is a file, named in `starter/late.py`."""

import logging
import os
import sys
from contextlib import suppress
from importlib.metadata import version
from typing import Annotated, Final, NoReturn

from typer import Exit, Option, Typer, echo

from starter.late import Late

DEFECT: Final = 70
"""The exit code of what should never happen."""

app = Typer(name="closeline", cls=Late, no_args_is_help=True, pretty_exceptions_enable=False)


def _version(asked: bool) -> None:
    if asked:
        echo(f"closeline {version('closeline')}")
        raise Exit


@app.callback()
def _closeline(
    version: Annotated[
        bool, Option("--version", callback=_version, is_eager=True, help="Say which version.")
    ] = False,
) -> None:
    """Opportunities end. Accounts don't.

    Exit codes: 0 done, 1 refused, 2 wrong usage, 3 server or ledger unreachable.
    """


def main() -> NoReturn:
    """Run one command and end the process with its exit code."""
    code = _run()
    logging.shutdown()
    # At once: threads of Temporal's SDK may still call into an interpreter that takes itself
    # down, which then aborts, with an exit code of its own.
    os._exit(code)


def _run() -> int:
    try:
        with suppress(BrokenPipeError):  # who read our output has seen enough
            try:
                app()
            finally:
                sys.stdout.flush()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except Exception as error:
        from starter.commands.failing import warn  # loads more than help needs

        warn(f"failed: {type(error).__name__}: {error}")
        return DEFECT
    return 0


if __name__ == "__main__":
    main()
