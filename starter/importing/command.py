"""`closeline import`: a CRM's export becomes accounts and opportunities."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Final

from typer import Argument, BadParameter, Exit, Option, Typer

from ledger.errors import LedgerDown
from processes import BUILT_IN, library
from sales.process import Process
from starter.commands.checks import working
from starter.commands.common import Shown, Where, open_ledger
from starter.commands.failing import REFUSED, end
from starter.commands.spreading import command
from starter.importing import runs
from starter.importing.deal import Reader
from starter.importing.mapping import BadMapping, Mapping, check, load_mapping
from starter.importing.plan import Planner
from starter.importing.progress import progress
from starter.importing.rows import BadExport, Export
from starter.importing.run import Import
from starter.importing.showing import show
from starter.importing.summary import Summary, write_rejects
from starter.importing.times import Calendar

app = Typer()

EXAMPLE: Final = "closeline import sales_pipeline.csv --mapping maven_crm --dry-run"


@dataclass(frozen=True, slots=True)
class Work:
    """Everything an import is made of, but the ledger."""

    export: Export
    mapping: Mapping
    mapping_name: str
    process: Process
    planner: Planner
    as_of: date | None


@command(app, "import", EXAMPLE)
async def import_(
    file: Annotated[Path, Argument(help="The export, as CSV; its side files lie beside it.")],
    mapping: Annotated[str, Option(help="The mapping's TOML file, or a built-in one's name.")],
    as_of: Annotated[
        datetime | None,
        Option(formats=["%Y-%m-%d"], help="What today was in the file, if it is an old one."),
    ] = None,
    dry_run: Annotated[
        bool, Option("--dry-run", help="Say what would happen; do nothing.")
    ] = False,
    rejects: Annotated[Path | None, Option(help="Write the rejected rows to this CSV.")] = None,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """Import opportunities: those that have ended as history, those that are open to go on.

    A row that breaks a rule is rejected, with the field and the rule; then the exit code is 1.
    Importing the same again changes nothing.
    """
    if rejects and not rejects.parent.is_dir():
        raise BadParameter(f"there is no folder {rejects.parent}", param_hint="--rejects")
    try:
        work = prepare(file, mapping, as_of, where)
        summary = await (_rehearse(work, where) if dry_run else _run(work, where))
    except (BadMapping, BadExport) as error:
        end(REFUSED, f"refused: {error}")
    if rejects:
        write_rejects(rejects, work.export.header, summary.rejected)
    show(summary, shown.json)
    if summary.rejected:
        raise Exit(REFUSED)


def prepare(file: Path, mapping_name: str, as_of: datetime | None, where: Where) -> Work:
    """The export as its mapping reads it. Raises BadMapping, BadExport or BadParameter."""
    path = _mapping_file(mapping_name)
    mapping = load_mapping(path)
    process = library(where.settings.processes).find(mapping.process, mapping.process_version)
    if process is None:
        raise BadMapping(path, "process", "unknown_process", mapping.process)
    check(mapping, process, path)
    today = as_of.date() if as_of else None
    calendar = Calendar(mapping.time_zone, mapping.dates, datetime.now(UTC), today)
    if calendar.shift.days < 0:
        raise BadParameter(f"{today} has yet to come", param_hint="--as-of")
    export = Export(file, mapping, path)
    reader = Reader(export, mapping, calendar)
    planner = Planner(reader, mapping, process, calendar)
    return Work(export, mapping, mapping_name, process, planner, today)


def _mapping_file(name: str) -> Path:
    """A file, or else one of ours by its name."""
    path, built_in = Path(name), BUILT_IN / "mappings" / f"{name}.toml"
    return built_in if not path.exists() and built_in.is_file() else path


async def _rehearse(work: Work, where: Where) -> Summary:
    """A dry run: a ledger that is not there yet holds nothing."""
    with ExitStack() as stack, progress("planning", len(work.export)) as watch:
        try:
            ledger = stack.enter_context(open_ledger(where.settings.ledger_url))
        except LedgerDown:
            ledger = None
        if ledger:
            work.planner.run = runs.rehearsal(ledger)
        return Import(work.export, work.planner, work.process, ledger).rehearse(watch)


async def _run(work: Work, where: Where) -> Summary:
    client = await working(where)
    with (
        open_ledger(where.settings.ledger_url) as ledger,
        progress("importing", len(work.export)) as watch,
    ):
        run = runs.begin(ledger, work.export.path, work.mapping, work.mapping_name, work.as_of)
        work.planner.run = run
        task = Import(work.export, work.planner, work.process, ledger)
        summary = await task.run(client, work.mapping.source, watch)
        summary.import_id = run.id
        runs.finish(ledger, run, summary.counts)
    return summary
