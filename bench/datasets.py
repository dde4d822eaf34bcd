"""Two public pasts, imported by the engine as of the day their tables were made."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from insight.past import Past
from insight.reading import past_of
from ledger.ledger import Ledger
from processes import BUILT_IN, library
from processes.public_holidays import to_forecast
from sales.calendar import SetCalendar
from sales.holidays import Holidays
from sales.process import Process
from starter.importing.common import Common, load
from starter.importing.deal import Reader
from starter.importing.ended import write_ended
from starter.importing.events.log import Case, Log
from starter.importing.events.mapping import EventMapping
from starter.importing.events.planner import CasePlanner
from starter.importing.mapping import Mapping
from starter.importing.plan import Plan
from starter.importing.planner import Planner
from starter.importing.rows import Export, Row
from starter.importing.times import Calendar

LOANS_MADE = datetime(2012, 3, 14, 22, tzinfo=UTC)
CRM_MADE = datetime(2017, 12, 31, 17, tzinfo=UTC)
"""No clock has run since then, so what was open is open still, and stands where it stood."""


def loans(data: Path, ledger: Ledger) -> Past:
    """13,087 applications to a Dutch bank."""
    path = BUILT_IN / "mappings" / "bpic2012.toml"
    mapping = load(path, EventMapping)
    process, calendar = _process(mapping), Calendar(mapping.time_zone, mapping.dates, LOANS_MADE)
    log = Log(data / "bpic2012" / "events.parquet", mapping, path)
    planner = CasePlanner(log, mapping, process, calendar)
    _land(ledger, process, (planner.plan(each) for each in log if isinstance(each, Case)))
    free = to_forecast(Holidays(country="NL"), LOANS_MADE.year)
    ledger.enter([SetCalendar(holidays=free)], LOANS_MADE)
    return past_of(ledger)


def crm(data: Path, ledger: Ledger) -> Past:
    """8,800 deals of a hardware seller."""
    path = BUILT_IN / "mappings" / "maven_crm.toml"
    mapping = load(path, Mapping)
    process, calendar = _process(mapping), Calendar(mapping.time_zone, mapping.dates, CRM_MADE)
    export = Export(data / "maven_crm" / "sales_pipeline.csv", mapping, path)
    planner = Planner(Reader(export, mapping, calendar), mapping, process, calendar)
    _land(ledger, process, (planner.plan(row) for row in export if isinstance(row, Row)))
    return past_of(ledger)


def _process(mapping: Common) -> Process:
    process = library().find(mapping.process)
    assert process
    return process


def _land(ledger: Ledger, process: Process, plans: Iterable[object]) -> None:
    """Written without a server: nothing happens to them here."""
    ledger.migrate()
    taken = [plan for plan in plans if isinstance(plan, Plan)]
    rejected = write_ended(ledger, process, taken, lambda _: None)
    assert not rejected, rejected[:3]
