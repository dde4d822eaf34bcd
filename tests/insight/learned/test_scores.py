"""Scores are what their definitions say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.learned.scores import auc, brier, calibration_error, pinball, wape
from insight.learned.scoring import WinScore

SAID = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.9, 1.0])), min_size=2
)


@settings(max_examples=60)
@given(SAID)
def test_auc_counts_the_pairs_that_are_told_apart(said: list[tuple[bool, float]]) -> None:
    won = np.array([each for each, _ in said])
    chance = np.array([each for _, each in said])
    pairs = [(a > b) + (a == b) / 2 for a in chance[won] for b in chance[~won]]
    assert auc(won, chance) == pytest.approx(np.mean(pairs) if pairs else 0.5)


def test_what_is_certain_and_right_costs_nothing() -> None:
    won = np.array([True, False, True])
    assert brier(won, won.astype(float)) == 0
    assert calibration_error(won, won.astype(float)) == 0
    assert wape(np.ones(3), np.ones(3)) == 0
    assert pinball(np.ones(3), np.ones(3), 0.9) == 0


def test_a_high_quantile_that_is_too_low_costs_more_than_one_too_high() -> None:
    actual = np.full(4, 10.0)
    assert pinball(actual, actual - 1, 0.9) == pytest.approx(9 * pinball(actual, actual + 1, 0.9))


def test_attributes_that_tell_are_learned_and_those_that_do_not_are_not() -> None:
    chance = np.random.default_rng(1)
    telling = chance.choice(["a", "b"], 300)
    rows = list(zip(telling, chance.choice(["x", "y", "z"], 300), strict=True))
    won = chance.uniform(size=300) < np.where(telling == "a", 0.8, 0.2)
    said = WinScore(rows, won).chance([("a", "x"), ("b", "x"), ("never seen", "x")])
    assert said[0] > 0.65 > 0.35 > said[1]
    assert said[1] < said[2] < said[0]


def test_all_won_or_none_says_their_share_and_no_more() -> None:
    assert WinScore([("a",)] * 9, np.ones(9, bool)).chance([("b",)]) == pytest.approx(0.95)
