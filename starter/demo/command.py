"""`closeline demo`: the main job, seen from beginning to end."""

import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Final

from rich.console import Console
from typer import Exit, Option, Typer

from starter.commands.spreading import command
from starter.demo.run import run
from telemetry import configure_logs

app = Typer()

FAREWELL: Final = """\
`make up` keeps a server running and prints where its UI is. Filter workflows there by `Outcome`,
`EndReason`, `Stage`, `AccountId` or `Deadline`; open one to see its page and to signal it."""


@command(app, "demo", "closeline demo")
async def demo(
    dir: Annotated[
        Path | None, Option(help="Keep server data, ledger and the worker's log here.")
    ] = None,
) -> None:
    """Run a sales quarter in a minute: the real server, two accounts, every outcome, every clock.

    Exit code 0 only if every opportunity ended as its script says and every account still runs.
    """
    configure_logs()
    console = Console(highlight=False, soft_wrap=True)
    folder = dir or Path(tempfile.mkdtemp(prefix="closeline-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        found = await run(folder, console)
    finally:
        if dir is None:
            shutil.rmtree(folder, ignore_errors=True)
    console.print()
    console.print("`make up` keeps a server running; its UI address is printed there. Filter by")
    console.print(
        "`Outcome`, `EndReason`, `Stage`, `AccountId` or `Deadline`, and open one workflow"
    )
    console.print("to see its page, its signals and its updates.")
    if not all(check.kept for check in found):
        raise Exit(1)
