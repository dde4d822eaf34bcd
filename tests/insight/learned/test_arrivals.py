"""What enters on which weekday, as far as it returns."""

from dataclasses import replace

import numpy as np
import pytest

from insight.learned.arrivals import arriving, won_of
from insight.learned.chain import learn_chain
from insight.learned.counts import Counts
from insight.learned.days import DAY, Days
from tests.insight.learned.made import Lives, at

WEEKS = 20
WON = 0.5
"""Of each, after a day."""


def lives(weekend: bool) -> Lives:
    """Ten open every Monday to Friday, which the days since BEGAN begin with; or every day."""
    day = np.repeat(np.arange(7 * WEEKS), 10)
    day = day if weekend else day[day % 7 < 5]
    chance = np.random.default_rng(1)
    opened = day + chance.uniform(0.1, 0.9, len(day))
    ended = opened + 1.0
    over = ended <= 7 * WEEKS
    outcome = np.where(over, np.where(chance.uniform(size=len(day)) < WON, 1, 2), 0)
    entered = np.column_stack([opened, opened * np.nan, opened * np.nan])
    return Lives(opened, entered, np.where(over, ended, np.inf), outcome, np.ones(len(day)))


@pytest.mark.parametrize("weekend", [True, False])
def test_a_window_is_told_by_the_weekdays_in_it(weekend: bool) -> None:
    days = Days(lives(weekend).past(), at(7 * WEEKS).timestamp())
    counts = Counts(days)
    entering = arriving(counts, days.as_of, 0, 7)
    assert entering.sum(1) == pytest.approx([10] * 5 + [10 * weekend] * 2, abs=0.6)
    chain = learn_chain(counts, days.as_of)
    for begins, working in ((0, 3), (4, 1)):  # Monday to Wednesday, Friday to Sunday
        instant = days.as_of + begins * DAY
        found = won_of(entering, chain.outlook(instant, 4))
        many = 3 if weekend else working  # who opens on the fourth day ends on the fifth
        assert found == pytest.approx(10 * many * WON, rel=0.3)


def test_a_holiday_is_forecast_as_a_sunday_is() -> None:
    past, now = lives(weekend=False).past(), at(7 * WEEKS)
    free = np.array([now.date()], "datetime64[D]")  # the Monday that comes
    found = []
    for each in (past, replace(past, holidays=free)):
        days = Days(each, now.timestamp())
        counts = Counts(days)
        outlook = learn_chain(counts, days.as_of).outlook(days.as_of, 3)
        found.append(won_of(arriving(counts, days.as_of, 0, 3), outlook))
    assert found == pytest.approx([2 * 10 * WON, 10 * WON], rel=0.3)  # Wednesday's end later
    assert found[1] == pytest.approx(found[0] / 2, rel=0.1)
