"""A whole log of a real bank, 13,087 cases and 262,200 events, where the files are at hand.

What has ended is written; what is open is planned, for it needs a worker to begin.
"""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from ledger.ledger import Ledger
from ledger.rows import OpportunityRow
from processes import BUILT_IN, library
from starter.importing.common import load
from starter.importing.ended import write_ended
from starter.importing.events.log import Case, Log
from starter.importing.events.mapping import EventMapping, check
from starter.importing.events.planner import CasePlanner
from starter.importing.plan import Plan
from starter.importing.times import Calendar

FOLDER: Final = Path(__file__).parents[2] / "../shared/data/bpic2012"
MAPPING: Final = BUILT_IN / "mappings" / "bpic2012.toml"
ENDED: Final = {"won": 2_246, "lost": 7_635 + 1_803, "expired": 1_004}
OPEN: Final = 399
NOW: Final = datetime.now(UTC)

pytestmark = [
    pytest.mark.skipif(not FOLDER.exists(), reason=f"there is no {FOLDER}"),
    pytest.mark.skipif("CI" in os.environ, reason="CI is set, and this takes half a minute"),
    pytest.mark.timeout(120),
]


def planned(file: Path, most: int | None = None) -> Iterator[Plan]:
    """The plans of a log's first cases, none of which is rejected."""
    mapping = load(MAPPING, EventMapping)
    process = library().find(mapping.process)
    assert process
    check(mapping, process, MAPPING)
    log = Log(file, mapping, MAPPING)
    calendar = Calendar(mapping.time_zone, mapping.dates, NOW, date(2012, 3, 14))
    planner = CasePlanner(log, mapping, process, calendar)
    for case in islice(log, most):
        assert isinstance(case, Case), case
        plan = planner.plan(case)
        assert isinstance(plan, Plan), plan
        yield plan


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[OpportunityRow], Any]:
    """The rows of all that has ended, and what became of the rest: the open, the hours too late."""
    process = library().find("loan_application")
    assert process
    ledger = Ledger(f"sqlite:///{tmp_path_factory.mktemp('bank') / 'ledger.db'}")
    ledger.migrate()
    plans, waiting, late = planned(FOLDER / "events.parquet"), list[Plan](), Decimal(0)
    while some := list(islice(plans, 1_000)):
        assert not write_ended(ledger, process, [p for p in some if p.outcome], lambda _: None)
        waiting += [plan for plan in some if not plan.outcome]
        late += sum(
            Decimal(fact.data["body"]["hours"])
            for plan in some
            for fact in plan.facts
            if fact.kind == "late"
        )
    rows = ledger.opportunities()
    ledger.close()
    return rows, (waiting, late)


def test_every_case_lands_with_its_end(landed: tuple[list[OpportunityRow], Any]) -> None:
    rows, (waiting, _) = landed
    assert Counter(row.outcome for row in rows) == ENDED
    assert len(waiting) == OPEN
    assert Counter((row.outcome, row.reason) for row in rows) == {
        ("won", "not_stated"): 2_246,
        ("lost", "declined"): 7_635,
        ("lost", "cancelled_by_customer"): 1_803,
        ("expired", "buyer_silence"): 1_004,
    }


def test_stages_amounts_and_times_are_those_of_the_log(
    landed: tuple[list[OpportunityRow], Any],
) -> None:
    cases = {row["case_id"]: row for row in pq.read_table(FOLDER / "cases.parquet").to_pylist()}
    reached = [("O_SENT_BACK", "documents_back"), ("O_SENT", "offer_sent")]
    for row in landed[0]:
        case = cases[row.id]
        assert (row.opened_at, row.closed_at) == (case["t0"], case["t_end"])
        assert row.amount == case["amount_req"]
        if not row.reversions:
            stage = next((name for key, name in reached if case[key]), None)
            assert stage in (None, row.stage)
    assert sum(row.reversions > 0 for row in landed[0]) > 300


def test_the_hours_are_those_of_the_log_but_for_their_hundredths(
    landed: tuple[list[OpportunityRow], Any],
) -> None:
    rows, (waiting, late) = landed
    minutes = pc.sum(pq.read_table(FOLDER / "cases.parquet")["effort_min"]).as_py()
    ended = sum(row.effort for row in rows)
    facts = (fact for plan in waiting for fact in plan.facts if fact.kind == "effort_logged")
    alive = sum(Decimal(fact.data["hours"]) for fact in facts)
    print(f"{ended} h on ended cases, {late} h behind their ends, {alive} h on open ones")
    assert abs(float(ended + late + alive) - minutes / 60) < 2


def test_open_cases_are_as_old_as_they_were(landed: tuple[list[OpportunityRow], Any]) -> None:
    waiting: list[Plan] = landed[1][0]
    assert {plan.deadline.clock for plan in waiting if plan.deadline} <= {
        *("buyer_silence", "stage_limit"),
    }
    ages = [NOW - plan.facts[0].occurred_at for plan in waiting]
    assert timedelta(days=10) < min(ages)
    assert max(ages) < timedelta(days=75)


def test_xes_and_csv_say_the_same_as_parquet(tmp_path: Path) -> None:
    table = pq.read_table(FOLDER / "events.parquet")
    pa_csv.write_csv(table.slice(0, 12_000), tmp_path / "events.csv")
    (tmp_path / "cases.parquet").symlink_to((FOLDER / "cases.parquet").resolve())
    files = (
        *(FOLDER / "events.parquet", FOLDER / "BPI_Challenge_2012.xes.gz"),
        tmp_path / "events.csv",
    )
    first, *others = ([(p.facts, p.past) for p in planned(file, 400)] for file in files)
    for other in others:
        assert other == first
