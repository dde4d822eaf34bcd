"""`closeline processes`: the sales processes at hand, and whether a file is one."""

from pathlib import Path
from typing import Annotated, Any, Final

from typer import Argument, Option, Typer

from processes import library, load_file
from sales.process import Process
from starter.commands.common import Shown, Where
from starter.commands.failing import Refusal
from starter.commands.spreading import command
from starter.output import print_record, print_table

app = Typer(no_args_is_help=True, help="Sales processes: list, look at, check a file.")

COLUMNS: Final = ("name", "version", "title", "silence", "stages")
STAGE: Final = ("name", "probability", "category", "limit", "hours", "enter", "leave")
CLOCK: Final = ("clock", "limit", "grace", "warn")
APART: Final = ("stages", "clocks")


@command(app, "list", "closeline processes list")
async def list_(*, shown: Shown, where: Where) -> None:
    """List the built-in processes and those of --processes."""
    known = library(where.settings.processes).all()
    rows = [
        {**_plain(each, COLUMNS), "stages": [stage.name for stage in each.stages]} for each in known
    ]
    shown.table(rows, COLUMNS)


@command(app, "show", "closeline processes show new_business")
async def show(
    name: Annotated[str, Argument(help="The name of the process.")],
    version: Annotated[int | None, Option(help="Its version; the latest if absent.")] = None,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """Show a process: its stages, gates, clocks, budgets and reasons."""
    process = library(where.settings.processes).find(name, version)
    if process is None:
        rule = "unknown_process" if version is None else "unknown_version"
        raise Refusal("process", rule, "see `closeline processes list` for what is there")
    if shown.json:
        shown.record(process.model_dump(mode="json"))
    else:
        _print(process)


@command(app, "check", "closeline processes check my_process.toml")
async def check(
    file: Annotated[Path, Argument(help="The TOML file.")], *, shown: Shown, where: Where
) -> None:
    """Say whether a file is a sound process; if not, which key breaks which rule."""
    process = load_file(file)
    shown.record({"file": str(file), "sound": True, **process.ref})


def _plain(process: Process, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(process, name) for name in names}


def _print(process: Process) -> None:
    whole = process.model_dump(mode="json")
    print_record({name: value for name, value in whole.items() if name not in APART})
    print_table(whole["stages"], STAGE)
    clocks = {name: clock for name, clock in whole["clocks"].items() if clock}
    print_table(({"clock": n, "limit": None, **clock} for n, clock in clocks.items()), CLOCK)
