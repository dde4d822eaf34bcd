"""`closeline import`: a CRM's export or a log of events becomes accounts and opportunities."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

from typer import Argument, BadParameter, Exit, Option, Typer

from ledger.errors import LedgerDown
from processes import BUILT_IN, library
from sales.process import Process
from starter.commands.checks import working
from starter.commands.common import Shown, Where, open_ledger
from starter.commands.failing import REFUSED, end
from starter.commands.spreading import command
from starter.importing import mapping as row_mapping
from starter.importing import runs
from starter.importing.common import BadMapping, Common, load
from starter.importing.deal import Reader
from starter.importing.events import mapping as event_mapping
from starter.importing.events.held import compare_case
from starter.importing.events.log import Log
from starter.importing.events.planner import CasePlanner
from starter.importing.held import compare
from starter.importing.planner import Planner
from starter.importing.progress import progress
from starter.importing.rows import Export
from starter.importing.run import Import, Kind
from starter.importing.showing import show
from starter.importing.summary import Summary, write_rejects
from starter.importing.tables.table import BadExport
from starter.importing.times import Calendar

app = Typer()

EXAMPLE: Final = "closeline import sales_pipeline.csv --mapping maven_crm --dry-run"
ROWS_TOGETHER: Final = 10_000
CASES_TOGETHER: Final = 1_000
"""How many are carried out at once; a case is some dozens of events."""


@dataclass(frozen=True, slots=True)
class Work:
    """Everything an import is made of, but the ledger."""

    file: Path
    export: Export | Log
    mapping: Common
    mapping_name: str
    process: Process
    kind: Kind[Any]
    as_of: date | None


@command(app, "import", EXAMPLE)
async def import_(
    file: Annotated[
        Path | None,
        Argument(help="An export with one row an opportunity; its side files lie beside it."),
    ] = None,
    *,
    events: Annotated[
        Path | None, Option(help="Instead: a log with one row an event; CSV, Parquet or XES.")
    ] = None,
    mapping: Annotated[str, Option(help="The mapping's TOML file, or a built-in one's name.")],
    as_of: Annotated[
        datetime | None,
        Option(formats=["%Y-%m-%d"], help="What today was in the file, if it is an old one."),
    ] = None,
    dry_run: Annotated[
        bool, Option("--dry-run", help="Say what would happen; do nothing.")
    ] = False,
    rejects: Annotated[Path | None, Option(help="Write the rejected rows to this CSV.")] = None,
    shown: Shown,
    where: Where,
) -> None:
    """Import opportunities: those that have ended as history, those that are open to go on.

    A row that breaks a rule is rejected, with the field and the rule; then the exit code is 1.
    In a log of events, a row is a case with all its events.
    Importing the same again changes nothing.
    """
    if (file is None) == (events is None):
        raise BadParameter("either FILE or --events FILE", param_hint="FILE")
    if rejects and not rejects.parent.is_dir():
        raise BadParameter(f"there is no folder {rejects.parent}", param_hint="--rejects")
    try:
        work = prepare(file, events, mapping, as_of, where)
        summary = await (_rehearse(work, where) if dry_run else _run(work, where))
    except (BadMapping, BadExport) as error:
        end(REFUSED, f"refused: {error}")
    if rejects:
        write_rejects(rejects, work.export.header, summary.rejected)
    show(summary, shown.json)
    if summary.rejected:
        raise Exit(REFUSED)


def prepare(
    file: Path | None, log: Path | None, mapping_name: str, as_of: datetime | None, where: Where
) -> Work:
    """The export as its mapping reads it. Raises BadMapping, BadExport or BadParameter."""
    path = _mapping_file(mapping_name)
    if log:
        told = load(path, event_mapping.EventMapping)
        process, calendar = _process(told, path, where), _calendar(told, as_of)
        event_mapping.check(told, process, path)
        cases = Log(log, told, path)
        planner = CasePlanner(cases, told, process, calendar)
        of_cases = Kind(cases, planner, compare_case, CASES_TOGETHER)
        return Work(log, cases, told, mapping_name, process, of_cases, calendar.as_of)
    assert file
    mapping = load(path, row_mapping.Mapping)
    process, calendar = _process(mapping, path, where), _calendar(mapping, as_of)
    row_mapping.check(mapping, process, path)
    export = Export(file, mapping, path)
    deals = Planner(Reader(export, mapping, calendar), mapping, process, calendar)
    of_rows = Kind(export, deals, compare, ROWS_TOGETHER)
    return Work(file, export, mapping, mapping_name, process, of_rows, calendar.as_of)


def _process(mapping: Common, path: Path, where: Where) -> Process:
    process = library(where.settings.processes).find(mapping.process, mapping.process_version)
    if process is None:
        raise BadMapping(path, "process", "unknown_process", mapping.process)
    return process


def _calendar(mapping: Common, as_of: datetime | None) -> Calendar:
    today = as_of.date() if as_of else None
    calendar = Calendar(mapping.time_zone, mapping.dates, datetime.now(UTC), today)
    if calendar.shift.days < 0:
        raise BadParameter(f"{today} has yet to come", param_hint="--as-of")
    return calendar


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
            work.kind.planner.messages.run = runs.rehearsal(ledger)
        return Import(work.kind, work.process, ledger).rehearse(watch)


async def _run(work: Work, where: Where) -> Summary:
    client = await working(where)
    with (
        open_ledger(where.settings.ledger_url) as ledger,
        progress("importing", len(work.export)) as watch,
    ):
        run = runs.begin(ledger, work.file, work.mapping, work.mapping_name, work.as_of)
        work.kind.planner.messages.run = run
        task = Import(work.kind, work.process, ledger)
        summary = await task.run(client, work.mapping.source, watch)
        summary.import_id = run.id
        runs.finish(ledger, run, summary.counts)
    return summary
