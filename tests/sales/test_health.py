"""The health of an account is what is known of it, aged, weighted and capped; nothing else."""

from datetime import datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sales.account.decide import next_look
from sales.account.health.notices import NOTICES
from sales.account.health.scoring import evidence, explain, moments
from sales.account.policy import Policy
from sales.account.state import dump_account, load_account
from sales.erasing import ERASED, Erasure
from sales.facts import Fact
from tests.sales.cared import DAY, NOW, Cared, folded_anew

COMPONENTS: Final = {
    "usage": {"weight": 40, "half_life": "30d", "stale_after": "120d"},
    "satisfaction": {"weight": 30, "half_life": "90d", "stale_after": "365d"},
    "relationship": {"weight": 20, "half_life": "90d", "stale_after": "365d"},
    "payments": {"weight": 10, "half_life": "90d", "stale_after": "365d"},
    "sentiment": {"weight": 10, "half_life": "60d", "stale_after": "180d"},
}
HEALTH: Final[dict[str, Any]] = {
    "components": COMPONENTS,
    "segments": {"small": {"usage": 100, "payments": 0}},
    "caps": {"sponsor_left": 0.4, "payment_overdue": 0.6},
    "silence": "45d",
    "disagreement": "60d",
}


def cared(**more: Any) -> Cared:
    return Cared({"health": HEALTH | more})


def score(account: Cared, days: float = 0) -> float | None:
    """As it is so many days from now."""
    return explain(account.state, account.now + days * DAY).score


def told(account: Cared) -> list[tuple[str | None, int]]:
    """The bands that were told, and how many days after the beginning."""
    changes = [fact for fact in account.facts if fact.kind == "health_changed"]
    return [(fact.data.get("band"), (fact.occurred_at - NOW).days) for fact in changes]


def notices(fact: Fact) -> list[str]:
    return [each.what for each in NOTICES[fact.kind](fact)]


# -- what it is made of ------------------------------------------------------------------------


def test_where_nothing_is_known_there_is_no_score() -> None:
    account = cared()
    found = explain(account.state, NOW)
    assert (found.score, found.band, found.components) == (None, None, ())
    assert found.missing == tuple(COMPONENTS)
    assert account.live(1_000) == []


def test_a_weighted_mean_of_what_is_known_and_the_shares_add_up_to_it() -> None:
    account = cared()
    account.say("report_usage", metric="logins", value="30", target="40")
    account.say("report_score", component="sentiment", value="0.25")
    account.say("record_survey_answer", survey="csat", score=4)
    found = explain(account.state, account.now)
    # The answer is a contact as well, which is worth everything at first.
    worth = 40 * 0.75 + 10 * 0.25 + 30 * 0.75 + 20 * 1
    assert found.score == pytest.approx(worth / 100)
    assert sum(each.share for each in found.components) == pytest.approx(found.score)
    assert found.missing == ("payments",)


def test_a_reading_loses_half_its_weight_with_every_half_life_and_then_counts_no_more() -> None:
    account = cared()
    account.say("report_usage", metric="logins", value="0")
    account.say("report_payment", invoice="i-1", status="paid")
    assert score(account) == pytest.approx(10 / 50)
    assert score(account, 29.9) == pytest.approx(10 / 50)
    assert score(account, 30) == pytest.approx(10 / (40 / 2 + 10))
    assert score(account, 60) == pytest.approx(10 / (40 / 4 + 10))
    assert score(account, 90) == pytest.approx(5 / (40 / 8 + 5))
    assert score(account, 120) == 1
    assert explain(account.state, account.now + 120 * DAY).missing[0] == "usage"
    assert score(account, 365) is None


def test_of_several_readings_the_newer_ones_count_more() -> None:
    account = cared()
    account.say("report_usage", metric="logins", value="1")
    account.say("report_usage", 60, metric="seats", value="0")
    (usage,) = explain(account.state, account.now).components
    assert usage.value == pytest.approx(0.25 / 1.25)
    assert usage.decay == 1
    assert [each.name for each in usage.readings] == ["logins", "seats"]


def test_a_segment_has_weights_of_its_own() -> None:
    account = cared()
    account.say("report_usage", metric="logins", value="1")
    account.say("report_payment", invoice="i-1", status="paid")
    account.say("report_score", component="sentiment", value="0")
    assert score(account) == pytest.approx(50 / 60)
    account.say("amend", segment="small")
    found = explain(account.state, account.now)
    assert found.score == pytest.approx(100 / 110)
    assert "payments" not in found.missing


def test_a_contact_fades_in_two_steps_and_never_goes_out_of_sight() -> None:
    account = cared()
    account.say("report_contact", channel="call")
    assert [score(account, days) for days in (0, 44, 45, 89, 90, 2_000)] == [1, 1, 0.5, 0.5, 0, 0]


# -- what no average may hide ------------------------------------------------------------------


def test_a_veto_caps_the_score_for_as_long_as_it_stands() -> None:
    account = cared()
    account.say("report_usage", metric="logins", value="1")
    account.say("report_sponsor", contact="kim", status="present")
    (_, changed) = account.say("report_sponsor", contact="kim", status="left")
    found = explain(account.state, account.now)
    assert (found.score, found.band, found.vetoes) == (0.4, "poor", ("sponsor_left",))
    assert found.raw == pytest.approx(40 / 60)
    assert changed.data["worse"]
    assert notices(changed) == ["health_fell"]
    account.say("report_payment", invoice="i-1", status="overdue")
    assert explain(account.state, account.now).vetoes == ("sponsor_left", "payment_overdue")
    account.say("report_sponsor", contact="lee", status="present")
    account.say("report_payment", invoice="i-1", status="paid")
    assert explain(account.state, account.now).vetoes == ()
    assert score(account) == 1


def test_a_sponsor_may_leave_while_another_is_there() -> None:
    account = cared()
    for contact in ("kim", "lee"):
        account.say("report_sponsor", contact=contact, status="present")
    account.say("report_sponsor", contact="kim", status="left")
    assert explain(account.state, account.now).vetoes == ()
    assert account.refused("report_sponsor", contact="kim", status="left") == "contact: no_sponsor"


def test_a_veto_that_the_policy_does_not_know_caps_nothing() -> None:
    account = cared(caps={})
    account.say("report_payment", invoice="i-1", status="overdue")
    assert explain(account.state, account.now).vetoes == ()


TURNS: Final = [("poor", 0), ("poor", 30), ("fair", 60), ("good", 120), (None, 365)]
"""What becomes of little use and a payment: the use is forgotten first."""


def promised(**health: Any) -> Cared:
    """An account that keeps commitments, around the clock."""
    terms = {"commitments": {"weight": 10, "half_life": "90d", "stale_after": "365d"}}
    level = {"name": "quick", "title": "At once", "respond": "1d", "resolve": "2d"}
    levels = [{**level, "around_the_clock": True}]
    caps = {"severe_breach": 0.3}
    return Cared(
        {
            "commitments": {"levels": levels},
            "health": {"components": terms, "caps": caps, **health},
            "satisfaction": {"csat_after_commitment": "3d"},
        }
    )


def test_commitments_that_were_kept_and_breached_count_until_they_are_old() -> None:
    account = promised()
    for number, days in enumerate((1, 1, 1, 5)):
        due = (account.now + 2 * DAY).isoformat()
        account.say("make_commitment", commitment_id=f"c-{number}", title="So", due=due)
        account.say("meet_commitment", days, commitment_id=f"c-{number}")
    (found,) = explain(account.state, account.now).components
    assert [each.name for each in found.readings] == ["c-0", "c-1", "c-2", "c-3"]
    assert found.value == 0.75  # the last was late, and a breach stays one
    assert [fact.data["why"] for fact in account.facts if fact.kind == "survey_asked"] == [
        "commitment_met"
    ]


def test_a_severe_breach_caps_the_score_until_it_is_met_or_waived() -> None:
    account = promised()
    due = (NOW + DAY).isoformat()
    account.say("make_commitment", commitment_id="c", title="So", due=due, severe=True)
    assert account.live(0.9) == []
    kinds = [fact.kind for fact in account.live(0.2)]
    assert kinds == ["commitment_breached", "health_changed"]
    assert explain(account.state, account.now).vetoes == ("severe_breach",)
    account.say("waive_commitment", commitment_id="c", actor="jane", note="they agree")
    assert explain(account.state, account.now).vetoes == ()


def test_a_breach_that_was_none_is_put_right() -> None:
    account = promised()
    account.say("make_commitment", commitment_id="c", title="So", level="quick")
    account.live(1.5)
    assert score(account) == 0
    answered = (NOW + 0.5 * DAY).isoformat()
    account.say("respond_to_commitment", commitment_id="c", occurred_at=answered)
    assert score(account) is None
    account.say("meet_commitment", commitment_id="c")
    assert score(account) == 1


# -- when it is told ---------------------------------------------------------------------------


def test_a_change_is_told_where_the_band_a_veto_or_a_tenth_changes_and_otherwise_not() -> None:
    account = cared()
    for value in ("0.9", "0.85", "0.95", "0.81", "0.7", "0.66", "0.9"):
        account.say("report_usage", 1, metric="logins", value=value)
    assert told(account) == [("good", 1), ("fair", 5), ("good", 7)]
    account.say("report_usage", 1, metric="logins", value="1")
    assert told(account)[-1] == ("good", 8)


def test_time_alone_moves_it_at_an_instant_known_before() -> None:
    account = cared()
    account.say("report_usage", metric="logins", value="0.1")
    account.say("report_payment", invoice="i-1", status="paid")
    assert next_look(account.state) == NOW + 30 * DAY
    facts = account.live(1_000)
    assert told(account)[1:] == TURNS
    assert facts[-1].data["missing"] == list(COMPONENTS)
    assert next_look(account.state) is None


def test_an_outage_tells_every_turn_at_its_own_instant() -> None:
    account = cared()
    account.say("report_usage", metric="logins", value="0.1")
    account.say("report_payment", invoice="i-1", status="paid")
    account.wait(1_000)
    assert told(account)[1:] == TURNS


def test_a_report_that_comes_late_does_not_replace_a_newer_one() -> None:
    account = cared()
    account.say("report_usage", 10, metric="logins", value="0.9")
    before = (NOW + DAY).isoformat()
    account.say("report_usage", metric="logins", value="0.1", occurred_at=before)
    assert score(account) == 0.9


def test_what_cannot_be_read_as_a_value_is_refused() -> None:
    account = cared()
    for said, rule in (
        ({"metric": "m", "value": "1.5"}, "value: out_of_range"),
        ({"metric": "m", "value": "1", "target": "0"}, "target: zero"),
    ):
        assert account.refused("report_usage", **said) == rule
    for name in ("usage", "unheard_of"):
        said = {"component": name, "value": "0.5"}
        assert account.refused("report_score", **said) == "component: unknown_component"


def test_what_an_account_carries_is_bounded() -> None:
    account = cared()
    for number in range(60):
        account.say("report_usage", metric=f"m_{number}", value="1")
        account.say("report_sponsor", contact=f"c-{number}", status="present")
        account.say("report_payment", invoice=f"i-{number}", status="overdue")
        account.say("record_survey_answer", survey="nps", score=9)
    held = account.state.health
    assert (len(held.usage), len(held.sponsors), len(held.overdue)) == (10, 10, 50)
    assert len(account.state.satisfaction.answers) == 20
    rules = {fact.data["rule"] for fact in account.facts if fact.kind == "refused"}
    assert rules == {"too_many_metrics", "too_many_sponsors", "too_many_invoices"}
    assert len(moments(evidence(account.state))) < 200


# -- who sees it otherwise ---------------------------------------------------------------------


def test_another_opinion_stands_beside_the_score_and_never_moves_it() -> None:
    account = cared()
    account.say("report_usage", metric="logins", value="0.9")
    said: dict[str, Any] = {"band": "poor", "reason": "they are silent", "actor": "jane"}
    (fact,) = account.say("disagree_on_health", **said)
    assert fact.data["computed"] == 0.9
    assert notices(fact) == ["health_disagreed"]
    assert score(account) == 0.9
    assert account.state.health.disagreement
    (ended,) = account.live(61)[-1:]
    assert (ended.kind, ended.data["how"]) == ("disagreement_ended", "expired")
    assert ended.occurred_at == NOW + 60 * DAY
    assert notices(ended) == ["disagreement_expired"]
    assert account.state.health.disagreement is None


def test_a_later_opinion_replaces_an_earlier_one_and_can_be_taken_back() -> None:
    account = cared()
    said: dict[str, Any] = {"reason": "so I feel", "actor": "jane"}
    account.say("disagree_on_health", band="poor", **said)
    account.say("disagree_on_health", score="0.7", **said)
    (ended,) = account.say("agree_on_health")
    assert ended.data == {"sequence": account.state.sequence - 1, "how": "agreed"}
    assert notices(ended) == []
    assert account.refused("agree_on_health") == "account_id: nobody_disagrees"


def test_another_opinion_needs_its_author_one_measure_and_an_end() -> None:
    account = cared()
    said = {"reason": "so I feel", "actor": "jane", "band": "poor"}

    def at(days: float) -> str:
        instant: datetime = account.now + days * DAY
        return instant.isoformat()

    for change, rule in (
        ({"actor": None}, "actor: required"),
        ({"score": "0.5"}, "score: score_or_band"),
        ({"band": None}, "score: score_or_band"),
        ({"band": None, "score": "1.5"}, "score: out_of_range"),
        ({"until": at(-1)}, "until: in_the_past"),
        ({"until": at(61)}, "until: too_far"),
    ):
        assert account.refused("disagree_on_health", **(said | change)) == rule
    assert Cared({}).refused("disagree_on_health", **said) == "account_id: no_health"


def test_why_somebody_sees_it_otherwise_can_be_erased() -> None:
    account = cared()
    said: dict[str, Any] = {"reason": "kim has told me so", "actor": "jane", "band": "poor"}
    (fact,) = account.say("disagree_on_health", **said)
    assert Erasure({"sequences": [fact.sequence]}).redacted(fact).data["reason"] == ERASED
    assert "kim" not in str(dump_account(account.state))


# -- whatever happens --------------------------------------------------------------------------

STEP: Final = st.tuples(
    st.sampled_from(["usage", "score", "paid", "overdue", "present", "left", "contact", "nps"]),
    st.integers(0, 10),
    st.integers(0, 150),
)


@given(st.lists(STEP, max_size=20))
def test_what_was_told_is_what_is_so_however_time_is_cut(steps: list[tuple[str, int, int]]) -> None:
    looking, sleeping = cared(), cared()
    for what, number, days in steps:
        said: dict[str, tuple[str, dict[str, Any]]] = {
            "usage": ("report_usage", {"metric": f"m{number % 3}", "value": str(number / 10)}),
            "score": ("report_score", {"component": "sentiment", "value": str(number / 10)}),
            "contact": ("report_contact", {"channel": "call"}),
            "nps": ("record_survey_answer", {"survey": "nps", "score": number}),
        }
        invoice, contact = {"invoice": f"i-{number % 2}"}, {"contact": f"c-{number % 2}"}
        kind, body = said.get(what) or (
            ("report_payment", {**invoice, "status": what})
            if what in ("paid", "overdue")
            else ("report_sponsor", {**contact, "status": what})
        )
        looking.live(days)
        looking.say(kind, **body)
        sleeping.say(kind, days, **body)
        for account in (looking, sleeping):
            now, held = explain(account.state, account.now), account.state.health.told
            assert (held.band, held.vetoes) == (now.band, now.vetoes) if held else not now.band
            assert (look := next_look(account.state)) is None or look > account.now
    changes, others = (
        [(each.occurred_at, each.data) for each in account.facts if each.kind == "health_changed"]
        for account in (looking, sleeping)
    )
    assert changes == others
    assert folded_anew(looking.facts) == looking.state
    assert load_account(dump_account(looking.state)) == looking.state


@pytest.mark.parametrize(
    ("terms", "rule"),
    [
        ({"good": 0.4}, "fair_above_good"),
        ({"checkpoints": ["90d", "180d"]}, "checkpoints_out_of_order"),
        ({"segments": {"small": {"unheard_of": 1}}}, "unknown_component"),
        ({"components": {"usage": {"weight": 1, "half_life": "1d"}}}, "too_many_steps"),
    ],
)
def test_terms_that_cannot_be_meant_are_refused(terms: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        Policy.model_validate({"name": "p", "version": 1, "title": "P", "health": terms})
