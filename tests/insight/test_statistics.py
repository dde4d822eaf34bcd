"""The statistics say what scipy says, what can be worked out by hand, and what is true."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from insight.statistics.agreement import agreement
from insight.statistics.comparing import (
    association,
    benjamini_hochberg,
    exceeding,
    fisher,
    two_by_two,
)
from insight.statistics.proportions import (
    difference,
    odds_ratio,
    share,
    shrunken,
    weighted_share,
    wilson,
)

COUNTS = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS)
def test_wilson_is_scipys(counts: tuple[int, int]) -> None:
    k, n = counts
    told = stats.binomtest(k, n).proportion_ci(method="wilson")
    assert wilson(k, n) == pytest.approx((told.low, told.high), abs=1e-12)


def test_a_share_of_nothing_has_no_rate() -> None:
    found = share(0, 0)
    assert (found.rate, found.low, found.high) == (None, None, None)


def test_equal_weights_are_a_plain_share_and_one_giant_tells_little() -> None:
    which = np.array([True, True, False, False, False])
    plain = weighted_share(which, np.full(5, 7.0))
    assert (plain.rate, plain.low, plain.high) == pytest.approx((0.4, *wilson(2, 5)))
    giant = weighted_share(which, np.array([1000.0, 1, 1, 1, 1]))
    assert giant.rate == pytest.approx(1001 / 1004)
    assert giant.low is not None
    assert giant.low < 0.3


@given(COUNTS, COUNTS)
def test_a_difference_lies_in_its_interval_and_turns_with_its_sides(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    d, low, high = map(float, difference(*first, *second))
    back = tuple(map(float, difference(*second, *first)))
    assert low - 1e-12 <= d <= high + 1e-12
    assert back == pytest.approx((-d, -high, -low), abs=1e-12)


def test_newcombes_own_example() -> None:
    # Statistics in Medicine 17 (1998), p. 873, table II: 56/70 against 48/80, method 10.
    told = tuple(map(float, difference(56, 70, 48, 80)))
    assert told == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_an_odds_ratio_worked_by_hand() -> None:
    ratio, low, high = map(float, odds_ratio(10, 30, 5, 40))
    assert ratio == pytest.approx((10.5 * 35.5) / (20.5 * 5.5))
    half = 1.959964 * (1 / 10.5 + 1 / 20.5 + 1 / 5.5 + 1 / 35.5) ** 0.5
    assert (np.log(low), np.log(high)) == pytest.approx(
        (np.log(ratio) - half, np.log(ratio) + half), abs=1e-6
    )
    assert np.isfinite(odds_ratio(0, 5, 5, 5)).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_benjamini_hochberg_is_scipys(p: list[float]) -> None:
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p))


@given(COUNTS, COUNTS)
def test_fisher_is_scipys(first: tuple[int, int], second: tuple[int, int]) -> None:
    (a, n), (c, m) = first, second
    told = stats.fisher_exact([[a, n - a], [c, m - c]]).pvalue
    assert fisher(a, n, c, m) == pytest.approx(told, rel=1e-6, abs=1e-12)


def test_the_tea_lady() -> None:
    # Fisher, The Design of Experiments (1935): 3 of 4 cups right on each side.
    assert fisher(3, 4, 1, 4) == pytest.approx((16 + 16 + 1 + 1) / comb(8, 4))


@given(COUNTS, COUNTS)
def test_two_groups_are_compared_as_scipy_compares_them(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    (a, n), (c, m) = first, second
    table = np.array([[a, n - a], [c, m - c]])
    if not table.sum(axis=0).all():
        told = 1.0
    elif (expected := stats.contingency.expected_freq(table)).min() < 5:
        assert expected.size == 4
        told = stats.fisher_exact(table).pvalue
    else:
        told = stats.chi2_contingency(table, correction=False).pvalue
    assert two_by_two(a, n, c, m)[0] == pytest.approx(told, rel=1e-6, abs=1e-12)


def test_a_whole_table_is_compared_as_scipy_compares_it() -> None:
    table = np.random.default_rng(5).integers(1, 30, (3, 7))
    found = association(table)
    assert found
    told = stats.chi2_contingency(table, correction=False)
    assert (found.chi2, found.freedom, found.p) == pytest.approx(
        (told.statistic, told.dof, told.pvalue)
    )
    assert found.v == pytest.approx(stats.contingency.association(table, method="cramer"))
    assert association([[3, 0], [5, 0]]) is None


@given(
    st.lists(st.integers(0, 8), min_size=2, max_size=40),
    st.lists(st.integers(0, 8), min_size=2, max_size=40),
)
def test_ranks_are_compared_as_scipy_compares_them(some: list[int], others: list[int]) -> None:
    x, y = np.array(some, float), np.array(others, float)
    found = exceeding(x, y)
    if len({*some, *others}) == 1:
        assert found is None
        return
    assert found
    told = stats.mannwhitneyu(x, y, method="asymptotic")
    assert found.p == pytest.approx(min(told.pvalue, 1), abs=1e-9)
    assert found.chance == pytest.approx(told.statistic / (x.size * y.size))
    assert 0 <= found.low <= found.chance <= found.high <= 1


def test_groups_that_differ_by_chance_get_the_mean_and_others_keep_their_own() -> None:
    rng = np.random.default_rng(3)
    n = np.full(40, 50)
    same = shrunken(rng.binomial(n, 0.3), n)
    apart = shrunken(rng.binomial(n, rng.beta(3, 7, 40)), n)
    assert same.std() < 0.02
    assert apart.std() == pytest.approx(0.1, abs=0.05)
    assert np.isnan(shrunken([0, 0], [0, 0])).all()
    assert shrunken([3, 0], [4, 0])[1] == pytest.approx(0.75)


def test_shrinking_brings_rates_nearer_to_the_truth() -> None:
    rng = np.random.default_rng(8)
    truth = rng.beta(4, 6, 300)
    n = rng.integers(3, 60, 300)
    won = rng.binomial(n, truth)
    assert np.square(shrunken(won, n) - truth).mean() < 0.7 * np.square(won / n - truth).mean()


def test_cohens_own_kind_of_example() -> None:
    # 20 both yes, 15 both no, 5 and 10 apart: 0.7 agree, 0.5 by chance, kappa 0.4.
    mine = ["yes"] * 25 + ["no"] * 25
    theirs = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    found = agreement(mine, theirs)
    assert (found.same.part, found.same.n) == (35, 50)
    assert found.kappa == pytest.approx(0.4)
    assert agreement(["a", "a"], ["a", "a"]).kappa is None
    assert agreement([], []).kappa is None
