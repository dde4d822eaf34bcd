"""Before a term ends somebody must say how, and at the last checkpoint for sure."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from sales.account.decide import next_look
from sales.account.health.notices import NOTICES
from sales.account.health.risks import risks
from sales.facts import Fact
from sales.notice import Notice
from tests.sales.cared import DAY, NOW, Cared, folded_anew

TERMS: Final[dict[str, Any]] = {
    "health": {
        "components": {"usage": {"weight": 1, "half_life": "100d", "stale_after": "900d"}},
        "checkpoints": ["180d", "90d"],
        "remind_after": "14d",
    },
    "contracts": {"lead": "1d", "notice": "1d", "tries": 1},
}
CHECKPOINTS: Final = ("checkpoint_due", "checkpoint_missed", "checkpoint_answered")


def cared(**more: Any) -> Cared:
    """It has a contract of a year."""
    account = Cared(TERMS)
    record(account, "c", 0, 365, **more)
    return account


def record(account: Cared, id: str, start: float, end: float, **more: Any) -> None:
    first, last = ((NOW + days * DAY).isoformat() for days in (start, end))
    account.say("record_contract", contract_id=id, start=first, end=last, **more)


def told(fact: Fact) -> Iterable[Notice]:
    return NOTICES[fact.kind](fact)


def seen(facts: list[Fact]) -> list[tuple[str, float]]:
    """What happened to checkpoints, and how many days after the beginning."""
    day = timedelta(days=1)
    return [
        (fact.kind.removeprefix("checkpoint_"), round((fact.occurred_at - NOW) / day, 1))
        for fact in facts
        if fact.kind in CHECKPOINTS
    ]


def test_each_falls_due_at_its_instant_and_is_noticed_once_more_where_nobody_answers() -> None:
    account = cared()
    account.say("report_usage", metric="logins", value="0.6")
    facts = account.live(363)
    assert seen(facts) == [("due", 185), ("missed", 199), ("due", 275), ("missed", 289)]
    first, last = (fact for fact in facts if fact.kind == "checkpoint_due")
    assert (first.data["last"], last.data["last"]) == (False, True)
    assert (first.data["score"], first.data["band"], first.data["term"]) == (0.6, "fair", 1)
    said = [note.words for fact in facts if fact.kind in CHECKPOINTS for note in told(fact)]
    assert "nobody has said yet how c will end on 2027-03-02" in said
    assert said[-1].endswith("and to wait and see is no answer any more")
    assert account.state.health.missed == 2
    assert "checkpoint_missed" in risks(account.state)


def test_to_wait_and_see_is_an_answer_at_the_first_and_none_at_the_last() -> None:
    account = cared()
    account.live(186)
    assert account.say("answer_checkpoint", verdict="watch")[0].kind == "checkpoint_answered"
    account.live(90)
    rule = "verdict: no_longer_an_answer"
    assert account.refused("answer_checkpoint", verdict="watch") == rule
    (fact,) = account.say("answer_checkpoint", verdict="at_risk", reason="a new boss")
    assert [note.what for note in told(fact)] == ["at_risk"]
    assert risks(account.state) == ("at_risk",)
    assert seen(account.live(80)) == []
    # It can be said anew for as long as the term runs.
    account.say("answer_checkpoint", contract_id="c", verdict="renew")
    assert risks(account.state) == ()


def test_where_several_are_open_it_must_be_said_which() -> None:
    account = cared()
    record(account, "d", 0, 366)
    assert (
        account.refused("answer_checkpoint", verdict="renew") == "contract_id: no_checkpoint_open"
    )
    account.live(187)
    assert account.refused("answer_checkpoint", verdict="renew") == "contract_id: say_which"
    account.say("answer_checkpoint", contract_id="d", verdict="renew")
    (fact,) = account.say("answer_checkpoint", verdict="renew")
    assert fact.data["contract_id"] == "c"
    said = {"contract_id": "e", "verdict": "renew"}
    assert account.refused("answer_checkpoint", **said) == "contract_id: no_checkpoint_open"


def test_a_checkpoint_before_the_term_began_never_falls_due() -> None:
    account = Cared(TERMS)
    record(account, "c", 0, 100)
    assert seen(account.live(98)) == [("due", 10), ("missed", 24)]
    account = Cared(TERMS)
    record(account, "c", 0, 60)
    assert seen(account.live(58)) == []


def test_of_several_that_have_passed_unseen_the_last_falls_due() -> None:
    account = Cared(TERMS)
    record(account, "c", -300, 65)
    assert seen(account.wait(0)) == [("due", -25)]
    account = cared()
    assert seen(account.wait(350)) == [("due", 275)]


def test_a_term_whose_end_is_settled_has_none() -> None:
    account = cared()
    account.say("end_contract", 100, contract_id="c", reason="price")
    assert seen(account.live(262)) == []


def test_the_next_term_has_its_own() -> None:
    account = cared(auto_renew=True)
    account.live(363.5)
    ((event_id, wanted),) = account.state.wanted.items()
    # Its renewal may not be launched, so silence renews it.
    account.say(wanted.kind, **{**wanted.body, "event_id": event_id})
    account.live(360)
    days = [day for what, day in seen(account.facts) if what == "due"]
    assert days == [185, 275, 550, 640]
    assert len(account.state.health.checkpoints) == 1


@given(
    st.lists(st.tuples(st.integers(1, 500), st.integers(0, 120)), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 200), st.sampled_from(["renew", "watch"])), max_size=8),
)
def test_whatever_the_terms_each_checkpoint_falls_due_once_and_nothing_is_left_behind(
    terms: list[tuple[int, int]], answers: list[tuple[int, str]]
) -> None:
    account = Cared(TERMS)
    for number, (length, later) in enumerate(terms):
        record(account, f"c-{number}", later, later + length, auto_renew=bool(number % 2))
    for days, verdict in answers:
        account.live(days)
        account.say("answer_checkpoint", verdict=verdict, contract_id="c-0")
        assert (look := next_look(account.state)) is None or look > account.now
    due = [
        (fact.data["contract_id"], fact.data["term"], fact.data["before"])
        for fact in account.facts
        if fact.kind == "checkpoint_due"
    ]
    assert len(due) == len(set(due))
    assert folded_anew(account.facts) == account.state
