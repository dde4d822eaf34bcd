"""A snapshot puts down what is known and said, so that nothing has to be computed again."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from insight.bridge import bridge
from insight.forecast.forecasting import Ground, forecast, ground
from insight.learned import Learned
from insight.pipeline import pipeline_of
from insight.reading import past_of
from insight.snapshots.items import ends_of, pipeline_of_items, read
from insight.snapshots.periods import periods_at
from insight.snapshots.said import FORECASTERS, Said
from insight.snapshots.taking import take
from ledger.ledger import Ledger
from ledger.snapshots import Kept, Taken
from sales.calendar import Calendar, Period, period
from tests.insight.market import AS_OF, DAY, go_on, judge, market, submit
from tests.insight.stand_in import stand_in


def fit(_on: Ground, periods: Sequence[Period]) -> Learned:
    assert len(periods) == 4
    return stand_in(0.004, 10.0)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    ledger = market(tmp_path_factory.mktemp("market") / "ledger.db")
    submit(ledger, AS_OF - DAY, "250000")
    view = past_of(ledger).at(AS_OF.timestamp())
    judge(ledger, view.past.ids[view.rows[0]], AS_OF - DAY)
    assert take(ledger, "friday", AS_OF, AS_OF + timedelta(seconds=5), fit).new
    go_on(ledger)
    submit(ledger, AS_OF + DAY, "1")  # too late for the snapshot
    yield ledger
    ledger.close()


@pytest.fixture(scope="module")
def kept(ledger: Ledger) -> Kept:
    found = ledger.snapshot("friday")
    assert found
    return found


def said(kept: Kept, forecaster: str, label: str = "2024-03") -> dict[str, Said]:
    told = map(Said.of, kept.about["said"])
    return {s.currency: s for s in told if (s.forecaster, s.period) == (forecaster, label)}


def test_a_second_one_of_the_name_changes_nothing_and_says_so(ledger: Ledger, kept: Kept) -> None:
    again = take(ledger, "friday", AS_OF + DAY, AS_OF + DAY, fit)
    assert again == Taken("friday", kept.count, new=False)
    assert ledger.snapshot("friday") == kept


def test_it_holds_what_was_open_and_what_ended_in_the_periods_under_way(
    ledger: Ledger, kept: Kept
) -> None:
    past, columns = past_of(ledger), read(kept.items)
    view = past.at(AS_OF.timestamp())
    still = columns["outcome"] == "open"
    assert columns["opportunity"][still].tolist() == [past.ids[row] for row in view.rows]
    assert kept.count == len(still) > still.sum() > 20
    new_year = pipeline_of(past, AS_OF.timestamp(), since=0)
    assert set(columns["opportunity"]) == set(new_year.ids)  # all ended in this quarter
    assert np.isnan(columns["stage_probability"][~still]).all()
    assert columns["category"][~still].tolist() == [
        "closed" if each == "won" else "omitted" for each in columns["outcome"][~still]
    ]
    judged = columns["judged_by"] == "ann"
    assert (columns["opportunity"][judged], columns["category"][judged]) == (
        [past.ids[view.rows[0]]],
        ["commit"],
    )


def test_what_it_holds_bridges_like_the_past_it_was_taken_of(ledger: Ledger, kept: Kept) -> None:
    past, later = past_of(ledger), (AS_OF + 30 * DAY).timestamp()
    then = pipeline_of_items(read(kept.items), AS_OF.timestamp())
    after = pipeline_of(past, later, "Europe/Berlin", since=AS_OF.timestamp())
    told = pipeline_of(past, AS_OF.timestamp(), "Europe/Berlin")
    for by in (None, "owner", "segment"):
        found = bridge(then, after, (19_783, 19_813), by)
        assert found == bridge(told, after, (19_783, 19_813), by)
        assert found


def test_any_reader_of_parquet_reads_it_with_exact_sums_days_and_instants(kept: Kept) -> None:
    rows = pq.read_table(BytesIO(kept.items)).to_pylist()
    columns = read(kept.items)
    assert len(rows) == kept.count
    row = next(row for row in rows if row["amount"] and row["outcome"] == "open")
    assert isinstance(row["amount"], Decimal)
    assert isinstance(row["close_date"], date | None)
    assert row["end_by"].utcoffset() == timedelta(0)
    assert ends_of(columns) == [date(2024, 3, 31), date(2024, 4, 30), date(2024, 6, 30)]
    assert 0 < row["won_by_2024-03-31"] < row["won_by_2024-06-30"]
    assert {each["won_by_2024-03-31"] for each in rows if each["outcome"] != "open"} == {None}


def test_every_forecaster_says_what_the_period_will_bring(ledger: Ledger, kept: Kept) -> None:
    told: list[Any] = [Said.of(each) for each in kept.about["said"]]
    assert [Said.of(each.plain()) for each in told] == told
    assert {each.forecaster for each in told} == {*FORECASTERS, "judge:boss"} - {"seasonal_naive"}
    days = period("2024-03", Calendar())
    line = next(
        line
        for line in forecast(
            ground(ledger, past_of(ledger), AS_OF), days, stand_in(0.004, 10.0)
        ).whole
        if line.currency == "EUR"
    )
    assert line.outlook
    assert said(kept, "learned")["EUR"].amount == line.outlook.expected
    assert said(kept, "learned")["EUR"].p90 == line.outlook.p90
    assert said(kept, "commit")["EUR"].amount == line.columns.cumulative["commit"]
    assert said(kept, "stage_weighted")["EUR"].amount == line.columns.closed + line.columns.weighted
    assert said(kept, "judge:boss")["EUR"].amount == 250_000
    owners = said(kept, "judge:boss")["EUR"].owners
    assert owners
    assert {"boss", "seller-01", "seller-12"} <= set(owners)


def test_it_says_by_which_days_processes_and_rates(kept: Kept) -> None:
    about = kept.about
    assert about["rates"]["USD"] == {"factor": "9/10", "rates": ["USD:EUR:2024-01-01"]}
    assert (
        sum(each["open"] for each in about["processes"])
        == (read(kept.items)["outcome"] == "open").sum()
    )
    assert [each["label"] for each in about["periods"]] == [
        *("2024-03", "2024-04", "2024-Q1", "2024-Q2"),
    ]
    assert about["learned_from"]["ends"] == 7
    assert about["learned_from"]["basis"].startswith("Learned from 7 ends")


def test_a_deadline_is_kept_as_long_as_nothing_has_moved_since(ledger: Ledger, kept: Kept) -> None:
    columns = read(kept.items)
    known = ~np.isnan(columns["deadline"])
    assert known[columns["outcome"] == "open"].all()
    assert (columns["deadline"][known] <= columns["end_by"][known]).all()
    assert not known[columns["outcome"] != "open"].any()

    now = AS_OF + 5_000 * DAY  # all have ended long ago
    take(ledger, "long ago", AS_OF, now, fit)
    ago = ledger.snapshot("long ago")
    assert ago
    assert (ago.retroactive, kept.retroactive) == (True, False)
    assert np.isnan(read(ago.items)["deadline"]).all()


def test_what_is_taken_later_is_but_for_the_deadlines_what_was_taken_then(
    ledger: Ledger, kept: Kept
) -> None:
    take(ledger, "late", AS_OF, AS_OF + 400 * DAY, fit)
    late = ledger.snapshot("late")
    assert late
    assert late.about == kept.about
    then, now = read(kept.items), read(late.items)
    for name in then.keys() - {"deadline"}:
        assert np.array_equal(then[name], now[name], equal_nan=then[name].dtype == np.float64), name


def test_a_ledger_without_an_opportunity_has_an_empty_snapshot(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.migrate()
    assert take(ledger, "empty", AS_OF, AS_OF) == Taken("empty", 0, new=True)
    empty = ledger.snapshot("empty")
    assert empty
    assert len(read(empty.items)["opportunity"]) == 0
    assert empty.about["said"] == []
    ledger.close()


def test_periods_follow_the_fiscal_year() -> None:
    labels = [each.label for each in periods_at(date(2026, 3, 31), Calendar(year_starts=2))]
    assert labels == ["2026-03", "2026-04", "2026-Q1", "2026-Q2"]
    named = Calendar(year_starts=10, year_named="end")
    labels = [each.label for each in periods_at(date(2026, 12, 1), named)]
    assert labels == ["2026-12", "2027-01", "2027-Q1", "2027-Q2"]
