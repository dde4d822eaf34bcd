"""The past replayed under other limits: what would have been cut, worked out by hand."""

from datetime import timedelta
from typing import Final

import pytest

from insight.limits.study import Study, study
from insight.past import Past
from ledger.steps import Kind
from sales.drafts import Broken
from sales.process import Process
from tests.insight.lives import Told, instant, past_of_lives, staged

NOW: Final = instant(100)


def life(end: Kind | None, day: float, *more: Told, opened: float = 0) -> list[Told]:
    """One in the stage `talk` from its opening on, worth 100, an hour of work every tenth day."""
    told: list[Told] = [
        (opened, Kind.OPENED, 1),
        (opened, Kind.STAGE, "talk"),
        (opened, Kind.AMOUNT, 100),
        *more,
        *((opened + at, Kind.EFFORT, 1) for at in range(10, int(day), 10)),
    ]
    return [*told, (opened + day, end, 0)] if end else told


def past(*lives: list[Told], process: Process | None = None) -> Past:
    return past_of_lives(((each, {}) for each in lives), process or staged("talk", "offer"))


def replayed(some: Past, **limits: float) -> Study:
    (found,) = study(some, NOW, 0.03, limits)
    return found


def test_a_replay_counts_what_was_cut_and_what_that_saves() -> None:
    some = past(
        life(Kind.WON, 15),
        life(Kind.WON, 45),  # would have been lost, and two of its four hours saved
        life(Kind.LOST, 65),
        life(Kind.EXPIRED, 20),
        life(None, 95),
    )
    again = replayed(some, talk=25).replays[-1]
    assert (again.name, again.n, again.cut) == ("given", 5, 3)
    assert (again.wins, again.wins_cut) == (2, 1)
    assert (again.won_amount, again.lost_amount) == ({"EUR": 200}, {"EUR": 100})
    assert again.hours == 1 + 4 + 6 + 1 + 9
    assert again.hours_on_lost == 6 + 1
    assert again.hours_on_open == 9
    assert again.hours_saved == 2 + 4 + 7
    assert again.saved_on_lost == 4
    assert again.days_saved == pytest.approx(20 + 40 + 75)
    assert again.earlier == pytest.approx(40)


def test_time_at_rest_and_in_other_stages_does_not_count() -> None:
    rested = life(Kind.LOST, 50, (5, Kind.PARKED, instant(35)), (35, Kind.UNPARKED, 0))
    gone = life(Kind.LOST, 50, (10, Kind.STAGE, "offer"), (40, Kind.STAGE, "talk"))
    again = replayed(past(rested, gone), talk=19).replays[-1]
    assert again.cut == 2
    assert again.days_saved == pytest.approx((50 - 49) + (50 - 49))
    assert replayed(past(rested, gone), talk=21).replays[-1].cut == 0


def test_nobody_closes_on_a_buyer_who_spoke_only_just_now() -> None:
    look = staged("talk", last_look="3d")
    spoke = life(Kind.LOST, 50, (24, Kind.BUYER, 0))
    again = replayed(past(spoke, process=look), talk=25).replays[-1]
    assert again.days_saved == pytest.approx(50 - 27)
    assert look.last_look == timedelta(days=3)


def test_silence_begins_anew_with_every_word_of_the_buyer() -> None:
    talking = life(Kind.WON, 50, *((float(day), Kind.BUYER, 0) for day in range(5, 50, 15)))
    silent = life(Kind.LOST, 50)
    again = replayed(past(talking, silent), buyer_silence=16).replays[-1]
    assert (again.cut, again.wins_cut) == (1, 0)


def test_the_forecast_is_scored_with_and_without_what_would_have_been_closed() -> None:
    some = past(life(Kind.WON, 20), life(Kind.LOST, 80), life(None, 5, opened=95))
    again = replayed(some, talk=21).replays[-1]
    assert again.before.n == again.after.n > 0
    assert again.before.brier is not None
    assert again.after.brier is not None
    assert again.after.brier < again.before.brier
    assert again.before.expected is not None
    assert again.after.expected is not None
    assert again.after.expected < again.before.expected


def test_limits_that_were_learned_earlier_are_replayed_on_what_came_later() -> None:
    early = [life(Kind.LOST, 30) for _ in range(120)]
    late = [life(Kind.WON, 20, opened=60), life(Kind.LOST, 35, opened=60)]
    (found,) = study(past(*early, *late), NOW, 0.03, learn_until=instant(50))
    assert found.n == 120
    by_name = {again.name: again for again in found.replays}
    assert by_name["recommended"].n == 2
    assert by_name["recommended"].wins_cut == 1


def test_what_was_never_won_has_nothing_to_lose_and_what_is_empty_nothing_to_say() -> None:
    assert study(past_of_lives([]), NOW, 0.03) == []
    lost = past(*(life(Kind.LOST, 30) for _ in range(3)))
    again = replayed(lost, talk=10).replays[-1]
    assert (again.wins, again.won_amount, again.before.expected) == (0, {}, None)
    waiting = past(*(life(None, 30) for _ in range(3)))
    again = replayed(waiting, talk=10).replays[-1]
    assert (again.cut, again.earlier, again.before.brier, again.before.n) == (3, None, None, 0)


def test_unknown_names_are_refused() -> None:
    some = past(life(Kind.WON, 20))
    with pytest.raises(Broken, match="unknown_stage"):
        replayed(some, moon=3)
    with pytest.raises(Broken, match="unknown"):
        study(some, NOW, 0.03, process="moon")
