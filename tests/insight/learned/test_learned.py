"""The learned forecast: no number where there is none, no look ahead, and true where truth is
known."""

import pickle
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from insight.learned import Chances, Learned, fit
from insight.learned.learned import LEARNED, STATED
from insight.past import Past
from ledger.steps import Kind
from tests.insight.learned.made import PROCESS, Lives, Market, at, steps_of

LENGTH, WITHIN = 300, 30
AS_OF = at(LENGTH)
UNTIL = AS_OF + timedelta(days=WITHIN)
MARKET = Market(a_day=6)


@pytest.fixture(scope="module")
def lives() -> Lives:
    return MARKET.lives(LENGTH + 2 * WITHIN, seed=4)


@pytest.fixture(scope="module")
def past(lives: Lives) -> Past:
    return lives.past()


@pytest.fixture(scope="module")
def learned(past: Past) -> Learned:
    return fit(past, AS_OF, [WITHIN])


def asked(learned: Learned, past: Past) -> Chances:
    return learned.chances(past.at(AS_OF.timestamp()), UNTIL)


def whole(chances: Chances) -> np.ndarray:
    return np.column_stack(
        [
            *(chances.p_won, chances.p_lost, chances.p_expired),
            *(chances.p_withdrawn, chances.p_open),
        ]
    )


def few(count: int, outcome: int, **changes: object) -> Lives:
    """A handful of lives that all ended alike, or all are open."""
    opened = np.arange(count, dtype=float)
    entered = np.column_stack([opened, np.full((count, 2), np.nan)])
    ended = opened + 20.5 if outcome else np.full(count, np.inf)
    lives = Lives(
        opened,
        entered,
        ended,
        np.full(count, outcome),
        np.full(count, 100.0),
        ["EUR"] * count,
    )
    return replace(lives, **changes)  # type: ignore[arg-type]  # any of its columns


NONE = np.zeros(0)


@pytest.mark.parametrize(
    "lives",
    [
        Lives(NONE, np.zeros((0, 3)), NONE, NONE.astype(int), NONE),
        few(1, 0),
        few(60, 0),
        few(60, 1),
        few(200, 1),
        few(60, 0, amount=np.full(60, np.nan), currency=[""] * 60),
        few(60, 0, amount=np.zeros(60)),
        few(60, 0, currency=["EUR", "USD"] * 30),
    ],
    ids=["empty", "one", "all open", "all won", "many won", "no amounts", "worth nothing", "mixed"],
)
def test_where_little_is_known_nothing_is_made_up(lives: Lives) -> None:
    past = lives.past()
    learned = fit(past, AS_OF, [WITHIN])
    chances = asked(learned, past)
    assert chances.basis == STATED
    assert not chances.learned.any()
    sums = whole(chances)
    assert not np.isnan(sums).any()
    assert np.allclose(sums.sum(1), 1)
    new = learned.new_business(AS_OF, UNTIL)
    assert not new.wins
    for currency in (*chances.currencies, "nowhere"):
        revenue = learned.revenue(chances, currency, new=new)
        assert not np.isnan([revenue.mean, revenue.quantile(0.9), revenue.chance_of(1.0)]).any()


def test_until_enough_has_ended_the_stages_own_chances_hold() -> None:
    past = few(10, 0).past()
    chances = fit(past, at(10), []).chances(past.at(at(10).timestamp()), at(500))
    stages = next(each.stages for each in past.processes.values() if each.name == PROCESS)
    said = {each.name: each.probability for each in stages}
    assert np.allclose(chances.p_won, said["qualification"])
    assert np.allclose(chances.p_open, 0)


def test_chances_sum_to_one_and_are_between(learned: Learned, past: Past) -> None:
    for days in (1, 10, WITHIN, 200):
        chances = learned.chances(past.at(AS_OF.timestamp()), AS_OF + timedelta(days=days))
        assert chances.basis == LEARNED
        sums = whole(chances)
        assert ((sums >= 0) & (sums <= 1)).all()
        assert np.allclose(sums.sum(1), 1)


def test_a_window_that_is_over_changes_nothing(learned: Learned, past: Past) -> None:
    assert (learned.chances(past.at(AS_OF.timestamp()), AS_OF).p_open == 1).all()


def test_more_time_never_makes_a_win_less_likely(learned: Learned, past: Past) -> None:
    view = past.at(AS_OF.timestamp())
    each = [learned.chances(view, AS_OF + timedelta(days=d)).p_won.mean() for d in (5, 15, 30, 60)]
    assert each == sorted(each)


def test_known_chances_are_recovered(learned: Learned, past: Past) -> None:
    view = past.at(AS_OF.timestamp())
    chances = asked(learned, past)
    for stage, name in enumerate(("qualification", "discovery")):
        some = view.stage == past.texts.index(name)
        true = MARKET.wins_within(WITHIN, stage)
        assert chances.p_won[some].mean() == pytest.approx(true, abs=0.05)


def test_what_is_learned_is_the_same_whatever_came_later(learned: Learned, past: Past) -> None:
    """Everything behind `as_of` is made a different story: all are won at once, for a fortune."""
    late = AS_OF.timestamp()
    steps = {}
    for kind, each in past.steps.items():
        known = each.pick(each.known <= late)
        steps[kind] = known
    still = np.flatnonzero((past.closed_known > late) & (past.known <= late))
    planted = steps_of(still, np.full(len(still), LENGTH + 1.0), np.zeros(len(still)))
    steps[Kind.WON] = type(planted)(
        *(np.concatenate(both) for both in zip(steps[Kind.WON], planted, strict=True))
    )
    fortune = steps_of(still, np.full(len(still), LENGTH + 1.0), np.full(len(still), 1e9))
    steps[Kind.AMOUNT] = type(fortune)(
        *(np.concatenate(both) for both in zip(steps[Kind.AMOUNT], fortune, strict=True))
    )
    held = past.known <= late
    assert held.sum() == held.nonzero()[0][-1] + 1  # they are in the order in which they opened
    count = int(held.sum())
    opening = {name: codes[:count] for name, codes in past.opening.items()}
    other = Past(past.ids[:count], past.texts, opening, steps, past.processes)
    again = fit(other, AS_OF, [WITHIN])
    assert np.array_equal(asked(again, other).p_won, asked(learned, past).p_won)
    one, two = (
        each.revenue(asked(each, p), "EUR").mean for each, p in ((learned, past), (again, other))
    )
    assert one == two


def test_a_planted_leak_is_caught() -> None:
    """A word that is empty for all that are open and for none that ended was written at the end."""
    lives = MARKET.lives(LENGTH, seed=8)
    leaking = replace(lives, product=["a" if o == 1 else "b" if o else "" for o in lives.outcome])
    honest = replace(lives, product=["a" if i % 2 else "b" for i in range(len(lives.opened))])
    assert "product" not in fit(leaking.past(), AS_OF, []).words.values
    assert "product" in fit(honest.past(), AS_OF, []).words.values


def test_parts_add_up_to_the_whole(learned: Learned, past: Past) -> None:
    chances = asked(learned, past)
    owner = np.arange(len(chances.p_won)) % 7
    parts = [learned.revenue(chances, "EUR", owner == each).mean for each in range(7)]
    assert sum(parts) == pytest.approx(learned.revenue(chances, "EUR").mean)


def test_currencies_are_never_mixed() -> None:
    lives = MARKET.lives(LENGTH, seed=5)
    mixed = replace(lives, currency=["EUR", "USD"] * (len(lives.opened) // 2))
    past = mixed.past()
    learned = fit(past, AS_OF, [WITHIN])
    chances = asked(learned, past)
    new = learned.new_business(AS_OF, UNTIL)
    whole_ = {c: learned.revenue(chances, c, new=new).mean for c in ("EUR", "USD")}
    worth = {
        c: chances.worth[chances.currency == i].sum() for i, c in enumerate(chances.currencies)
    }
    for currency in ("EUR", "USD"):
        assert 0 < whole_[currency] < worth[currency] + new.amounts[currency]
    assert learned.revenue(chances, "GBP", new=new).mean == 0


def test_it_can_be_kept_and_asked_later_of_what_is_open_then(learned: Learned, past: Past) -> None:
    kept = pickle.loads(pickle.dumps(learned))
    later = AS_OF + timedelta(days=2)
    view = past.at(later.timestamp())
    chances = kept.chances(view, UNTIL)
    assert len(chances.p_won) == len(view)
    assert chances.days == WITHIN - 2
    assert (chances.p_won > 0).all()


def test_a_stage_that_nobody_knew_takes_the_word_of_its_process(
    learned: Learned, past: Past
) -> None:
    view = past.at(AS_OF.timestamp())
    one = view.rows[0]
    stage = past.steps[Kind.STAGE]
    moved = stage._replace(value=np.where(stage.who == one, len(past.texts), stage.value))
    other = Past(
        past.ids,
        [*past.texts, "proposal"],
        past.opening,
        {**past.steps, Kind.STAGE: moved},
        past.processes,
    )
    chances = learned.chances(other.at(AS_OF.timestamp()), UNTIL)
    assert not chances.learned[0]
    assert chances.learned[1:].all()
    assert not np.isnan(chances.p_won).any()


def test_the_wins_of_new_business_are_those_of_the_market(learned: Learned) -> None:
    found = learned.new_business(AS_OF, UNTIL).wins["EUR"]
    true = MARKET.a_day * sum(MARKET.wins_within(WITHIN - day, 0) for day in range(WITHIN))
    assert found == pytest.approx(true, rel=0.25)


def test_the_intervals_hold_what_comes_as_often_as_they_say() -> None:
    """Ten windows that do not overlap, each asked of what was learned before all of them."""
    windows = 10
    past = MARKET.lives(LENGTH + windows * WITHIN, seed=9).past()
    learned = fit(past, AS_OF, [WITHIN])
    held = []
    for each in range(windows):
        begin = AS_OF + timedelta(days=each * WITHIN)
        end = begin + timedelta(days=WITHIN)
        chances = learned.chances(past.at(begin.timestamp()), end)
        revenue = learned.revenue(chances, "EUR", new=learned.new_business(begin, end))
        booked = (past.outcome == 1) & (past.closed > begin.timestamp())
        booked &= past.closed <= end.timestamp()
        amount = past.last(Kind.AMOUNT, end.timestamp())[0][booked].sum()
        assert revenue.quantile(0.001) < amount < revenue.quantile(0.999)
        held.append(revenue.quantile(0.1) <= amount <= revenue.quantile(0.9))
    assert sum(held) >= 5  # of ten at 0.8 each, fewer than one time in a hundred
