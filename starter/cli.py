"""`closeline`: the command line. Each noun is a file in `starter/commands`."""

import logging
import os
import sys
from contextlib import suppress
from importlib.metadata import version
from typing import Annotated, Final, NoReturn

from typer import Exit, Option, Typer, echo

from starter.commands import (
    account,
    calendar,
    codec_server,
    deadlines,
    diff,
    doctor,
    erase,
    imports,
    interview,
    keys,
    ledger,
    opportunity,
    owner,
    processes,
    quota,
    rate,
    rebuild,
    reconcile,
    schema,
    setup,
    up,
)
from starter.commands.failing import warn
from starter.demo import command as demo
from starter.importing import command as importing
from starter.insight import (
    accuracy,
    bridge,
    focus,
    forecast,
    limits,
    report,
    snapshot,
    win_loss,
)

DEFECT: Final = 70
"""The exit code of what should never happen."""

app = Typer(name="closeline", no_args_is_help=True, pretty_exceptions_enable=False)


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


app.add_typer(up.app)
app.add_typer(setup.app)
app.add_typer(account.app, name="account")
app.add_typer(opportunity.app, name="opportunity")
app.add_typer(deadlines.app)
app.add_typer(processes.app, name="processes")
app.add_typer(ledger.app, name="ledger")
app.add_typer(reconcile.app)
app.add_typer(diff.app)
app.add_typer(rebuild.app)
app.add_typer(schema.app)
app.add_typer(doctor.app)
app.add_typer(erase.app)
app.add_typer(keys.app, name="keys")
app.add_typer(codec_server.app)
app.add_typer(importing.app)
app.add_typer(imports.app, name="imports")
app.add_typer(owner.app, name="owner")
app.add_typer(quota.app, name="quota")
app.add_typer(rate.app, name="rate")
app.add_typer(calendar.app, name="calendar")
app.add_typer(forecast.app, name="forecast")
app.add_typer(snapshot.app, name="snapshot")
app.add_typer(bridge.app)
app.add_typer(accuracy.app)
app.add_typer(interview.app, name="interview")
app.add_typer(win_loss.app)
app.add_typer(focus.app)
app.add_typer(limits.app)
app.add_typer(report.app)
app.add_typer(demo.app)


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
        warn(f"failed: {type(error).__name__}: {error}")
        return DEFECT
    return 0


if __name__ == "__main__":
    main()
