"""A market is made from its seed alone, and everything that can happen happens in it."""

from collections import Counter

import pytest

from processes import library
from sales.facts import Fact
from sales.messages import KINDS
from simulation.market import Market
from simulation.play import run
from simulation.script import Script
from tests.simulation.agreed import LIBRARY, MIX

CLOCKS = {"end_by", "close_date", "stage_limit", "buyer_silence", "action_window", "notice_by"}
Lives = list[tuple[Script, list[Fact]]]


def market(seed: int = 5) -> Market:
    return Market(seed, LIBRARY, mix=MIX, refusals=0.2)


@pytest.fixture(scope="module")
def lives() -> Lives:
    return list(market().lives(200))


def test_the_same_seed_makes_the_same_market(lives: Lives) -> None:
    assert list(market().lives(20)) == lives[:20]


def test_another_seed_makes_another_market(lives: Lives) -> None:
    assert [script.said for script in market(6).scripts(5)] != [s.said for s, _ in lives[:5]]


def test_an_opportunity_does_not_depend_on_those_before_it(lives: Lives) -> None:
    assert market().life(150) == lives[150]


def test_what_is_said_is_in_the_order_of_time(lives: Lives) -> None:
    for script, _ in lives:
        times = [script.at, *(said.at for said in script.said)]
        assert times == sorted(times)


def test_everything_that_can_be_said_is_said_and_accepted(lives: Lives) -> None:
    told = {"request_capacity", "release_capacity", "change_account"}  # of pools and accounts
    assert {said.kind for script, _ in lives for said in script.said} >= set(KINDS) - told
    assert {fact.kind for _, journal in lives for fact in journal} >= {
        *{"stage_changed", "engaged", "amended", "decided", "purchased", "extended", "parked"},
        *{"unparked", "migrated", "effort_logged", "corrected", "warned", "refused", "ended"},
        "erased",
    }


def test_every_outcome_and_every_clock_comes_to_its_turn(lives: Lives) -> None:
    facts = [fact for _, journal in lives for fact in journal]
    ends = [fact.data for fact in facts if fact.kind == "ended"]

    assert {end["outcome"] for end in ends} == {"won", "lost", "expired", "withdrawn"}
    assert {end["clock"] for end in ends if "clock" in end} == CLOCKS
    assert any(fact.kind == "unparked" and fact.cause == "clock" for fact in facts)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.35])
def test_as_many_messages_are_refused_as_the_market_is_told(share: float) -> None:
    tally = run(Market(5, LIBRARY, mix=MIX, refusals=share), 60)

    assert tally.refusals / tally.messages == pytest.approx(share, abs=0.02)


def test_the_built_in_processes_make_a_market_as_markets_are() -> None:
    tally = run(Market(1, library()), 200)

    shares = Counter[str]()
    for (outcome, _), count in tally.outcomes.items():
        shares[outcome] += count
    assert shares.total() == tally.opportunities == 200
    assert 0.2 < shares["won"] / 200 < 0.5
    assert 0.1 < shares["lost"] / 200 < 0.45
    assert 0.1 < shares["expired"] / 200 < 0.45
    assert 0.03 < shares["withdrawn"] / 200 < 0.25
