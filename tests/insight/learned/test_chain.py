"""The chain recovers hazards that are known, from what was known by a day and no later."""

import numpy as np
import pytest

from insight.learned.chain import learn_chain
from insight.learned.counts import Counts
from insight.learned.days import DAY, Days
from insight.past import Past
from tests.insight.learned.made import BEGAN, Market, at

MARKET = Market(a_day=20)
LENGTH = 400


@pytest.fixture(scope="module")
def days() -> Days:
    return Days(MARKET.lives(LENGTH, seed=1).past(), at(LENGTH).timestamp())


@pytest.mark.parametrize("half_life", [None, 90.0])
@pytest.mark.parametrize("within", [1, 14, 60])
def test_known_hazards_are_recovered(days: Days, within: int, half_life: float | None) -> None:
    outlook = learn_chain(Counts(days), days.as_of, 0, half_life).outlook(days.as_of, within)
    for stage in (0, 1):
        found = outlook.standing[stage, :20, 0].mean()
        assert found == pytest.approx(MARKET.wins_within(within, stage), rel=0.12, abs=0.004)


def test_all_that_can_happen_is_certain_to_be_something(days: Days) -> None:
    ends = learn_chain(Counts(days), days.as_of).outlook(days.as_of, 90).standing.sum(-1)
    assert ((ends >= 0) & (ends <= 1)).all()
    assert ends[0, 0] > 0.9


def test_an_earlier_day_learns_what_it_could_have_learned_then(days: Days) -> None:
    ago = 150
    past = days.past
    then = learn_chain(Counts(days), days.as_of, -ago)
    before = Days(past, at(LENGTH - ago).timestamp())
    now = learn_chain(Counts(before), before.as_of)
    for within in (7, 40):
        one = then.outlook(before.as_of, within).standing[:, :15, 0]
        other = now.outlook(before.as_of, within).standing[:, :15, 0]
        # The bands are cut where stays ended, and those that end later are not known yet.
        assert one == pytest.approx(other, rel=0.15, abs=0.01)


def test_what_had_not_begun_to_be_recorded_is_not_learned_from() -> None:
    lives = MARKET.lives(LENGTH, seed=2)
    kept = ~(lives.ended < 200)  # nobody noted what ended before day 200
    past = _only(lives.past(), kept)
    days = Days(past, at(LENGTH).timestamp())
    counts = Counts(days)
    assert counts.days - counts.start == pytest.approx(200, abs=2)
    outlook = learn_chain(counts, days.as_of).outlook(days.as_of, 30)
    assert outlook.standing[1, :10, 0].mean() == pytest.approx(MARKET.wins_within(30, 1), rel=0.12)


def _only(past: Past, kept: np.ndarray) -> Past:
    index = np.cumsum(kept) - 1
    steps = {}
    for kind, each in past.steps.items():
        some = each.pick(kept[each.who])
        steps[kind] = some._replace(who=index[some.who])
    opening = {name: codes[kept] for name, codes in past.opening.items()}
    ids = [id_ for id_, keep in zip(past.ids, kept, strict=True) if keep]
    return Past(ids, past.texts, opening, steps, past.processes)


def test_the_grid_shows_each_day_what_was_open(days: Days) -> None:
    for day in (0, -1, -30, -200):
        view = days.past.at(BEGAN.timestamp() + (LENGTH + day) * DAY)
        assert (days.stays.who[days.open_on(day)] == view.rows).all()
