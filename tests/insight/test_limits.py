"""Limits: what was planted is found, and what is not known is not said."""

from collections.abc import Iterator
from random import Random
from typing import Final

import pytest

from insight.limits.curve import Curve, Learned, enough, learn
from insight.limits.recommend import pushable, recommend
from insight.past import Past
from ledger.steps import Kind
from tests.insight.lives import Told, instant, past_of_lives, staged

PLANTED: Final = 24
"""The day in the stage `offer` from which on nobody wins."""
MANY: Final = 2_500
FAR: Final = 400.0


def market(
    rng: Random, planted: float = PLANTED, wins: float = 0.02, ends: float = 0.02
) -> Iterator[list[Told]]:
    """Lives whose daily hazards are known: half of them move on from `talk` within some days; in
    `offer` they win until the planted day and not any more, and end otherwise all the time."""
    for _ in range(MANY):
        opened = rng.uniform(0, 250)
        told: list[Told] = [(opened, Kind.OPENED, 1), (opened, Kind.STAGE, "talk")]
        entered = opened + rng.expovariate(0.2)
        if rng.random() < 0.5:
            yield [*told, (entered, Kind.LOST, 0)]
            continue
        won, lost = rng.expovariate(wins), rng.expovariate(ends)
        told.append((entered, Kind.STAGE, "offer"))
        if won < min(lost, planted):
            yield [*told, (entered + won, Kind.WON, 0)]
        else:
            yield [*told, (entered + lost, Kind.LOST, 0)]


def learned(past: Past, day: float = FAR) -> Learned:
    (found,) = learn(past, instant(day))
    return found


@pytest.fixture(scope="module")
def planted() -> Past:
    return past_of_lives(((told, {}) for told in market(Random(7))), staged("talk", "offer"))


def test_a_planted_limit_is_found_also_while_many_are_still_open(planted: Past) -> None:
    for day in (FAR, 200):
        by_stage = {each.stage: each for each in recommend(learned(planted, day), 0.03)}
        assert by_stage["offer"].verdict == "limit"
        assert by_stage["offer"].days == pytest.approx(PLANTED, abs=3)
        assert by_stage["talk"].verdict == "keep"


def test_the_chances_are_the_planted_ones_within_their_intervals(planted: Past) -> None:
    (offer,) = (each for each in learned(planted, 220).curves if is_offer(each))
    within = 0
    for point in offer.points[:PLANTED]:
        truth = 0.5 * (1 - 2.718281828 ** (-0.04 * (PLANTED - point.days)))
        within += point.low - 0.01 <= truth <= point.high + 0.01
    assert within >= PLANTED - 2, "a day's chance lies within its interval nineteen times of twenty"


def test_who_is_watched_late_counts_from_then_on(planted: Past) -> None:
    early = [told for told in market(Random(7)) if told[-1][0] > 150]  # survivors alone are left
    late = past_of_lives(((told, {}) for told in early), staged("talk", "offer"), known=150)
    (whole,) = (each for each in learned(planted).curves if is_offer(each))
    (seen,) = (each for each in learned(late).curves if is_offer(each))
    for day in (5, 10, 15):
        point = seen.points[day]
        assert point.low <= whole.points[day].chance <= point.high
        assert point.n < whole.points[day].n


def is_offer(curve: Curve) -> bool:
    return (curve.clock, curve.stage) == ("stage_limit", "offer")


def test_silence_has_a_limit_of_its_own() -> None:
    rng = Random(7)

    def talking() -> Iterator[list[Told]]:
        """The buyer speaks again and again, and buys only within ten days of having spoken."""
        for _ in range(MANY):
            at = rng.uniform(0, 100)
            told: list[Told] = [(at, Kind.OPENED, 1), (at, Kind.STAGE, "talk")]
            while True:
                spoke, won, lost = (rng.expovariate(rate) for rate in (0.1, 0.05, 0.02))
                spoke = spoke if spoke < 10 else FAR
                if min(spoke, lost) > won and won < 10:
                    yield [*told, (at + won, Kind.WON, 0)]
                    break
                if lost < spoke:
                    yield [*told, (at + lost, Kind.LOST, 0)]
                    break
                at += spoke
                told.append((at, Kind.BUYER, 0))

    past = past_of_lives(((told, {}) for told in talking()), staged("talk"))
    silence = recommend(learned(past, 2_000), 0.03)[-1]
    assert (silence.clock, silence.stage) == ("buyer_silence", None)
    assert silence.days == pytest.approx(10, abs=1)


def test_too_few_are_not_enough_to_say() -> None:
    few = list(market(Random(7)))[:80]
    past = past_of_lives(((told, {}) for told in few), staged("talk", "offer"))
    assert enough(0.03) == 100
    for each in recommend(learned(past), 0.03):
        assert (each.verdict, each.days, each.needed) == ("not_enough", None, 100)
        assert "not enough to say" in each.why


def test_pushes_that_nobody_won_after_are_not_worth_giving() -> None:
    def pushed(times: int, won: bool) -> list[Told]:
        end = Kind.WON if won else Kind.LOST
        return [
            (0, Kind.OPENED, 1),
            (0, Kind.STAGE, "talk"),
            *((1.0 + day, Kind.PUSH, 0) for day in range(times)),
            (50, end, 0),
        ]

    lives = [pushed(times, won) for times in (0, 1) for won in (True, False) for _ in range(100)]
    lives += [pushed(2, False) for _ in range(150)]
    found = learned(past_of_lives(((told, {}) for told in lives), staged("talk")))
    assert [(each.pushes, each.n, each.won) for each in found.pushed] == [
        (0, 550, 200),
        (1, 350, 100),
        (2, 150, 0),
    ]
    assert found.pushed[0].chance == pytest.approx(200 / 550)
    assert found.pushed[1].chance == pytest.approx(100 / 350)
    assert pushable(found, 0.03).times == 1
