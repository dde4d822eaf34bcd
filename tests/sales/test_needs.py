"""What a customer may need next: found once for a cause, launched once, and never forgotten."""

from itertools import pairwise
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from sales.account.decide import next_look, passed
from sales.account.evolve import evolve_account
from sales.account.needs.state import MOST_NEEDS
from sales.account.state import dump_account, load_account
from tests.sales.found import POLICY, Relationship, later

CALL: Final[dict[str, Any]] = {"origin": "buyer", "channel": "mail"}
SIGNED: Final[dict[str, Any]] = {"evidence": {"kind": "signed_contract", "reference": "1"}}


def late(who: Relationship, id: str, kind: str = "record_purchase", **body: Any) -> list[str]:
    """The kinds of facts that follow from what came after the end."""
    message = {"kind": kind, "body": body or SIGNED}
    return [fact.kind for fact in who.say("late_message", opportunity_id=id, message=message)]


def test_a_need_of_a_kind_that_launches_at_once_is_wanted_under_one_event() -> None:
    who = Relationship()
    kinds = [f.kind for f in who.say("report_need", need="expansion", product="Seats")]
    assert kinds == ["need_found", "opportunity_wanted"]
    assert list(who.state.wanted) == ["need:3:1"]
    assert who.launch() == ["acme:need-3"]
    assert who.state.needs.waiting == {}
    assert who.refused("report_need", need="expansion", product="  SEATS ") == "need: duplicate"
    who.end("acme:need-3", "lost")
    assert who.refused("report_need", need="expansion", product="Seats") is None


def test_a_need_whose_opening_is_refused_waits_and_is_tried_under_another_event() -> None:
    who = Relationship()
    who.say("report_need", need="expansion", need_id="n")
    assert who.launch("amount") == []
    need = who.state.needs.waiting["n"]
    assert (need.refused, need.go, need.launching) == ("gate: amount", False, False)
    who.say("accept_need", need_id="n", amount={"amount": "5", "currency": "EUR"})
    assert list(who.state.wanted) == ["need:3:2"]
    assert who.launch() == ["acme:need-3.2"]


def test_what_nobody_answers_lapses_at_its_own_instant() -> None:
    who = Relationship()
    who.say("report_need", need="cross_sell", need_id="n")
    who.wait("100d", looks=False)
    (lapsed,) = [fact for fact in who.journal if fact.kind == "need_lapsed"]
    assert lapsed.occurred_at == later(60)
    assert who.refused("accept_need", need_id="n") == "need_id: unknown_need"


def test_no_more_than_so_many_needs_wait() -> None:
    who = Relationship()
    for number in range(MOST_NEEDS):
        assert who.refused("report_need", need="cross_sell", product=f"p{number}") is None
    assert who.refused("report_need", need="cross_sell") == "account_id: too_many_needs"


def test_without_a_policy_no_need_is_taken() -> None:
    who = Relationship(needs={})
    assert who.refused("report_need", need="expansion") == "need: not_in_policy"


def test_what_lasts_fires_once_for_each_time_it_rises_and_waits_until_the_rule_has_rested() -> None:
    who = Relationship()
    for value in ("0.9", "0.95", "0.9"):
        who.say("report_usage", metric="seats", value=value)
    assert [each["rule"] for each in who.of("need_found") if each["rule"] == "seats"] == ["seats"]
    (id,) = who.launch()
    who.end(id, "lost")
    who.wait("1d")
    who.say("report_usage", metric="seats", value="0.5")
    who.say("report_usage", metric="seats", value="0.9")
    assert len([each for each in who.of("need_found") if each["rule"] == "seats"]) == 1
    who.wait("40d")
    found = [f for f in who.journal if f.kind == "need_found" and f.data["rule"] == "seats"]
    assert [fact.occurred_at for fact in found] == [later(0), later(30)]


def test_usage_counts_against_its_target() -> None:
    who = Relationship()
    who.say("report_usage", metric="seats", value="41", target="50")
    assert [each["rule"] for each in who.of("need_found") if each["rule"] == "seats"] == ["seats"]


def test_what_happens_once_is_passed_over_while_the_rule_rests() -> None:
    who = Relationship()
    who.end("a", process="new_business")
    who.wait("15d")
    who.end("b", process="new_business")
    who.end("c", "lost")
    who.wait("40d", looks=False)
    found = [fact for fact in who.journal if fact.data.get("rule") == "won"]
    assert [(f.kind, f.data["cause"], f.occurred_at) for f in found] == [
        ("need_found", "a", later(10)),
        ("need_passed_over", "b", later(25)),
    ]


def test_late_evidence_begins_one_successor_which_hears_it_first() -> None:
    who = Relationship()
    who.end("o", "expired")
    assert late(who, "o", "record_engagement", **CALL) == ["late_message_kept"]
    assert late(who, "o") == ["late_message_kept", "opportunity_wanted"]
    assert late(who, "o") == ["late_message_kept"]
    (wanted,) = who.of("opportunity_wanted")
    assert wanted["message"]["evidence"]["kind"] == "record_purchase"
    assert who.launch() == ["o~2"]


def test_nothing_begins_behind_a_win_a_withdrawal_or_after_too_long() -> None:
    who = Relationship()
    for id, outcome in (("w", "won"), ("d", "withdrawn"), ("o", "lost")):
        who.end(id, outcome)
    who.wait("91d")
    for id in ("w", "d", "o", "unheard-of"):
        assert late(who, id) == ["late_message_kept"]


def test_a_duplicate_hands_on_what_comes_late_but_not_what_is_about_itself() -> None:
    who = Relationship()
    for id in ("a", "b", "c"):
        who.say("adopt_opportunity", opportunity_id=id, process="expansion")
    who.say("mark_duplicate", opportunity_id="a", survivor_id="b")
    assert who.refused("mark_duplicate", opportunity_id="b", survivor_id="a") == (
        "survivor_id: marked_already"
    )
    late(who, "a")
    assert "passed_to" not in who.of("late_message_kept")[-1]  # it may still end otherwise
    who.end("a", "withdrawn")
    # `price` is no duplicate: it had ended before it was told.
    assert who.state.duplicates.redirects == {}
    who.say("mark_duplicate", opportunity_id="b", survivor_id="c")
    ended = {"opportunity_id": "b", "outcome": "withdrawn", "reason": "duplicate"}
    who.say("opportunity_ended", **ended)
    late(who, "b")
    assert who.of("late_message_kept")[-1]["passed_to"] == "c"
    late(who, "b", "withdraw", reason="poor_fit")
    late(who, "b", "record_engagement", text="x" * 10)
    assert all("passed_to" not in each for each in who.of("late_message_kept")[-2:])


def test_a_referral_is_a_need_that_tells_who_referred_it_what_became_of_it() -> None:
    who = Relationship()
    said = {"from_account": "globex", "referral_id": "r-1", "product": "Lifts"}
    who.say("receive_referral", name="Acme Ltd", **said)
    assert who.state.name == "Acme Ltd"
    (id,) = who.launch()
    who.say("receive_referral", name="Another", **{**said, "referral_id": "r-2"})
    assert who.state.name == "Acme Ltd"
    who.end(id)
    answers = [(each["referral_id"], each["answer"]) for each in who.of("referral_followed")]
    assert answers == [("r-1", "launched"), ("r-1", "won")]
    assert [each["repeats"] for each in who.of("need_passed_over")] == [id]
    assert who.state.needs.referred == {}


PRODUCTS: Final = ("Seats", "Care", None)
SAYINGS: Final = st.one_of(
    st.tuples(st.just("report_need"), st.sampled_from(("expansion", "cross_sell", "add_on"))),
    st.tuples(st.just("usage"), st.sampled_from(("0.1", "0.85", "1.2"))),
    st.tuples(st.just("launch"), st.sampled_from(("", "", "amount"))),
    st.tuples(st.just("end"), st.sampled_from(("won", "lost", "expired", "withdrawn"))),
    st.tuples(st.just("late"), st.sampled_from(("record_purchase", "record_decision"))),
    st.tuples(st.just("answer"), st.sampled_from(("accept_need", "dismiss_need"))),
    st.tuples(st.just("wait"), st.sampled_from(("1h", "9d", "31d", "200d"))),
    st.tuples(st.just("refer"), st.sampled_from(("r-1", "r-2"))),
)


@given(st.lists(SAYINGS, max_size=25), st.booleans())
def test_whatever_is_said_each_need_is_launched_once_and_nothing_stays_due(
    sayings: list[tuple[str, str]], looks: bool
) -> None:
    who = Relationship()
    for number, (what, how) in enumerate(sayings):
        _say(who, number, what, how, looks)
        assert passed(who.state, who.now, who.now) == ()
        look = next_look(who.state)
        assert look is None or look > who.now
        assert load_account(dump_account(who.state)) == who.state
    state = None
    for fact in who.journal:
        state = evolve_account(state, fact)
    assert state == who.state
    assert [fact.sequence for fact in who.journal] == [*range(1, len(who.journal) + 1)]
    events = [each["wanted"] for each in who.of("opportunity_wanted")]
    assert len(events) == len({*events})
    opened = [each["opportunity_id"] for each in who.of("opportunity_launched")]
    assert len(opened) == len({*opened})
    _rules_have_rested(who)


def _say(who: Relationship, number: int, what: str, how: str, looks: bool) -> None:
    open_, waiting = list(who.state.open), list(who.state.needs.waiting)
    ended = [each["opportunity_id"] for each in who.of("opportunity_ended")]
    match what:
        case "report_need":
            product = {"product": name} if (name := PRODUCTS[number % 3]) else {}
            who.say("report_need", need=how, **product)
        case "usage":
            who.say("report_usage", metric="seats", value=how)
        case "launch":
            who.launch(how)
        case "end" if open_:
            who.end(open_[number % len(open_)], how)
        case "late" if ended:
            said = {"record_decision": {"decision": "yes", "reasons": ["x"]}}.get(how, SIGNED)
            late(who, ended[number % len(ended)], how, **said)
        case "answer" if waiting:
            why = {"reason": "no_budget"} if how == "dismiss_need" else {}
            who.say(how, need_id=waiting[number % len(waiting)], **why)
        case "refer":
            who.say("receive_referral", from_account="globex", referral_id=how)
        case "wait":
            who.wait(how, looks=looks)


def _rules_have_rested(who: Relationship) -> None:
    """Between two needs that a rule has found lies what the policy says."""
    rests = {"seats": 30, "won": 20, "healthy": 90}
    for name in POLICY["needs"]["rules"]:
        found = [f for f in who.journal if f.kind == "need_found" and f.data["rule"] == name]
        for one, other in pairwise(found):
            assert (other.occurred_at - one.occurred_at).days >= rests[name]
