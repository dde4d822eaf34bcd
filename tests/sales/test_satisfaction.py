"""Customers are asked when it is time, never twice in a row, and what they answer is kept."""

from itertools import pairwise
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from sales.account.state import dump_account, load_account
from sales.erasing import ERASED, Erasure
from sales.facts import Fact
from tests.sales.cared import DAY, NOW, Cared, folded_anew

TERMS: Final = {
    "satisfaction": {
        "nps_first": "90d",
        "nps_every": "180d",
        "csat_after_win": "14d",
        "rest": "30d",
        "answer_within": "14d",
    }
}
A_WIN: Final[dict[str, Any]] = {"opportunity_id": "o-1", "outcome": "won", "reason": "value"}
ALL: Final = ("survey_asked", "survey_answered", "survey_lapsed")


def asked(facts: list[Fact]) -> list[tuple[str, int]]:
    """Which surveys were asked, and how many days after the beginning."""
    return [
        (fact.data["survey"], (fact.occurred_at - NOW).days)
        for fact in facts
        if fact.kind == "survey_asked"
    ]


def test_a_win_is_asked_about_after_a_while_and_the_customer_again_and_again() -> None:
    account = Cared(TERMS)
    account.say("opportunity_ended", **A_WIN)
    assert asked(account.live(500)) == [("csat", 14), ("nps", 90), ("nps", 270), ("nps", 450)]
    first = next(fact for fact in account.facts if fact.kind == "survey_asked")
    assert first.data == {
        "survey": "csat",
        "survey_id": "csat-1",
        "why": "won",
        "about": "o-1",
        "answer_within": 14 * 86_400.0,
    }


def test_nobody_is_asked_who_has_bought_nothing_or_whom_no_policy_says_to_ask() -> None:
    for terms, end in ((TERMS, {**A_WIN, "outcome": "lost"}), ({}, A_WIN)):
        account = Cared(terms)
        account.say("opportunity_ended", **end)
        assert account.live(1_000) == []


def test_nobody_is_asked_twice_within_the_rest() -> None:
    account = Cared(TERMS)
    account.say("opportunity_ended", **A_WIN)
    account.live(80)
    account.say("opportunity_ended", **{**A_WIN, "opportunity_id": "o-2"})
    # On day 90 how likely they would recommend us, so the win of day 80 has to wait until 120.
    assert asked(account.live(100)) == [("nps", 90), ("csat", 120)]


def test_a_survey_that_is_asked_by_hand_rests_too() -> None:
    account = Cared(TERMS)
    assert account.say("ask_survey", survey="csat", about="o-9")[0].data["why"] == "on_request"
    assert account.refused("ask_survey", survey="csat") == "survey: still_asked"
    assert account.refused("ask_survey", survey="nps") == "survey: asked_recently"
    account.wait(31)
    assert account.say("ask_survey", survey="csat")[0].data["survey_id"] == "csat-2"


def test_what_happens_while_an_occasion_waits_is_asked_about_with_it() -> None:
    account = Cared(TERMS)
    for number in range(5):
        account.say("opportunity_ended", 1, **{**A_WIN, "opportunity_id": f"o-{number}"})
    assert asked(account.live(60)) == [("csat", 15)]


def test_a_survey_lapses_and_can_still_be_answered() -> None:
    account = Cared(TERMS)
    account.say("ask_survey", survey="nps")
    (lapsed,) = account.wait(20)
    assert (lapsed.kind, lapsed.occurred_at) == ("survey_lapsed", NOW + 14 * DAY)
    (late,) = account.say("record_survey_answer", survey="nps", score=7, survey_id="nps-1")
    assert (late.kind, late.data.get("first")) == ("survey_answered", None)


def test_the_first_answer_closes_a_survey_and_others_may_follow() -> None:
    account = Cared(TERMS)
    account.say("ask_survey", survey="nps")
    (one,) = account.say("record_survey_answer", 1, survey="nps", score=9, respondent="kim")
    (two,) = account.say(
        "record_survey_answer", 1, survey="nps", score=3, survey_id="nps-1", respondent="lee"
    )
    assert (one.data["survey_id"], one.data["first"]) == ("nps-1", True)
    assert "first" not in two.data
    assert account.live(60) == []
    assert [each.score for each in account.state.satisfaction.answers] == [9, 3]


def test_an_answer_that_nobody_asked_for_is_kept() -> None:
    account = Cared(TERMS)
    (fact,) = account.say("record_survey_answer", survey="csat", score=4)
    assert fact.data == {"survey": "csat", "score": 4}


def test_what_cannot_be_an_answer_is_refused() -> None:
    account = Cared(TERMS)
    account.say("ask_survey", survey="nps")
    for said, rule in (
        ({"survey": "csat", "score": 0}, "score: out_of_range"),
        ({"survey": "csat", "score": 6}, "score: out_of_range"),
        ({"survey": "csat", "score": 5, "survey_id": "nps-1"}, "survey_id: unknown_survey"),
        ({"survey": "nps", "score": 5, "survey_id": "nps-2"}, "survey_id: unknown_survey"),
        ({"survey": "nps", "score": 5, "survey_id": "nps-x"}, "survey_id: unknown_survey"),
    ):
        assert account.refused("record_survey_answer", **said) == rule


def test_an_account_without_a_policy_asks_nobody_and_keeps_what_is_answered() -> None:
    account = Cared(TERMS)
    state = folded_anew(account.facts[:1])
    account.state = state
    assert account.refused("ask_survey", survey="nps") == "account_id: not_managed"
    assert account.say("record_survey_answer", survey="nps", score=9)[0].kind == "survey_answered"


def test_an_outage_asks_once_and_late_and_leaves_the_time_to_answer() -> None:
    account = Cared(TERMS)
    account.say("opportunity_ended", **A_WIN)
    late = account.wait(200)  # nobody worked: two surveys have come due meanwhile
    assert asked(late) == [("csat", 14)]
    assert asked(account.live(40)) == [("nps", 230)]


def test_what_was_said_goes_with_whoever_said_it() -> None:
    account = Cared(TERMS)
    (fact,) = account.say(
        "record_survey_answer", survey="nps", score=2, respondent="kim", comment="never again"
    )
    assert Erasure({"stakeholder_id": "kim"}).redacted(fact).data["comment"] == ERASED
    assert Erasure({"sequences": [fact.sequence]}).redacted(fact).data["comment"] == ERASED
    assert Erasure({"stakeholder_id": "lee"}).redacted(fact) == fact


STEP: Final = st.tuples(
    st.sampled_from(["wait", "won", "nps", "csat", "ask_nps", "ask_csat"]), st.integers(0, 200)
)


@given(st.lists(STEP, max_size=25))
def test_whatever_happens_nobody_is_asked_twice_within_the_rest(
    steps: list[tuple[str, int]],
) -> None:
    account = Cared(TERMS)
    for number, (what, days) in enumerate(steps):
        account.live(days)
        if what == "won":
            account.say("opportunity_ended", **{**A_WIN, "opportunity_id": f"o-{number}"})
        elif what.startswith("ask_"):
            account.say("ask_survey", survey=what[4:])
        elif what != "wait":
            account.say("record_survey_answer", survey=what, score=1 + days % 5)
    at = [fact.occurred_at for fact in account.facts if fact.kind == "survey_asked"]
    assert all(later - sooner >= 30 * DAY for sooner, later in pairwise(at))
    closed = [fact.data.get("survey_id") for fact in account.facts if fact.kind == "survey_lapsed"]
    assert len(closed) == len(set(closed))
    assert folded_anew(account.facts) == account.state
    assert load_account(dump_account(account.state)) == account.state
