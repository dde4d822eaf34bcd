"""Curves of what lasts: as scipy has them where it has them, by hand, and true where it is known
what is true."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from insight.statistics.incidence import aalen_johansen
from insight.statistics.survival import kaplan_meier

Floats = NDArray[np.float64]
LIVES = st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=50)
ALWAYS = -np.inf


def watched(n: int) -> Floats:
    return np.full(n, ALWAYS)


@pytest.mark.filterwarnings("ignore:The confidence interval is undefined")
@given(LIVES)
def test_kaplan_and_meier_are_scipys(lives: list[tuple[int, bool]]) -> None:
    ages = np.array([age for age, _ in lives], float)
    event = np.array([over for _, over in lives])
    found = kaplan_meier(watched(ages.size), ages, event)
    told = stats.ecdf(stats.CensoredData.right_censored(ages, ~event)).sf
    assert found.lasting == pytest.approx(told.evaluate(found.times))
    interval = told.confidence_interval(method="log-log")
    inside = found.lasting > 1e-12
    for mine, theirs in ((found.low, interval.low), (found.high, interval.high)):
        assert mine[inside] == pytest.approx(theirs.evaluate(found.times)[inside])


def test_a_curve_worked_by_hand_with_somebody_who_came_late() -> None:
    # 1, 2+, 3, 3, 5; who leaves at 5 came at 2 and so was not at risk at 1 and 2.
    found = kaplan_meier(
        np.array([ALWAYS, ALWAYS, ALWAYS, ALWAYS, 2.0]),
        np.array([1.0, 2, 3, 3, 5]),
        np.array([True, False, True, True, True]),
    )
    assert found.times.tolist() == [1, 3, 5]
    assert found.at_risk.tolist() == [4, 3, 1]
    assert found.lasting == pytest.approx([3 / 4, 3 / 4 * 1 / 3, 0])
    assert found.quantile()[0] == 3
    assert [found.lasting_at(age) for age in (0.5, 3)] == pytest.approx([1, 0.25])


def test_who_left_before_being_seen_counts_for_nothing() -> None:
    found = kaplan_meier(np.array([5.0, ALWAYS]), np.array([3.0, 4]), np.array([True, True]))
    assert (found.times.tolist(), found.at_risk.tolist()) == ([4], [1])
    assert kaplan_meier(np.array([5.0]), np.array([3.0]), np.array([True])).times.size == 0


def test_a_median_that_was_never_reached_is_none() -> None:
    found = kaplan_meier(watched(3), np.array([1.0, 2, 2]), np.array([True, False, False]))
    assert found.quantile()[0] is None


@given(LIVES)
def test_with_one_end_the_incidence_is_what_no_longer_lasts(lives: list[tuple[int, bool]]) -> None:
    ages = np.array([age for age, _ in lives], float)
    event = np.array([over for _, over in lives])
    curve = kaplan_meier(watched(ages.size), ages, event)
    found = aalen_johansen(watched(ages.size), ages, event.astype(np.int8), 1)
    assert found.reached[0] == pytest.approx(1 - curve.lasting)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3)), min_size=1, max_size=50))
def test_all_ends_and_none_make_one(lives: list[tuple[int, int]]) -> None:
    ages, end = np.array(lives, float).T
    found = aalen_johansen(watched(ages.size), ages, end.astype(np.int8), 3)
    assert found.reached.sum(axis=0) + found.staying == pytest.approx(np.ones(found.times.size))
    for age in (0.5, 4, 20):
        by, (low, high) = found.by(age), found.interval(age)
        assert ((low <= by + 1e-12) & (by <= high + 1e-12)).all()


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 3)), min_size=2, max_size=50))
def test_where_all_were_seen_to_the_end_it_is_plain_counting(lives: list[tuple[int, int]]) -> None:
    ages, end = np.array(lives, float).T
    found = aalen_johansen(watched(ages.size), ages, end.astype(np.int8), 3)
    for k in range(3):
        told = np.array([((ages <= t) & (end == k + 1)).mean() for t in found.times])
        assert found.reached[k] == pytest.approx(told)
        assert found.variance[k] == pytest.approx(told * (1 - told) / ages.size)


def test_competing_ends_worked_by_hand() -> None:
    # At 1 of five one is won; at 2 one of four is lost, another seen last; at 3 one of two is won.
    found = aalen_johansen(
        watched(5), np.array([1.0, 2, 2, 3, 4]), np.array([1, 2, 0, 1, 0], np.int8), 2
    )
    assert found.reached[0] == pytest.approx([1 / 5, 1 / 5, 1 / 5 + 3 / 5 * 1 / 2])
    assert found.reached[1] == pytest.approx([0, 4 / 5 * 1 / 4, 1 / 5])
    assert found.staying == pytest.approx([4 / 5, 3 / 5, 3 / 10])


def test_known_hazards_are_found_within_the_interval_as_often_as_it_says() -> None:
    """Two ends at constant hazards a and b: by age t the first has come to
    a/(a+b) (1 - exp(-(a+b) t)). Some come late, and all are seen for 3 at most."""
    rng, a, b, age = np.random.default_rng(17), 0.5, 0.25, 1.5
    truth = a / (a + b) * (1 - np.exp(-(a + b) * age))
    held, times, n = 0, 400, 150
    for _ in range(times):
        life, first = rng.exponential(1 / (a + b), n), rng.random(n) < a / (a + b)
        entry = np.where(rng.random(n) < 0.5, rng.uniform(0, 1, n), ALWAYS)
        last = rng.uniform(1, 3, n)
        end = np.where(life <= last, np.where(first, 1, 2), 0).astype(np.int8)
        found = aalen_johansen(entry, np.minimum(life, last), end, 2)
        low, high = found.interval(age)
        held += bool(low[0] <= truth <= high[0])
    assert 0.92 <= held / times <= 0.98


def test_medians_hold_the_truth_as_often_as_they_say() -> None:
    rng, held, times = np.random.default_rng(23), 0, 300
    for _ in range(times):
        life, last = rng.exponential(1, 120), rng.uniform(0.5, 3, 120)
        found = kaplan_meier(watched(120), np.minimum(life, last), life <= last)
        _, low, high = found.quantile()
        held += (low or 0) <= np.log(2) <= (high or np.inf)
    assert 0.91 <= held / times <= 0.985
