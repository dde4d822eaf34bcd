"""The forecast with what was really learned, from a simulated market."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

import numpy as np
import pytest

from insight.forecast.forecasting import Asked, Ground, forecast, learn
from insight.forecast.report import Expected
from insight.forecast.totals import total_of
from insight.learned.distribution import distribution
from insight.past import Past
from insight.reading import past_of_journals
from processes import library
from sales.calendar import Calendar, quarter
from sales.exchange import Exchange
from simulation.market import Market

MANY: Final = 400
ENDS: Final = ("p_won", "p_won_before", "p_lost", "p_expired", "p_withdrawn", "p_open")


@pytest.fixture(scope="module")
def past() -> Past:
    market = Market(7, library())
    journals = {script.id: facts for script, facts in market.lives(MANY)}
    return past_of_journals(journals, library().all())


def ground(past: Past, part: float) -> Ground:
    """As of when that part of them had been opened."""
    opened = sorted(past.known)[int(MANY * part)]
    as_of = datetime.fromtimestamp(float(opened), UTC)
    return Ground(past, as_of, Calendar(), {}, [], [], Exchange([], []), lambda _ids: {})


def test_chances_sums_and_parts_hold_together(past: Past) -> None:
    on = ground(past, 0.95)
    days = quarter(on.as_of.date(), on.calendar)
    told = forecast(on, days, learn(on, days), Asked(by="owner", each=True))

    assert told.basis.startswith(f"Learned from {told.n} ends, ")
    assert told.n > 100
    for each in told.opportunities:
        chances = [getattr(each, name) for name in ENDS]
        assert sum(chances) == pytest.approx(1)
        assert min(chances) >= 0
    for line in told.whole:
        out = line.outlook
        if out is None:
            continue
        parts_of_it = line.columns.closed + out.open + (out.new or 0)
        assert abs(out.expected - parts_of_it) <= Decimal("0.01")  # each is rounded by itself
        assert line.columns.closed <= out.p10 < out.p50 < out.p90
        values = sum((value_of(each, line.currency) for each in told.opportunities), Decimal(0))
        assert float(values) == pytest.approx(float(out.open), abs=0.01 * MANY)
        parts = [e.outlook.open for e in told.lines if e.currency == line.currency and e.outlook]
        assert float(sum(parts)) == pytest.approx(float(out.open), abs=0.01 * MANY)


def value_of(each: Expected, currency: str | None) -> Decimal:
    return each.value or Decimal(0) if each.value_currency == currency else Decimal(0)


def test_the_quarter_after_next_is_what_both_bring_less_the_first(past: Past) -> None:
    on = ground(past, 0.95)
    this = quarter(on.as_of.date(), on.calendar)
    next_ = quarter(this.last + timedelta(days=1), on.calendar)
    both = this._replace(last=next_.last)
    learned = learn(on, both)
    first, second, together = (
        {each.id: each for each in forecast(on, days, learned, Asked(each=True)).opportunities}
        for days in (this, next_, both)
    )
    for id_, each in together.items():
        assert second[id_].p_won_before == pytest.approx(min(first[id_].p_won, each.p_won))
        assert second[id_].p_won + second[id_].p_won_before == pytest.approx(each.p_won)


def test_with_too_few_ends_it_says_so_and_goes_by_the_stages(past: Past) -> None:
    on = ground(past, 0.02)
    days = quarter(on.as_of.date(), on.calendar)
    told = forecast(on, days, learn(on, days))
    assert told.basis.startswith("Too few ends to learn from (")
    assert told.basis.endswith("the stages' own probabilities count.")
    assert all(line.outlook.new is None for line in told.whole if line.outlook)


@pytest.mark.parametrize("count", [1, 40, 41, 400])
def test_the_total_of_a_group_is_as_good_as_exact(count: int) -> None:
    rng = np.random.default_rng(count)
    chance, worth = rng.beta(1, 3, count), rng.lognormal(9, 1, count)
    found, exact = total_of(chance, worth, 0.1), distribution(chance, worth, None, 0.1)
    assert found.mean == pytest.approx(exact.mean)
    for share in (0.1, 0.5, 0.9):
        assert found.quantile(share) == pytest.approx(exact.quantile(share), rel=1e-3)
