"""Every forecast is scored by what came, once its period is over and no earlier."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from insight import scoring
from insight.accuracy.came import horizon
from insight.accuracy.scored import GROUPS, Accuracy, accuracy
from insight.forecast.forecasting import Ground
from insight.learned import Learned
from insight.reading import past_of
from insight.snapshots.items import read
from insight.snapshots.taking import take
from ledger.ledger import Ledger
from ledger.steps import Kind
from sales.calendar import Period
from tests.insight.market import AS_OF, DAY, go_on, judge, market, submit
from tests.insight.stand_in import stand_in

LATER = AS_OF + 100 * DAY
"""When March, the quarter and April are over, and the next quarter is not."""
TAKEN = (AS_OF, AS_OF + 10 * DAY, AS_OF + 20 * DAY)


def fit(_on: Ground, _periods: Sequence[Period]) -> Learned:
    return stand_in(0.004, 500.0)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    ledger = market(tmp_path_factory.mktemp("market") / "ledger.db")
    submit(ledger, AS_OF - DAY, "150000")
    view = past_of(ledger).at(AS_OF.timestamp())
    judge(ledger, view.past.ids[view.rows[0]], AS_OF - DAY)
    go_on(ledger)
    for day in TAKEN:
        take(ledger, f"{day:%Y-%m-%d}", day, day, fit)
    yield ledger
    ledger.close()


@pytest.fixture(scope="module")
def found(ledger: Ledger) -> Accuracy:
    return accuracy(ledger, LATER)


def truth(ledger: Ledger, day: datetime, until: datetime) -> tuple[Any, Any]:
    """Of everything open on a day the stage's probability, and whether it was won by another."""
    past = past_of(ledger)
    view = past.at(day.timestamp())
    processes, texts = past.processes, past.texts
    said = []
    for name, version, stage in zip(
        view.word("process"), view.last(Kind.VERSION)[0], view.stage, strict=True
    ):
        found = processes[texts[name], int(version)].stage(texts[stage])
        assert found
        said.append(found.probability)
    won = (past.outcome == 1) & (past.closed <= until.timestamp())
    return np.array(said), won[view.rows]


def test_a_period_that_is_not_over_is_not_scored(ledger: Ledger, found: Accuracy) -> None:
    assert (found.snapshots, found.scored, found.waiting) == (3, 9, 3)
    assert accuracy(ledger, AS_OF - DAY).snapshots == 0
    early = accuracy(ledger, AS_OF + 15 * DAY)
    assert (early.snapshots, early.scored, early.waiting) == (2, 0, 8)
    assert (early.chances, early.revenue, early.conversions) == ([], [], [])
    assert early.notes == ["No period is over yet: the first of them, 2024-03, ends on 2024-03-31."]


def test_a_period_is_over_when_its_last_day_is_where_the_calendar_counts(ledger: Ledger) -> None:
    """In Berlin, March ends two hours before it does in UTC."""
    midnight = datetime.fromisoformat("2024-03-31T22:00:00+00:00")
    assert accuracy(ledger, midnight - timedelta(seconds=1)).scored == 0
    assert accuracy(ledger, midnight).scored == 6  # the month and the quarter of three snapshots


def test_chances_are_scored_by_the_measures_over_all_that_was_open(
    ledger: Ledger, found: Accuracy
) -> None:
    april = datetime.fromisoformat("2024-04-30T22:00:00+00:00")
    march = april.replace(month=3, day=31)
    parts = [truth(ledger, day, until) for day in TAKEN for until in (march, april, march)]
    said, won = (np.concatenate(each) for each in zip(*parts, strict=True))
    (score,) = (s for s in found.chances if (s.forecaster, s.horizon) == ("stage_weighted", "all"))
    assert (score.n, score.won, score.snapshots, score.periods) == (len(won), won.sum(), 3, 3)
    assert score.brier == pytest.approx(scoring.brier(said, won))
    assert score.log_loss == pytest.approx(scoring.log_loss(said, won))
    assert score.auc == pytest.approx(scoring.auc(said, won))
    assert score.ece == pytest.approx(scoring.ece(said, won))
    assert sum(each.n for each in score.calibration) == score.n


def test_every_forecaster_stands_beside_the_others_on_the_same_opportunities(
    found: Accuracy,
) -> None:
    of_all = [score for score in found.chances if score.horizon == "all"]
    assert {s.forecaster for s in of_all} == {"learned", "stage_weighted", "vendor", "global_rate"}
    assert len({(score.n, score.won) for score in of_all}) == 1
    (reference,) = (score for score in of_all if score.forecaster == "global_rate")
    assert reference.skill == 0
    sums = {score.forecaster: score for score in found.revenue if score.horizon == "all"}
    assert sums.keys() >= {"learned", "run_rate", "commit", "best_case", "judge:boss", "vendor"}
    assert {name for name, score in sums.items() if score.coverage is not None} == {"learned"}


def test_sums_are_scored_by_what_the_periods_brought(ledger: Ledger, found: Accuracy) -> None:
    past = past_of(ledger)
    end = datetime.fromisoformat("2024-03-31T22:00:00+00:00").timestamp()
    begin = datetime.fromisoformat("2024-02-29T23:00:00+00:00").timestamp()
    won = (past.outcome == 1) & (past.closed > begin) & (past.closed <= end)
    euros = past.word("currency", end) == past.texts.index("EUR")
    amount, _ = past.last(Kind.AMOUNT, LATER.timestamp())
    actual = float(np.nan_to_num(amount[won & euros]).sum())
    (judged,) = (
        score
        for score in found.revenue
        if (score.forecaster, score.horizon) == ("judge:boss", "all")
    )
    assert (judged.n, judged.periods) == (3, 1)  # three snapshots of the one month
    assert judged.came == pytest.approx(3 * actual)
    assert judged.wape == pytest.approx(abs(150_000 - actual) / actual)
    assert judged.bias == pytest.approx((150_000 - actual) / actual)


def test_what_was_committed_was_won_or_dropped_or_slipped(found: Accuracy) -> None:
    assert {each.category for each in found.conversions} >= {"commit", "pipeline"}
    for each in found.conversions:
        assert each.won + each.dropped + each.slipped == each.n > 0
        assert each.conversion == each.won / each.n
        assert each.slip_rate == each.slipped / each.n
        assert 0 <= each.amount_won <= each.amount


def test_groups_add_up_to_the_whole(ledger: Ledger, found: Accuracy) -> None:
    by_hand: dict[str, int] = {}
    for day in TAKEN:
        kept = ledger.snapshot(f"{day:%Y-%m-%d}")
        assert kept
        columns = read(kept.items)
        for segment in columns["segment"][columns["outcome"] == "open"]:
            by_hand[segment] = by_hand.get(segment, 0) + 3
    for by in GROUPS:
        told = accuracy(ledger, LATER, by)
        some = [s for s in told.chances if (s.forecaster, s.horizon) == ("learned", "all")]
        (whole,) = (s for s in found.chances if (s.forecaster, s.horizon) == ("learned", "all"))
        assert (sum(s.n for s in some), sum(s.won for s in some)) == (whole.n, whole.won)
        assert sum(c.n for c in told.conversions) == sum(c.n for c in found.conversions)
        if by == "segment":
            assert {score.group: score.n for score in some} == by_hand


def test_a_judges_commits_can_be_told_by_who_judged(ledger: Ledger) -> None:
    told = accuracy(ledger, LATER, "judged_by")
    assert {score.group for score in told.chances} == {"", "ann"}


def test_what_was_learned_after_the_period_counts_and_what_is_learned_later_does_not(
    ledger: Ledger, found: Accuracy
) -> None:
    """Scores of an instant stay what they are."""
    take(ledger, "long after", AS_OF + 300 * DAY, AS_OF + 300 * DAY, fit)
    assert accuracy(ledger, LATER) == found


def test_no_figure_is_ever_something_that_is_no_number(ledger: Ledger) -> None:
    def numbers(told: Any) -> Iterator[float]:
        for each in told.values() if isinstance(told, dict) else told:
            if isinstance(each, float | Decimal):
                yield float(each)
            elif isinstance(each, dict | list | tuple):
                yield from numbers(each)

    for by in (None, "segment", "judged_by"):
        told = asdict(accuracy(ledger, AS_OF + 5_000 * DAY, by))
        assert not [each for each in numbers(told) if isnan(each)]


def test_without_a_snapshot_it_says_how_to_get_one(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.migrate()
    found = accuracy(ledger, LATER)
    assert found.notes == [
        "No snapshot was taken yet: a worker takes one a day, `closeline snapshot take` now."
    ]
    take(ledger, "empty", AS_OF, AS_OF)
    nothing = accuracy(ledger, LATER)
    assert (nothing.scored, nothing.chances, nothing.revenue) == (3, [], [])
    ledger.close()


def test_horizons_are_told_in_days() -> None:
    assert [horizon(days) for days in (0.1, 7, 8, 31, 92, 93)] == [
        *("to 7 days", "to 7 days", "8 to 31 days", "8 to 31 days"),
        *("32 to 92 days", "over 92 days"),
    ]
