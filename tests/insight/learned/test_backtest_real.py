"""A shorter backtest, on a public past where it is at hand: the CRM of a hardware seller."""

import csv
import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from bench import datasets
from bench.backtest import CRM_BEGAN
from insight.backtest import backtest, scores
from insight.learned.learned import LEARNED
from insight.past import Past
from ledger.ledger import Ledger

DATA: Final = Path(__file__).parents[3] / "../shared/data"
DAYS: Final = 30
AS_OFS: Final = [CRM_BEGAN + timedelta(days=each) for each in (180, 264)]

pytestmark = [
    pytest.mark.skipif(not DATA.exists(), reason=f"there is no {DATA}"),
    pytest.mark.skipif("CI" in os.environ, reason="CI is set, and this takes half a minute"),
    pytest.mark.timeout(180),
]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    ledger = Ledger(f"sqlite:///{tmp_path_factory.mktemp('crm')}/ledger.db")
    yield datasets.crm(DATA, ledger)
    ledger.close()


def told() -> list[tuple[date, date | None, bool]]:
    """When each dated deal began and ended, and whether it was won, straight from the table."""
    with (DATA / "maven_crm" / "sales_pipeline.csv").open(newline="") as file:
        deals = [deal for deal in csv.DictReader(file) if deal["engage_date"]]
    day = date.fromisoformat
    return [
        (
            day(deal["engage_date"]),
            day(deal["close_date"]) if deal["close_date"] else None,
            deal["deal_stage"] == "Won",
        )
        for deal in deals
    ]


def test_a_snapshot_shows_what_the_table_says_was_open_and_was_won_in_time(past: Past) -> None:
    for as_of in AS_OFS:
        today = (as_of - timedelta(days=1)).date()
        last = today + timedelta(days=DAYS)
        open_ = [deal for deal in told() if deal[0] <= today and not (deal[1] and deal[1] <= today)]
        won = sum(deal[2] and deal[1] is not None and deal[1] <= last for deal in open_)
        view = past.at(as_of.timestamp())
        assert len(view) == len(open_)
        until = (as_of + timedelta(days=DAYS)).timestamp()
        assert ((past.outcome == 1) & (past.closed <= until))[view.rows].sum() == won


def test_what_was_forecast_is_better_than_what_is_usual(past: Past) -> None:
    windows = backtest(past, "USD", AS_OFS[:1], DAYS)
    found = scores(windows)
    assert {each.basis for each in windows} == {LEARNED}
    won = np.concatenate([each.won for each in windows])
    assert found.brier < 0.9 * won.mean() * (1 - won.mean())
    assert found.auc > 0.75
    assert found.wape < 0.15
    for each in windows:
        low, middle, high = each.quantiles
        assert low < middle < high
