"""The same past in SQLite and in PostgreSQL: equal rows, and equal answers to every question."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Final

import pytest

from bench.queries import QUESTIONS
from ledger.ledger import Ledger
from processes import BUILT_IN, library
from sales.process import Process
from starter.importing.common import load
from starter.importing.ended import write_ended
from starter.importing.mapping import Mapping
from starter.importing.plan import Plan
from starter.importing.rows import Export, Row
from tests.starter.made_export import PROCESS, made, planner_of
from tests.starter.test_events_real import planned

DATA: Final = Path(__file__).parents[2] / "../shared/data"
NOW: Final = datetime.now(UTC)
ASKED_ABOUT: Final = 50
MANY: Final = "100 journals"
"""Asked otherwise here, about ids of another form."""

Past = tuple[Process, list[Plan]]


def made_past(folder: Path) -> Past:
    """A made export, with all that real ones have wrong."""
    plans = made(folder, 7, ended=300, open=100).write().plans(now=NOW)
    return PROCESS, [plan for plan in plans if isinstance(plan, Plan)]


def maven_past(_folder: Path) -> Past:
    """8,800 deals of a CRM."""
    path = BUILT_IN / "mappings" / "maven_crm.toml"
    mapping = load(path, Mapping)
    process = library().find(mapping.process)
    assert process
    export = Export(DATA / "maven_crm" / "sales_pipeline.csv", mapping, path)
    planner = planner_of(export, mapping, process, NOW, date(2017, 12, 31))
    plans = [planner.plan(row) for row in export if isinstance(row, Row)]
    return process, [plan for plan in plans if isinstance(plan, Plan)]


def bank_past(_folder: Path) -> Past:
    """13,087 cases of a bank, every event of them."""
    process = library().find("loan_application")
    assert process
    return process, list(planned(DATA / "bpic2012" / "events.parquet"))


def at_hand(name: str) -> list[pytest.MarkDecorator]:
    folder = DATA / name
    return [
        pytest.mark.skipif(not folder.exists(), reason=f"there is no {folder}"),
        pytest.mark.skipif("CI" in os.environ, reason="CI is set, and this takes half a minute"),
        pytest.mark.timeout(180),
    ]


@pytest.fixture(
    params=[
        pytest.param((made_past, 400), id="made"),
        pytest.param((maven_past, 8_800), id="maven_crm", marks=at_hand("maven_crm")),
        pytest.param((bank_past, 13_087), id="bpic2012", marks=at_hand("bpic2012")),
    ]
)
def both(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_url: str
) -> Iterator[tuple[Ledger, Ledger]]:
    """Two ledgers with all of it: what is open stands there as it would begin."""
    past, count = request.param
    process, plans = past(tmp_path)
    assert len(plans) == count
    ledgers = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}"), Ledger(postgres_url)
    for ledger in ledgers:
        ledger.migrate()
        assert write_ended(ledger, process, plans, lambda _: None) == []
    yield ledgers
    for ledger in ledgers:
        ledger.close()


def test_both_databases_hold_the_same_and_answer_every_question_alike(
    both: tuple[Ledger, Ledger],
) -> None:
    lite, postgres = both
    assert [each for each in lite.compare(postgres, live=True) if not each.equal] == []
    rows = lite.opportunities()
    assert rows == postgres.opportunities()
    some = Random(7).sample(rows, ASKED_ABOUT)
    for row in some:
        for question in QUESTIONS.keys() - {MANY}:
            ask = QUESTIONS[question]
            assert ask(lite, row) == ask(postgres, row), question
    ids = [row.id for row in some]
    assert lite.journals("opportunity", ids) == postgres.journals("opportunity", ids)
