"""The measures say what others' say where others have them, and what they promise elsewhere."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from insight import scoring

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def said() -> tuple[Floats, Floats]:
    """Probabilities with ties, and what came of them."""
    rng = np.random.default_rng(3)
    p = np.round(rng.beta(1, 3, 2_000), 2)
    return p, (rng.random(2_000) < p**1.5).astype(float)


def test_brier_log_loss_and_auc_are_those_of_scikit_learn(said: tuple[Floats, Floats]) -> None:
    from sklearn import metrics

    p, won = said
    clipped = np.clip(p, scoring.CLIP, 1 - scoring.CLIP)
    assert scoring.brier(p, won) == pytest.approx(metrics.brier_score_loss(won, p))
    assert scoring.log_loss(p, won) == pytest.approx(metrics.log_loss(won, clipped))
    assert scoring.auc(p, won) == pytest.approx(metrics.roc_auc_score(won, p))


def test_pinball_is_that_of_scikit_learn_at_every_level() -> None:
    from sklearn.metrics import mean_pinball_loss

    rng = np.random.default_rng(4)
    quantile, actual = rng.gamma(3, 10, 50), rng.gamma(3, 10, 50)
    losses = []
    for level in scoring.LEVELS:
        losses.append(mean_pinball_loss(actual, quantile, alpha=level))
        assert scoring.pinball(quantile, actual, level) == pytest.approx(losses[-1])
    over = scoring.pinball_over(dict.fromkeys(scoring.LEVELS, quantile), actual)
    assert over == pytest.approx(np.mean(losses) / actual.mean())


def test_no_other_probability_has_a_better_expected_score_than_the_true_one() -> None:
    # What makes it pay to say what one believes; the accuracy of yes and no does not.
    won = np.repeat([1.0, 0.0], [30, 70])
    grid = np.linspace(0.01, 0.99, 99)
    for score in (scoring.brier, scoring.log_loss):
        losses = [score(np.full(100, p), won) or 0 for p in grid]
        assert grid[np.argmin(losses)] == pytest.approx(0.3)


def test_the_calibration_table_counts_everything_once_and_ece_is_its_mean_distance(
    said: tuple[Floats, Floats],
) -> None:
    p, won = said
    table = scoring.calibration(p, won)
    assert sum(each.n for each in table) == len(p)
    assert sum(each.won for each in table) == won.sum()
    assert all(before.most < after.least for before, after in pairwise(table))
    assert all(each.least <= each.said <= each.most for each in table)
    by_hand = sum(abs((p - won)[(p >= b.least) & (p <= b.most)].sum()) for b in table) / len(p)
    assert scoring.ece(p, won) == pytest.approx(by_hand)
    assert scoring.ece(won, won) == 0


def test_a_constant_is_one_bin_and_ranks_nothing() -> None:
    p, won = np.full(8, 0.25), np.array([1, 0, 0, 0, 1, 0, 0, 0])
    assert scoring.calibration(p, won) == [(0.25, 0.25, 0.25, 0.25, 8, 2)]
    assert (scoring.ece(p, won), scoring.auc(p, won)) == (0, 0.5)
    assert scoring.skill(scoring.brier(p, won), 0.1875) == 0


def test_one_mistake_made_with_certainty_costs_what_the_clip_says() -> None:
    assert scoring.log_loss([1.0], [0]) == pytest.approx(-np.log(scoring.CLIP))


def test_sums_are_scored_against_what_came_and_signs_tell_the_direction() -> None:
    forecast, actual = [120.0, 80.0, 100.0], [100.0, 100.0, 200.0]
    assert scoring.wape(forecast, actual) == pytest.approx(140 / 400)
    assert scoring.bias(forecast, actual) == pytest.approx(-100 / 400)
    low, high = [90.0, 110.0, 50.0], [100.0, 120.0, 350.0]
    assert scoring.coverage(low, high, actual) == pytest.approx(2 / 3)
    assert scoring.width(low, high, actual) == pytest.approx(320 / 400)


def test_where_nothing_was_measured_nothing_is_said() -> None:
    none: list[float] = []
    for score in (scoring.brier, scoring.log_loss, scoring.auc, scoring.ece, scoring.wape):
        assert score(none, none) is None
    assert scoring.calibration(none, none) == []
    assert scoring.auc([0.2, 0.4], [1, 1]) is None
    assert scoring.wape([5.0], [0.0]) is None
    assert scoring.bias([5.0], [0.0]) is None
    assert scoring.pinball_over({0.5: none}, none) is None
    assert scoring.coverage(none, none, none) is None
    assert scoring.skill(0.1, 0.0) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=40))
def test_whatever_is_said_the_measures_keep_their_ranges(told: list[tuple[float, bool]]) -> None:
    p, won = np.array([p for p, _ in told]), np.array([came for _, came in told])
    assert 0 <= (scoring.brier(p, won) or 0) <= 1
    assert 0 <= (scoring.ece(p, won) or 0) <= 1
    area = scoring.auc(p, won)
    assert area is None or 0 <= area <= 1
    # Only the order counts, and the other way round it is the other side.
    if area is not None:
        assert scoring.auc(-p, won) == pytest.approx(1 - area)
