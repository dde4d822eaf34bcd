"""`closeline demo`: the main job, seen from beginning to end."""

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

from typer import Exit, Option, Typer

from starter.commands.failing import Refusal
from starter.commands.spreading import command

app = Typer()


@command(app, "demo", "closeline demo")
async def demo(
    dir: Annotated[
        Path | None, Option(help="Keep server data, ledger and the worker's log here.")
    ] = None,
    keep: Annotated[bool, Option("--keep", help="Stay at the end, until Ctrl-C.")] = False,
) -> None:
    """Run a sales quarter in a minute: the real server, two accounts, every end, every clock.

    Exit code 0 only if every opportunity ended as its script says and every account still runs.
    """
    from rich.console import Console

    from starter.demo.run import run
    from telemetry import configure_logs
    from worker import stop_on_signals

    if dir and dir.exists() and any(dir.iterdir()):
        raise Refusal("dir", "not_empty", f"a demonstration begins in an empty folder, not {dir}")
    configure_logs()
    console = Console(highlight=False, soft_wrap=True)
    folder = dir or Path(tempfile.mkdtemp(prefix="closeline-demo-"))
    try:
        found = await run(folder, console, stop_on_signals if keep else None)
    finally:
        if dir is None:
            shutil.rmtree(folder, ignore_errors=True)
    look = f"`closeline up --dir {dir}` shows this run" if dir else "`make up` shows yours"
    console.print(f"\n{look} in Temporal's UI. Filter workflows there by `Outcome`, `EndReason`,")
    console.print(
        "`Stage`, `AccountId` or `Deadline`, and open one to see its page, its signals and"
    )
    console.print("its updates.")
    if not all(check.kept for check in found):
        raise Exit(1)
