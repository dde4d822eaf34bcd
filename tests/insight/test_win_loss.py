"""Wins and losses are counted as they are defined, and what is said of them is true."""

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pytest

from insight.past import Past
from insight.reading import past_of_journals
from insight.win_loss import Looking, WinLoss
from insight.win_loss.attributes import NAMES, Around
from insight.win_loss.cases import ERRORS
from insight.win_loss.particulars import Particulars, Profile
from insight.win_loss.rates import horizon
from processes import library
from sales.calendar import Calendar
from sales.interview import Interview
from simulation.market import Market
from starter.output import plain
from tests.insight.truth import DAY, NEVER, START, by_hazards, past_of_lives

WHEN: Final = datetime(2026, 2, 1, tzinfo=UTC)
NOTHING: Final = Around({}, {}, Calendar())


def look(past: Past, day: float = 1_000, **window: Any) -> Looking:
    around = window.pop("around", NOTHING)
    window = {name: START + value * DAY for name, value in window.items()}
    return Looking(past, START + day * DAY, around, **window)


def rate(told: WinLoss, name: str) -> tuple[float, float]:
    (found,) = [each.share for each in told.rates if each.name == name]
    return found.part, found.n


def ends(**counts: int) -> list[str]:
    return [outcome for outcome, n in counts.items() for _ in range(n)]


@pytest.fixture(scope="module")
def twelve_wins() -> Past:
    """12 won, 26 lost, 9 without a decision, 20 open; each win brings 300, anything else 100."""
    outcome = ends(won=12, lost=26, expired=8, withdrawn=1, open=20)
    n = len(outcome)
    amounts = [300.0 if each == "won" else 100.0 for each in outcome]
    return past_of_lives([0.0] * n, [5.0] * n, outcome, amounts=amounts)


def test_every_win_rate_divides_what_its_name_says(twelve_wins: Past) -> None:
    told = look(twelve_wins).all()
    assert rate(told, "decided") == (12, 38)
    assert rate(told, "resolved") == (12, 47)
    assert rate(told, "cohort") == (12, 67)
    assert rate(told, "value") == (3_600, 7_100)
    assert [round(100 * (each.share.rate or 0), 1) for each in told.rates] == [
        31.6,
        25.5,
        17.9,
        50.7,
    ]
    for each in told.rates:
        assert each.share.low is not None
        assert each.share.high is not None
        assert each.share.low < (each.share.rate or 0) < each.share.high
    assert (told.ended, told.open) == (47, 20)


def test_what_is_learned_later_does_not_count_yet(twelve_wins: Past) -> None:
    told = look(twelve_wins, day=4).all()
    assert (told.ended, told.open) == (0, 67)
    assert told.sentences == ["nothing has ended in that time, so there is no win rate yet"]


def test_a_window_takes_the_ends_that_lie_in_it_and_cohorts_the_beginnings() -> None:
    past = past_of_lives([0, 0, 10, 20], [5, 15, 30, 40], ["won", "lost", "won", "expired"])
    told = look(past, since=10, until=35).all()
    assert rate(told, "resolved") == (1, 2)
    assert rate(told, "cohort") == (1, 2)
    assert told.open == 1


def test_duplicates_and_errors_are_no_outcome_of_a_sale() -> None:
    past = past_of_lives(
        [0, 0, 0],
        [1, 1, 1],
        ["won", "withdrawn", "withdrawn"],
        reasons=["price", "duplicate", "created_in_error"],
    )
    told = look(past).all()
    assert (rate(told, "resolved"), told.left_out) == ((1, 1), 2)
    assert "2 are duplicates or created in error and count nowhere" in told.sentences


def test_who_skips_a_stage_has_come_as_far_and_who_waits_is_not_counted_out() -> None:
    lives = (("talk", 0.0),), (("talk", 0.0), ("offer", 4.0)), (("offer", 1.0),), (("talk", 0.0),)
    past = past_of_lives(
        [0, 0, 0, 0], [2, 9, 9, NEVER], ["lost", "won", "lost", "open"], stages=lives
    )
    told = look(past).all()
    funnel = {each.stage: each for each in told.funnel}
    # Without a definition the order of the stages is that of their names' first use.
    talk, offer = funnel["talk"], funnel["offer"]
    assert (talk.reached, talk.open, offer.reached, offer.open) == (4, 1, 2, 0)
    assert (talk.onward.part, talk.onward.n) == (2, 3)
    assert (talk.to_win.part, talk.to_win.n, talk.to_win_of_ended.n) == (1, 4, 3)
    assert (offer.to_win.part, offer.to_win.n) == (1, 2)


def test_visits_of_a_stage_end_forward_back_or_for_good() -> None:
    process = library().find("new_business")
    assert process
    first, second, third = (stage.name for stage in process.stages[:3])
    past = past_of_lives(
        [0, 0],
        [20, NEVER],
        ["lost", "open"],
        stages=[((first, 0), (second, 4), (first, 6), (third, 9)), ((first, 0),)],
        words=[{"process": "new_business"}] * 2,
        processes={("new_business", process.version): process},
    )
    told = look(past, day=50).all()
    times = {each.stage: each for each in told.times}
    assert (times[first].visits, times[second].visits, times[third].visits) == (3, 1, 1)
    assert times[second].leaves["back"] == 1
    assert times[third].leaves["lost"] == 1
    # Two of three visits are over, after 3 and 4 days; of the open one 50 days are seen.
    assert times[first].leaves["forward"] == pytest.approx(2 / 3)
    assert times[first].stays == pytest.approx(1 / 3)
    assert (times[first].spent["lost"].n, times[first].spent["lost"].median) == (1, 7)


def test_known_hazards_are_recovered_within_the_intervals() -> None:
    hazards = {"won": 0.012, "lost": 0.02, "expired": 0.006, "withdrawn": 0.002}
    whole = sum(hazards.values())
    held = Counter[str]()
    times = 60
    for seed in range(times):
        told = look(by_hazards(400, seed, hazards), day=365).all()
        assert told.cycle.watched_from is None
        median = told.cycle.low, np.log(2) / whole, told.cycle.high
        held["median"] += (median[0] or 0) <= median[1] <= (median[2] or NEVER)
        for each in told.cycle.reached:
            if each.age == 30:
                truth = hazards["won"] / whole * (1 - np.exp(-30 * whole))
                held["reached"] += each.low <= truth <= each.high
        for later in told.horizon[1:2]:  # a constant hazard forgets how old it is
            truth = hazards["won"] / whole * (1 - np.exp(-30 * whole))
            held["horizon"] += (later.won.low or 0) <= truth <= (later.won.high or 1)
    assert all(0.88 * times <= held[name] <= times for name in ("median", "reached", "horizon"))


def test_a_naive_rate_of_what_has_closed_is_wrong_where_the_curve_is_right() -> None:
    """Losses come fast and wins slowly: of what closed by now, too few were won."""
    rng = np.random.default_rng(5)
    n = 4_000
    opened = rng.uniform(0, 100, n)
    won = rng.random(n) < 0.5
    closed = opened + np.where(won, rng.uniform(60, 80, n), rng.uniform(0, 10, n))
    outcome = [
        "open" if over > 100 else "won" if win else "lost"
        for over, win in zip(closed, won, strict=True)
    ]
    told = look(past_of_lives(opened, closed, outcome), day=100).all()
    naive = told.rates[0].share.rate
    assert naive is not None
    assert naive < 0.3
    last = told.cycle.reached[-1]
    assert last.low <= 0.5 <= last.high


def test_a_record_that_begins_late_is_noticed_and_its_survivors_do_not_count_as_lives() -> None:
    rng = np.random.default_rng(11)
    n, hazard, first = 3_000, 0.02, 200.0
    opened = rng.uniform(0, 400, n)
    closed = opened + rng.exponential(1 / hazard, n)
    kept = closed >= first  # what had closed before is in no record
    outcome = ["won" if over <= 400 else "open" for over in closed[kept]]
    past = past_of_lives(opened[kept], closed[kept], outcome)
    told = look(past, day=400).all()
    assert told.cycle.watched_from is not None
    assert told.cycle.watched_from.timestamp() == pytest.approx(START + first * DAY, abs=DAY)
    assert told.cycle.median == pytest.approx(np.log(2) / hazard, rel=0.1)


def test_the_same_name_is_one_pursuit_however_often_it_is_tried() -> None:
    words: list[dict[str, str]] = [
        *({}, {"predecessor_id": "a"}, {"predecessor_id": "a~2"}),
        *({}, {"predecessor_id": "b"}, {}, {"predecessor_id": "gone"}),
    ]
    past = past_of_lives(
        [0, 10, 20, 0, 10, 0, 10],
        [5, 15, 29, 5, NEVER, 8, 19],
        ["lost", "expired", "won", "lost", "open", "won", "lost"],
        ids=["a", "a~2", "a~3", "b", "b~2", "c", "d~2"],
        attempts=[1, 2, 3, 1, 2, 1, 2],
        words=words,
    )
    told = look(past).all().pursuits
    assert (told.n, told.open, told.reopened) == (4, 1, 1)
    assert (told.won.part, told.won.n) == (2, 3)
    assert (told.first.part, told.first.n) == (1, 3)
    assert (told.rescued.part, told.rescued.n) == (1, 1)
    assert [(each.attempt, each.n, each.won.part, each.days) for each in told.by_attempt] == [
        *((1, 3, 1, 8.0), (2, 2, 0, None), (3, 1, 1, 9.0))
    ]


def planted(seed: int, effect: float, groups: int = 60, n: int = 3_000) -> Looking:
    """Owners that all win alike, but for one that wins more by `effect`."""
    rng = np.random.default_rng(seed)
    owner = rng.integers(0, groups, n)
    won = rng.random(n) < 0.4 + effect * (owner == 7)
    closed = rng.uniform(1, 300, n)
    past = past_of_lives(
        [0.0] * n,
        closed,
        ["won" if each else "lost" for each in won],
        words=[{"owner": f"owner-{each}"} for each in owner],
    )
    return look(past)


def test_what_differs_by_chance_alone_is_seldom_called_significant() -> None:
    called = 0
    nominal = 0.0
    for seed in range(40):
        (family,) = [f for f in planted(seed, 0).all().separation.families if f.name == "segment"]
        nominal += family.nominal / family.by_chance
        called += family.significant > 0
    assert nominal / 40 == pytest.approx(1, abs=0.2), "the p values are what they say"
    assert called <= 6, "one in twenty is what was promised"


def test_what_was_planted_is_found_with_its_size() -> None:
    found = planted(1, 0.35).all().separation
    (family,) = [each for each in found.families if each.name == "segment"]
    (first,) = [each for each in family.findings if each.q < 0.05]
    assert (first.attribute, first.value) == ("owner", "owner-7")
    assert first.low <= 0.35 <= first.high
    assert first.odds_low <= (0.75 / 0.25) / (0.4 / 0.6) <= first.odds_high
    assert found.wholes[0].attribute == "owner"


def test_a_group_that_is_too_small_is_not_compared_and_equal_questions_are_asked_once() -> None:
    n = 100
    outcome = ends(won=50, lost=50)
    words = [{"owner": "bo" if i == 3 else "ann" if i % 2 else "cy"} for i in range(n)]
    for each in words:
        each["team"] = f"team of {each['owner']}"
    told = look(past_of_lives([0.0] * n, [5.0] * n, outcome, words=words)).all().separation
    (segments,) = [each for each in told.families if each.name == "segment"]
    assert (segments.compared, segments.too_small) == (2, 2)
    assert {each.attribute for each in segments.findings} == {"owner"}
    assert "pairs" not in {each.name for each in told.families if each.compared}


def test_the_measures_of_wins_are_held_against_those_of_all_other_ends() -> None:
    n = 100
    amounts = [float(10 + i) for i in range(n)]
    past = past_of_lives([0.0] * n, [5.0] * n, ends(lost=50, won=50), amounts=amounts)
    (amount,) = look(past).all().separation.measures
    assert (amount.attribute, amount.exceeds) == ("amount", 1)
    assert (amount.median_won, amount.median_others) == (84.5, 34.5)


@pytest.mark.parametrize(
    ("past", "sentence"),
    [
        (past_of_lives([], [], []), "the ledger holds no opportunity that was known then"),
        (
            past_of_lives([0], [9], ["open"]),
            "nothing has ended in that time, so there is no win rate yet",
        ),
        (past_of_lives([0], [9], ["won"]), "all 1 that ended were won"),
        (past_of_lives([0] * 60, [9] * 60, ends(lost=60)), "none of the 60 was won"),
        (past_of_lives([0] * 60, [9] * 60, ends(won=60)), "all 60 that ended were won"),
        (
            past_of_lives([0, 0], [9, 9], ends(won=2), amounts=[None, 5.0]),
            "1 of the 2 that ended have no amount; values leave them out",
        ),
        (
            past_of_lives(
                *([0, 0], [9, 9], ends(won=2)),
                amounts=[5.0, 5.0],
                words=[{"currency": "EUR"}, {"currency": "USD"}],
            ),
            "sums are in EUR, USD, and the calendar names no base currency: none are added",
        ),
    ],
)
def test_what_is_missing_is_said_and_no_number_is_made_up(past: Past, sentence: str) -> None:
    looking = look(past)
    told = looking.all()
    assert sentence in told.sentences
    if not past:
        assert told.separation.reason
    text = json.dumps(plain(told), allow_nan=False)
    assert "null" in text
    for name in NAMES:
        json.dumps(plain(looking.by(name)), allow_nan=False)


def test_currencies_are_never_added_unless_they_were_converted() -> None:
    words = [{"currency": "EUR"}, {"currency": "USD"}, {"currency": "USD"}]
    past = past_of_lives([0] * 3, [9] * 3, ["won", "won", "lost"], amounts=[5, 7, 9], words=words)
    told = [each for each in look(past).all().rates if each.name == "value"]
    assert [(each.currency, each.share.part, each.share.n) for each in told] == [
        *(("EUR", 5, 5), ("USD", 7, 16))
    ]
    from insight.win_loss.money import Rates

    rates = Rates("EUR", {"o-0": 1.0, "o-1": 0.5})
    looking = Looking(past, START + 100 * DAY, NOTHING, rates=rates)
    told = [each for each in looking.all().rates if each.name == "value"]
    assert [(each.currency, each.share.part, each.share.n) for each in told] == [("EUR", 8.5, 8.5)]
    assert "1 sums have no exchange rate; values leave them out" in looking.all().sentences


def test_people_plans_and_rivals_are_attributes_like_all_others() -> None:
    def particular(won: bool) -> Particulars:
        return Particulars(
            frozenset({"champion", "economic_buyer"} if won else {"champion"}),
            2 if won else 1,
            "in contact" if won else "silent",
            "kept" if won else "not kept",
            ("Rival", "Other") if won else ("Rival",),
            None if won else "Rival",
        )

    n = 100
    outcome = ends(won=50, lost=50)
    around = Around(
        {f"o-{i}": particular(outcome[i] == "won") for i in range(n)},
        {"a-1": Profile("retail", "gold", "north")},
        Calendar(),
    )
    looking = look(past_of_lives([0.0] * n, [5.0] * n, outcome), around=around)
    told = looking.all()
    (conduct,) = [each for each in told.separation.families if each.name == "conduct"]
    found = {each.attribute: each.value for each in conduct.findings if each.q < 0.05}
    # That the champion was silent, the plan not kept and the economic buyer absent is one
    # question here, and asked once.
    assert set(found) == {"competitor"}
    rivals = {each.name: (each.met, each.won.part, each.lost_to) for each in told.rivals}
    assert rivals == {"Rival": (100, 50, 50), "Other": (50, 50, 0)}
    assert [(g.value, g.won, g.n) for g in looking.by("champion")] == [
        *(("in contact", 50, 50), ("silent", 0, 50))
    ]
    assert [g.value for g in looking.by("account_tier")] == ["gold"]


@pytest.fixture(scope="module")
def market() -> tuple[Past, dict[str, Any]]:
    market = Market(4, library())
    journals = {script.id: facts for script, facts in market.lives(250)}
    return past_of_journals(journals, library().all()), journals


def test_a_whole_market_is_told_without_a_gap_and_adds_up(
    market: tuple[Past, dict[str, Any]],
) -> None:
    past, journals = market
    looking = Looking(past, datetime(2030, 1, 1, tzinfo=UTC).timestamp(), NOTHING)
    told = looking.all()
    outcomes = Counter(
        fact.data["outcome"]
        for facts in journals.values()
        for fact in facts
        if fact.kind == "ended" and fact.data["reasons"][0] not in ERRORS
    )
    assert told.ended == outcomes.total()
    assert rate(told, "resolved") == (outcomes["won"], outcomes.total())
    assert sum(each.share.part for each in told.reasons) == told.ended
    for name in NAMES:
        if found := looking.by(name):
            assert sum(each.n for each in found) == told.ended, name
            assert sum(each.won for each in found) == outcomes["won"], name
    for stage in told.times:
        assert sum(stage.leaves.values()) + stage.stays == pytest.approx(1)
    json.dumps(plain(told), allow_nan=False)


def test_the_past_never_changes_by_what_came_later(market: tuple[Past, dict[str, Any]]) -> None:
    past, journals = market
    when = datetime(2024, 3, 1, tzinfo=UTC)
    known = {
        id_: [fact for fact in facts if fact.recorded_at <= when] for id_, facts in journals.items()
    }
    then = past_of_journals({k: v for k, v in known.items() if v}, library().all())
    now_told, then_told = (Looking(each, when.timestamp(), NOTHING).all() for each in (past, then))
    assert now_told.ended > 0
    assert list(differing(now_told, then_told)) == []


def differing(one: WinLoss, other: WinLoss) -> Iterator[str]:
    for each in dataclasses.fields(one):
        if plain(getattr(one, each.name)) != plain(getattr(other, each.name)):
            yield each.name


def test_a_horizon_leaves_out_ages_that_nobody_was_watched_at() -> None:
    past = past_of_lives([0, 0], [5, 9], ["won", "lost"])
    found = horizon(look(past).cases, [0.0, 6.0, 50.0], 30)
    assert [(each.age, each.open, each.won.rate) for each in found] == [
        *((0, 2, pytest.approx(0.5)), (6, 1, 0))
    ]


def test_buyers_reasons_are_held_against_those_that_were_recorded() -> None:
    said = [("price", "price"), ("price", "price"), ("price", "trust"), ("not_stated", "trust")]
    ids = [f"o-{i}" for i in range(6)]
    interviews = {
        id_: Interview(id=id_, asked_at=WHEN, reasons=(buyer,), recorded_at=WHEN)
        for id_, (_, buyer) in zip(ids, said, strict=False)
    }
    interviews["o-4"] = Interview(id="o-4", reasons=("trust", "price"), recorded_at=WHEN)
    interviews["o-5"] = Interview(id="o-5", asked_at=WHEN)
    outcome = ["lost", "lost", "won", "lost", "expired", "lost"]
    past = past_of_lives(
        [0] * 6,
        [5] * 6,
        outcome,
        reasons=[*(seller for seller, _ in said), "buyer_silence", "price"],
        ids=ids,
    )
    told = look(past, around=Around({}, {}, Calendar(), interviews)).all().voices
    assert (told.asked, told.answered, told.compared) == (5, 5, 3)
    assert (told.primary.part, told.primary.n) == (2, 3)
    assert told.any.part == 2
    assert told.kappa == pytest.approx(0)
    assert {(each.recorded, each.buyer): each.count for each in told.matrix} == {
        ("price", "price"): 2,
        ("price", "trust"): 1,
        ("not_stated", "trust"): 1,
        ("buyer_silence", "trust"): 1,
    }
    nobody = look(past).all().voices
    assert nobody.sentence.startswith("no buyer was asked why")
    assert nobody.primary.rate is None
