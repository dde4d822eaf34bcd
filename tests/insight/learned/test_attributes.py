"""What is only known by its attributes is scored by those that tell."""

import numpy as np
import pytest

from insight.learned.attributes import WinScore


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
