"""The distribution of a sum is that of the sum."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.learned.distribution import Arriving, distribution

CHANCES = st.floats(0.02, 0.98)
AMOUNTS = st.floats(1.0, 1e6)
DEALS = st.lists(st.tuples(CHANCES, AMOUNTS), min_size=1, max_size=7)


@settings(max_examples=40)
@given(DEALS)
def test_a_few_wins_come_to_what_counting_all_cases_says(deals: list[tuple[float, float]]) -> None:
    chances, amounts = (np.array(each) for each in zip(*deals, strict=True))
    found = distribution(chances, amounts)
    sums, masses = [], []
    for won in product((0, 1), repeat=len(deals)):
        masses.append(np.prod(np.where(won, chances, 1 - chances)))
        sums.append(float(np.dot(won, amounts)))
    assert found.mean == pytest.approx(np.dot(sums, masses))
    shared_out = len(deals) * found.values[1]  # each amount between the two cells next to it
    for sum_ in (0.0, *sums):
        low = sum(m for s, m in zip(sums, masses, strict=True) if s >= sum_ + shared_out)
        high = sum(m for s, m in zip(sums, masses, strict=True) if s >= sum_ - shared_out)
        assert low - 1e-6 <= found.chance_of(sum_) <= high + 1e-6


@settings(max_examples=40)
@given(DEALS, st.floats(0.01, 0.3))
def test_quantiles_rise_and_a_shock_widens_them(
    deals: list[tuple[float, float]], shock: float
) -> None:
    chances, amounts = (np.array(each) for each in zip(*deals, strict=True))
    for found in (distribution(chances, amounts), distribution(chances, amounts, shock=shock)):
        quantiles = [found.quantile(p) for p in (0.01, 0.1, 0.5, 0.9, 0.99)]
        assert quantiles == sorted(quantiles)
        assert not np.isnan(quantiles).any()


def test_many_small_ones_new_business_and_a_shock_are_what_a_simulation_says() -> None:
    chance = np.random.default_rng(3)
    chances, amounts = chance.uniform(0.05, 0.6, 1_500), chance.lognormal(7, 0.8, 1_500)
    coming = chance.lognormal(7, 1.0, 200)
    found = distribution(chances, amounts, Arriving(40.0, coming), 0.08)
    draws = 10_000
    sums = np.array([amounts[chance.uniform(size=1_500) < chances].sum() for _ in range(draws)])
    sums += [chance.choice(coming, n).sum() for n in chance.poisson(40.0, draws)]
    sums *= np.exp(0.08 * chance.normal(size=draws) - 0.08**2 / 2)
    assert found.mean == pytest.approx(sums.mean(), rel=0.005)
    for p in (0.1, 0.5, 0.9):
        assert (sums <= found.quantile(p)).mean() == pytest.approx(p, abs=0.015)


def test_what_cannot_come_to_anything_comes_to_nothing() -> None:
    for found in (
        distribution(np.zeros(0), np.zeros(0)),
        distribution(np.zeros(3), np.ones(3)),
        distribution(np.ones(3), np.zeros(3)),
    ):
        assert (found.mean, found.quantile(0.9), found.chance_of(1.0)) == (0.0, 0.0, 0.0)


def test_a_certain_win_is_certain() -> None:
    found = distribution(np.ones(1), np.array([500.0]))
    assert found.quantile(0.5) == pytest.approx(500.0, rel=0.002)
    assert found.chance_of(490.0) == pytest.approx(1.0)
    assert found.chance_of(510.0) == pytest.approx(0.0)
