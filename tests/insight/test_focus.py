"""Focus: hours go where they bring most, and what nobody knows is not made up."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight.focus.bets import Bets, bets
from insight.focus.capacity import capacity
from insight.focus.effort import returns
from insight.focus.hours import stage_hours
from insight.focus.listing import items
from insight.focus.load import leaving, loads
from insight.focus.moving import Reach, move, skills
from insight.focus.plan import Plan, keep
from insight.focus.segments import segments
from insight.focus.share import top_fifth_share
from insight.past import Past, View
from insight.spells import spells
from ledger.steps import Kind
from sales.owner import Owner
from sales.process import Process
from tests.insight.by_stage import StageProbabilities
from tests.insight.lives import Told, instant, past_of_lives, staged

NOW: Final = 100.0
PROCESS: Final = staged("talk", "offer", hours=4)
"""Its probabilities are 1/3 and 2/3, and from `talk` 4 + 4 x 1/2 hours are left."""
EUR: Final = {"EUR": 1.0}


def moment(day: float) -> datetime:
    return datetime.fromtimestamp(instant(day), UTC)


LATER: Final = moment(NOW + 90)

Life = tuple[list[Told], Mapping[str, str]]


def opened(amount: float | None, stage: str = "talk", *more: Told) -> list[Told]:
    told: list[Told] = [(0, Kind.OPENED, 1), (0, Kind.STAGE, stage)]
    if amount is not None:
        told.append((0, Kind.AMOUNT, amount))
    return [*told, *more]


def past(*lives: Life, process: Process = PROCESS) -> Past:
    return past_of_lives(lives, process)


def bet(some: Past, factors: Mapping[str, float] = EUR) -> Bets:
    return bets(some, instant(NOW), StageProbabilities(), LATER, factors, "EUR")


def owner(name: str, team: str | None = None, hours: str = "10") -> Owner:
    return Owner(id=name, sequence=1, team=team, hours=Decimal(hours))


def test_a_bet_is_chance_times_worth_for_each_hour_that_is_left() -> None:
    found = bet(past((opened(900), {}), (opened(600, "offer", (1, Kind.EFFORT, 1)), {})))
    assert found.expected == pytest.approx([300, 400])
    assert found.hours == pytest.approx([6, 3])
    assert found.per_hour == pytest.approx([50, 400 / 3])
    assert found.basis == "by stage"


def test_much_work_behind_one_leaves_a_quarter_of_the_stage_ahead() -> None:
    found = bet(past((opened(900, "offer", (1, Kind.EFFORT, 50)), {})))
    assert found.hours == pytest.approx([1])


def test_logged_hours_count_where_there_are_enough_of_them() -> None:
    worked: list[Told] = [
        *opened(100),
        (1, Kind.EFFORT, 2),
        (5, Kind.STAGE, "offer"),
        (6, Kind.EFFORT, 3),
    ]
    idle = [*opened(100), (9.0, Kind.LOST, 0.0)]
    for many, basis in ((30, "logged"), (29, "process")):
        told_of: Life = ([*worked, (9.0, Kind.WON, 0.0)], {})
        lives = [told_of] * many + [(idle, {})] * 50
        some = past(*lives)
        table = stage_hours(some, instant(NOW), spells(some, instant(NOW)))
        assert [each.basis for each in table] == [basis, basis]
        told = [(each.own, each.ahead, each.n) for each in table]
        assert told == ([(2, 3, 30), (3, 0, 30)] if many == 30 else [(4, 2, 0), (4, 0, 0)])


def test_without_hours_amounts_or_rates_nothing_is_made_up() -> None:
    some = past(
        (opened(900), {}),
        (opened(None), {}),
        (opened(900), {"currency": "USD"}),
        process=staged("talk", "offer", hours=0),
    )
    found = bet(some)
    assert np.isnan(found.hours).all()
    assert found.unvalued == {"no_amount": 1, "USD": 1}
    plan = keep(found, {}, 0.03)
    for each in items(plan, 0.03):
        assert each.verdict == "unknown"
        assert (each.hours, each.per_hour, each.given) == (None, None, None)
    assert {each.worth for each in items(plan, 0.03)} == {900, None}
    assert plan.value == 0


def ten_hours(*amounts: float, stage: str = "talk") -> Plan:
    lives = ((opened(amount, stage), {"owner": "jane"}) for amount in amounts)
    return keep(bet(past(*lives)), {"jane": 10.0}, 0.03)


def test_the_hours_of_an_owner_go_where_they_bring_most() -> None:
    plan = ten_hours(100, 900, 300)
    assert plan.given == pytest.approx([0, 6, 4])
    assert [plan.verdict(i) for i in range(3)] == ["wait", "work", "work"]
    assert plan.value == pytest.approx(900 / 3 + 300 / 3 * 4 / 6)
    assert plan.price == {"jane": pytest.approx(300 / 3 / 6)}
    waiting = items(plan, 0.03)[-1]
    assert waiting.why == "an hour of jane brings up to 17 elsewhere"


@given(st.lists(st.integers(1, 10_000), max_size=8))
def test_no_other_way_to_spend_the_hours_brings_more(amounts: list[int]) -> None:
    plan = ten_hours(*amounts)
    assert plan.given.sum() == pytest.approx(min(10, 6 * len(amounts)))
    best = sorted(amounts, reverse=True)
    whole = sum(best[:1]) + (sum(best[1:2]) * 4 / 6)
    assert plan.value == pytest.approx(whole / 3)


def test_what_is_committed_is_served_first() -> None:
    lives = [
        (opened(9_000), {"owner": "jane"}),
        (opened(1, "talk", (3, Kind.YES, 0)), {"owner": "jane"}),
    ]
    plan = keep(bet(past(*lives)), {"jane": 7.0}, 0.03)
    assert plan.given == pytest.approx([1, 6])


class Hopeless:
    """Nobody wins any more."""

    basis, ends = "by hand", (3, 4)

    def __init__(self, p_won: float) -> None:
        self._p_won = p_won

    def chances(self, view: View, until: datetime) -> "Hopeless":
        self.p_won = np.full(len(view), self._p_won)
        return self


def test_what_fewer_than_the_tolerance_still_win_is_stopped_and_gets_no_hour() -> None:
    lives = [
        (opened(900), {"owner": "jane"}),
        (opened(900, "talk", (3, Kind.YES, 0)), {"owner": "jane"}),
    ]
    some = past(*lives)
    found = bets(some, instant(NOW), Hopeless(0.02), LATER, EUR, "EUR")
    plan = keep(found, {"jane": 100.0}, 0.03)
    assert [plan.verdict(i) for i in range(2)] == ["stop", "work"]
    assert plan.given[0] == 0
    stop = next(each for each in items(plan, 0.03) if each.verdict == "stop")
    assert stop.why == "2.0% still win within 90 days, fewer than 0.03"


TEAM: Final = {
    each.id: each
    for each in (owner("jane", "north"), owner("otto", "north"), owner("rita", "south"))
}


def test_what_one_has_too_much_of_goes_to_the_team_and_no_further() -> None:
    lives = [(opened(amount), {"owner": "jane"}) for amount in (900, 600, 300)]
    found = bet(past(*lives))
    room = dict.fromkeys(TEAM, 7.0)
    expected: dict[Reach, set[str]] = {"team": {"jane", "otto"}, "anyone": set(TEAM)}
    for reach, owners in expected.items():
        plan = move(found, TEAM, room, 0.03, reach, with_bound=True)
        working = {each.to for each in items(plan, 0.03) if each.verdict == "work"}
        assert working == owners
        assert plan.bound is not None
        assert plan.value <= plan.bound * (1 + 1e-9)
    alone = keep(found, room, 0.03)
    assert alone.value < plan.value
    assert move(found, TEAM, room, 0.03, "team").value < plan.value


def test_skill_is_shrunk_towards_everybody() -> None:
    def ended(name: str, won: int, lost: int) -> list[Life]:
        ends = [Kind.WON] * won + [Kind.LOST] * lost
        return [([*opened(1), (9.0, end, 0.0)], {"owner": name}) for end in ends]

    some = past(*ended("jane", 40, 10), *ended("otto", 10, 40), *ended("rita", 1, 0))
    found = skills(some, instant(NOW))
    assert found["jane", "plain"] > 1.2
    assert found["otto", "plain"] < 0.8
    assert found["rita", "plain"] == pytest.approx(1, abs=0.03)
    assert skills(some, instant(5)) == {}, "nothing had ended by then"


def test_load_sums_up_the_open_work_and_says_how_long_it_takes() -> None:
    lives = [
        (opened(900), {"owner": "jane", "team": "north"}),
        (opened(900, "talk", (3, Kind.YES, 0)), {"owner": "jane", "team": "north"}),
        (opened(300), {"owner": "otto", "team": "north"}),
        (opened(300), {}),
    ]
    plan = keep(bet(past(*lives)), {"jane": 8.0, "otto": 20.0}, 0.03)
    jane, unowned, otto = loads(plan, "owner", TEAM)
    assert (jane.group, jane.open, jane.hours, jane.committed, jane.given) == ("jane", 2, 12, 6, 8)
    assert (jane.capacity, jane.periods) == (8, 1.5)
    assert (unowned.group, unowned.capacity, unowned.periods) == ("nobody", None, None)
    assert (otto.group, otto.capacity, otto.periods) == ("otto", 20, 0.3)
    north, rest = loads(plan, "team", TEAM)
    assert (north.group, north.capacity, north.hours) == ("north", 28, 18)
    assert (rest.group, rest.capacity) == ("nobody", None)


def test_when_one_leaves_the_team_takes_what_fits_and_pays() -> None:
    lives = [
        (opened(900), {"owner": "jane"}),
        (opened(600), {"owner": "jane"}),
        (opened(300), {"owner": "otto"}),
        (opened(300), {"owner": "rita"}),
    ]
    plan = keep(bet(past(*lives)), dict.fromkeys(TEAM, 12.0), 0.03)
    found = leaving(plan, TEAM, "jane")
    assert found.peers == ("otto",)
    assert (found.open, found.hours, found.expected) == (2, 12, 500)
    assert found.room == 6
    assert found.taken == 2, "what pays less waits for it"
    assert found.before - found.after == pytest.approx(100)


def test_capacity_is_a_seventh_of_the_week_for_each_day_on_which_one_sells() -> None:
    owners = {
        "jane": owner("jane", hours="35"),
        "otto": Owner(id="otto", sequence=1, hours=Decimal(7), active_until=date(2027, 1, 3)),
        "rita": Owner(id="rita", sequence=1),
    }
    assert capacity(owners, date(2027, 1, 1), 14) == {"jane": 70, "otto": 3}


def test_effort_is_summed_by_what_became_of_it() -> None:
    def worked(hours: float, amount: float | None, end: Kind | None, **words: str) -> Life:
        told = [*opened(amount), (5.0, Kind.EFFORT, hours)]
        return [*told, (9.0, end, 0.0)] if end else told, words

    some = past(
        worked(4, 1_000, Kind.WON, segment="large"),
        worked(6, 500, Kind.LOST, segment="large"),
        worked(2, 500, None, segment="small"),
        worked(1, None, Kind.WON, segment="small"),
    )
    whole, large, small = returns(some, instant(NOW), "segment", EUR)
    assert (whole.group, whole.n, whole.won, whole.hours) == ("all", 4, 2, 13)
    assert (whole.hours_won, whole.hours_ended, whole.hours_open) == (5, 6, 2)
    assert (large.amount, large.per_hour, large.per_won_hour) == (1_000, 100, 250)
    assert large.wasted == 0.6
    assert (small.amount, small.unvalued) == (0, 1)
    early, *_ = returns(some, instant(4), "segment", EUR)
    assert (early.hours, early.wasted, early.per_hour) == (0, None, None)


def test_segments_and_sources_are_told_with_their_intervals() -> None:
    def ended(end: Kind, day: float, amount: float, **words: str) -> Life:
        return [*opened(amount), (1.0, Kind.EFFORT, 2.0), (day, end, 0.0)], words

    web = {"segment": "large", "lead_source": "web"}
    lives = [ended(Kind.WON, 10, 100, **web), ended(Kind.WON, 20, 300, **web)]
    lives += [ended(Kind.LOST, 5, 100, **web), ended(Kind.LOST, 5, 100, segment="small")]
    first, second = segments(past(*lives), instant(NOW), EUR, "EUR")
    assert (first.segment, first.source, first.ended, first.won) == ("large", "web", 3, 2)
    assert first.rate == pytest.approx(2 / 3)
    assert first.low is not None
    assert first.high is not None
    assert first.low < 2 / 3 < first.high
    assert (first.days_to_win, first.value, first.hours) == (15, 200, 2)
    assert first.won_per_hour == pytest.approx(400 / 6)
    assert (second.rate, second.days_to_win, second.value) == (0, None, None)


def test_the_top_fifth_is_that_of_chance_times_amount() -> None:
    lives: list[Life] = [([*opened(100 * n), (50.0, Kind.WON, 0.0)], {}) for n in range(1, 10)]
    lives += [([*opened(2_000), (80.0, Kind.WON, 0.0)], {})]
    found = top_fifth_share(past(*lives), [moment(40)], 20, lambda _: StageProbabilities())
    assert found == pytest.approx(900 / 4_500)
    assert top_fifth_share(past(), [moment(40)], 20, lambda _: StageProbabilities()) is None


def test_an_empty_past_has_nothing_to_work_on() -> None:
    plan = keep(bet(past()), {"jane": 10.0}, 0.03)
    assert (len(plan.bets), plan.value, items(plan, 0.03)) == (0, 0, [])
    assert loads(plan, "owner", TEAM) == []
    assert [each.n for each in returns(past(), instant(NOW), "owner", EUR)] == [0]
    assert segments(past(), instant(NOW), EUR, None) == []
    assert move(plan.bets, TEAM, {"jane": 10.0}, 0.03, "anyone").value == 0
