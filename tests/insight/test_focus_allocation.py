"""Allocation: within everybody's hours, near the bound of the linear program, and fast."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.allocation import drawn
from insight.focus.allocation import NOBODY, Pairs, bound, brought, divided, greedy, partly
from insight.past import Floats


def test_three_thousand_opportunities_for_thirty_owners_lie_near_the_bound() -> None:
    pairs, hours, capacity = drawn(3_000, 30)
    spent = []
    for _ in range(5):
        begun = time.thread_time()
        given = greedy(pairs, hours, capacity)
        spent.append(time.thread_time() - begun)
    best = bound(pairs, hours, capacity)
    assert 0.998 <= brought(pairs, given) / best.value <= 1
    assert min(spent) < 0.1
    assert best.prices.min() > 0, "with 40 % of the hours that are wanted, each is worth something"


@st.composite
def problems(draw: st.DrawFn) -> tuple[Pairs, Floats, Floats]:
    """Any opportunities and owners, not all of whom may work on all."""
    count, owners = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    sizes = st.floats(0.5, 20)
    hours = np.array(draw(st.lists(sizes, min_size=count, max_size=count)))
    capacity = np.array(draw(st.lists(st.floats(0, 40), min_size=owners, max_size=owners)))
    every = [(i, j) for i in range(count) for j in range(owners)]
    some = draw(st.lists(st.sampled_from(every), unique=True, min_size=1))
    value = draw(st.lists(st.floats(0.01, 1e4), min_size=len(some), max_size=len(some)))
    what, whom = np.array(some).T
    return Pairs(what, whom, np.array(value)), hours, capacity


@given(problems())
@settings(max_examples=30, deadline=None)
def test_an_allocation_keeps_within_the_hours_and_below_the_bound(
    problem: tuple[Pairs, Floats, Floats],
) -> None:
    pairs, hours, capacity = problem
    owner = greedy(pairs, hours, capacity)
    allowed = set(zip(pairs.what.tolist(), pairs.whom.tolist(), strict=True))
    used = np.zeros(len(capacity))
    for i, j in enumerate(owner.tolist()):
        assert j == NOBODY or (i, j) in allowed
        used[j] += hours[i] if j != NOBODY else 0
    assert (used <= capacity + 1e-9).all()
    value = brought(pairs, owner)
    assert value <= bound(pairs, hours, capacity).value * (1 + 1e-6) + 1e-6
    for i, j in allowed:
        fits = hours[i] <= capacity[j] - used[j] - 1e-9
        assert not (owner[i] == NOBODY and fits), "whatever still fits is given"


def test_the_price_of_an_hour_is_what_one_more_would_bring() -> None:
    pairs, hours, capacity = drawn(60, 3)
    best = bound(pairs, hours, capacity)
    for owner in range(3):
        more = capacity.copy()
        more[owner] += 0.01
        gain = bound(pairs, hours, more).value - best.value
        assert gain == pytest.approx(0.01 * best.prices[owner], rel=0.01)


@given(problems())
@settings(max_examples=30, deadline=None)
def test_divided_work_leaves_nobody_idle_beside_work_that_is_theirs(
    problem: tuple[Pairs, Floats, Floats],
) -> None:
    pairs, hours, capacity = problem
    whole = greedy(pairs, hours, capacity)
    owner, spent = divided(pairs, hours, capacity)
    used = np.bincount(owner[owner != NOBODY], spent[owner != NOBODY], len(capacity))
    assert (used <= capacity + 1e-6).all()
    assert (spent <= hours + 1e-9).all()
    for i, j in zip(pairs.what.tolist(), pairs.whom.tolist(), strict=True):
        assert owner[i] != NOBODY or capacity[j] - used[j] < 1e-5
    value = partly(pairs, hours, owner, spent)
    assert brought(pairs, whole) - 1e-6 <= value
    assert value <= bound(pairs, hours, capacity).value * (1 + 1e-6) + 1e-6
