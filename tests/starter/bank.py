"""The log of a bank as a ledger, every case of it at the time at which it happened."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import pytest

from ledger.ledger import Ledger
from processes import BUILT_IN, library
from starter.importing.common import load
from starter.importing.ended import write_ended
from starter.importing.events.log import Case, Log
from starter.importing.events.mapping import EventMapping
from starter.importing.events.planner import CasePlanner
from starter.importing.plan import Plan
from starter.importing.times import Calendar

FOLDER: Final = Path(__file__).parents[2] / "../shared/data/bpic2012"
MAPPING: Final = BUILT_IN / "mappings" / "bpic2012.toml"
END: Final = datetime(2012, 3, 14, 22, tzinfo=UTC)
"""The evening on which the log ends."""

AT_HAND: Final = [
    pytest.mark.skipif(not FOLDER.exists(), reason=f"there is no {FOLDER}"),
    pytest.mark.skipif("CI" in os.environ, reason="CI is set, and this takes a quarter minute"),
    pytest.mark.timeout(120),
]


def bank_plans() -> Iterator[Plan]:
    """What becomes of each case, seen from the evening on which the log ends."""
    mapping = load(MAPPING, EventMapping)
    process = library().find(mapping.process)
    assert process
    log = Log(FOLDER / "events.parquet", mapping, MAPPING)
    calendar = Calendar(mapping.time_zone, mapping.dates, END, date(2012, 3, 14))
    planner = CasePlanner(log, mapping, process, calendar)
    for case in log:
        assert isinstance(case, Case), case
        plan = planner.plan(case)
        assert isinstance(plan, Plan), plan
        yield plan


def bank_ledger(url: str) -> Ledger:
    """All of it in a new ledger: what is open stands there as it would begin."""
    process = library().find("loan_application")
    assert process
    ledger = Ledger(url)
    ledger.migrate()
    assert write_ended(ledger, process, list(bank_plans()), lambda _: None) == []
    return ledger
