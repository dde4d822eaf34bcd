"""A calendar effect counts once it has returned."""

import numpy as np

from insight.learned.seasons import returning, seasons
from tests.insight.learned.made import BEGAN


def counted(factors: list[float], turns: int, seed: int, restless: float = 0.0) -> np.ndarray:
    chance = np.random.default_rng(seed)
    noise = np.exp(restless * chance.normal(size=(len(factors), turns)))
    return chance.poisson(100 * np.array(factors)[:, None] * noise).astype(float)


def test_what_comes_back_every_time_is_believed() -> None:
    true = [0.5, 0.8, 1.2, 1.5]
    found = returning(counted(true, 8, 1), np.full((4, 8), 100.0))
    assert np.allclose(found, true, atol=0.1)


def test_what_was_seen_once_is_not_believed() -> None:
    assert (returning(counted([0.2, 3.0], 1, 1), np.full((2, 1), 100.0)) == 1).all()


def test_what_comes_and_goes_is_held_for_chance() -> None:
    found = returning(counted([1.0] * 7, 4, 5, restless=0.6), np.full((7, 4), 100.0))
    assert np.abs(found - 1).max() < 0.2


def test_nothing_expected_or_nothing_seen_says_nothing() -> None:
    assert (returning(np.zeros((3, 4)), np.ones((3, 4))) == 1).all()
    assert (returning(np.ones((3, 4)), np.zeros((3, 4))) == 1).all()


def test_days_are_told_apart_by_the_day_on_which_they_move() -> None:
    free = np.array(["2024-01-03"], "datetime64[D]")
    week, month, quarter, year = seasons(BEGAN.timestamp(), 0, 91, free)
    assert (week.bin[0], month.bin[30], quarter.bin[90], year.bin[0]) == (0, 0, 0, 0)  # a Monday
    assert list(week.bin[:8]) == [0, 1, 6, 3, 4, 5, 6, 0]  # the holiday is like a Sunday
    assert month.turn[31] == month.turn[30] + 1
    assert len(set(quarter.turn)) == 1
