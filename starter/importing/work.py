"""The work of an import: the export as its mapping reads it, rehearsed or carried out."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from typer import BadParameter

from ledger.errors import LedgerDown
from processes import BUILT_IN, library
from sales.process import Process
from starter.commands.checks import working
from starter.commands.common import Where, open_ledger
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
from starter.importing.summary import Summary
from starter.importing.times import Calendar

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


async def rehearse(work: Work, where: Where) -> Summary:
    """A dry run: a ledger that is not there yet holds nothing."""
    with ExitStack() as stack, progress("planning", len(work.export)) as watch:
        try:
            ledger = stack.enter_context(open_ledger(where.settings.ledger_url))
        except LedgerDown:
            ledger = None
        if ledger:
            work.kind.planner.messages.run = runs.rehearsal(ledger)
        return Import(work.kind, work.process, ledger).rehearse(watch)


async def run(work: Work, where: Where) -> Summary:
    """Into the ledger and, what is open, to the accounts."""
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
