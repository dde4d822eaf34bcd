"""Commitments: when they are due, how they are answered, and that time alone is not forgiving."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes import library
from sales.account.commitments.rules import COMMITMENT
from sales.account.commitments.state import MOST_COMMITMENTS, promised_id, severely_breached
from sales.account.decide import (
    decide_account,
    folded,
    managed,
    next_look,
    open_account,
    passed,
    policy_draft,
)
from sales.account.evolve import evolve_account
from sales.account.messages import ACCOUNT_KINDS
from sales.account.policy import STANDARD, Policy
from sales.account.state import Account, Admission, dump_account, load_account
from sales.facts import Fact
from sales.journal import numbered
from sales.messages import Erase
from sales.opening import OpenOpportunity, Start
from sales.reading import read

MONDAY: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
POLICY: Final = library().policies.find(STANDARD)
OF_OTHERS: Final = ("health_", "survey_", "contract_", "checkpoint_", "need_")
"""How the facts begin of those parts that look at what was promised."""
CONTRACT: Final = {"start": "2026-06-01", "end": "2027-05-31"}


class Office:
    """One account, and a clock that moves only when told to."""

    def __init__(self, policy: Policy | None = POLICY) -> None:
        self.now = MONDAY
        self.state, first = open_account("acme", MONDAY)
        self.facts: list[Fact] = [first]
        self.keep(managed(self.state, MONDAY, policy))

    def keep(self, facts: tuple[Fact, ...]) -> list[Fact]:
        self.state = folded(self.state, facts)
        self.facts += facts
        return [fact for fact in facts if not fact.kind.startswith(OF_OTHERS)]

    def say(self, kind: str, /, **body: Any) -> list[Fact]:
        said = {name: _plain(value) for name, value in body.items()}
        message = read(kind, said, ACCOUNT_KINDS)
        return self.keep(decide_account(self.state, message, self.now))

    def until(self, now: datetime) -> list[Fact]:
        """Time goes by, and only then somebody looks."""
        self.now = now
        return self.keep(passed(self.state, now, now))

    def make(self, id: str = "c1", **body: Any) -> Fact:
        (fact,) = self.say("make_commitment", commitment_id=id, title="Answer them", **body)
        return fact

    def launch(self, opportunity_id: str) -> None:
        process = library().find("new_business")
        opening = {"opportunity_id": opportunity_id, "process": "new_business", "name": "Order"}
        message = read("open_opportunity", opening, ACCOUNT_KINDS)
        assert process
        assert isinstance(message, OpenOpportunity)
        start = Start(account_id="acme", opening=message, process=process)
        self.keep(decide_account(self.state, message, self.now, admission=Admission(start)))

    def kinds(self) -> list[str]:
        return [fact.kind.removeprefix("commitment_") for fact in self.facts]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def rule(facts: list[Fact]) -> str:
    (fact,) = facts
    return f"{fact.data['field']}: {fact.data['rule']}"


def test_a_service_level_runs_in_working_hours() -> None:
    office = Office()
    office.until(MONDAY + 3 * DAY + 7 * HOUR)  # Thursday, 16:00
    made = office.make(level="standard")
    assert made.data["clocks"] == {
        "respond": {"due": "2026-03-06T16:00:00+00:00", "warn_at": "2026-03-06T14:00:00+00:00"},
        "resolve": {"due": "2026-03-12T16:00:00+00:00", "warn_at": "2026-03-11T14:00:00+00:00"},
    }
    assert (made.data["severe"], made.data["working"]) == (False, True)


def test_around_the_clock_a_night_counts() -> None:
    made = Office().make(level="outage")
    assert made.data["clocks"]["resolve"]["due"] == "2026-03-02T17:00:00+00:00"
    assert (made.data["severe"], made.data["working"]) == (True, False)
    assert not Office().make(level="outage", severe=False).data["severe"]


def test_a_due_date_is_over_when_its_day_is() -> None:
    made = Office().make(due="2026-04-01", owner="jane")
    assert made.data["clocks"] == {
        "resolve": {
            "due": "2026-04-01T23:59:59.999999+00:00",
            "warn_at": "2026-03-18T23:59:59.999999+00:00",
        }
    }
    soon = Office().make(due="2026-03-04")
    assert "warn_at" not in soon.data["clocks"]["resolve"]  # there is no time left for it


def test_each_clock_warns_and_strikes_once_at_its_own_instant_however_late_somebody_looks() -> None:
    office = Office()
    office.make(level="urgent", owner="jane")
    assert next_look(office.state) == MONDAY + 1.5 * HOUR
    facts = office.until(MONDAY + 1.75 * HOUR) + office.until(MONDAY + 30 * DAY)
    assert [(fact.kind, fact.data["clock"], fact.occurred_at) for fact in facts] == [
        ("commitment_warned", "respond", MONDAY + 1.5 * HOUR),
        ("commitment_breached", "respond", MONDAY + 2 * HOUR),
        ("commitment_breached", "resolve", MONDAY + DAY + 8 * HOUR),
    ]
    assert [*COMMITMENT.looks(office.state)] == []
    assert office.until(MONDAY + 60 * DAY) == []
    notices = [each for fact in facts for each in COMMITMENT.notices[fact.kind](fact)]
    assert [(each.what, each.to) for each in notices] == [
        ("commitment_due", "jane"),
        *[("commitment_breached", "jane")] * 2,
    ]
    assert notices[0].due == MONDAY + 2 * HOUR


def test_what_is_breached_stays_until_it_is_met_and_then_leaves() -> None:
    office = Office()
    office.make(level="urgent")
    office.until(MONDAY + 9 * DAY)
    assert office.state.commitments["c1"].breached
    assert severely_breached(office.state.commitments.values())
    answered, met = office.say("meet_commitment", commitment_id="c1")
    assert (answered.kind, met.kind) == ("commitment_responded", "commitment_met")
    assert (answered.data["in_time"], met.data["in_time"]) == (False, False)
    assert [each.what for each in COMMITMENT.notices[met.kind](met)] == ["commitment_met_late"]
    assert office.state.commitments == {}
    assert not severely_breached(office.state.commitments.values())


def test_a_first_answer_is_one_clock_and_the_end_the_other() -> None:
    office = Office()
    office.make(level="standard")
    office.until(MONDAY + HOUR)
    (answered,) = office.say("respond_to_commitment", commitment_id="c1")
    assert answered.data["in_time"]
    again = office.say("respond_to_commitment", commitment_id="c1")
    assert rule(again) == "commitment_id: nothing_to_answer"
    office.until(MONDAY + 2 * DAY)
    (met,) = office.say("meet_commitment", commitment_id="c1")
    assert met.data["in_time"]
    assert list(COMMITMENT.notices[met.kind](met)) == []


@pytest.mark.parametrize("stamp", ["occurred_at", "sent_at"])
def test_what_was_done_in_time_and_told_late_corrects_the_breach(stamp: str) -> None:
    office = Office()
    office.make(level="urgent")
    office.until(MONDAY + 9 * DAY)
    done = MONDAY + DAY + 8 * HOUR
    answered, met = office.say("meet_commitment", commitment_id="c1", **{stamp: done})
    assert "corrects" not in answered.data  # the first answer was due on Monday
    assert (met.data["in_time"], met.data["corrects"]) == (True, True)
    assert met.occurred_at == done
    late = Office()
    late.make(level="urgent")
    late.until(MONDAY + 9 * DAY)
    said = {stamp: done + timedelta(microseconds=1)}
    assert not late.say("meet_commitment", commitment_id="c1", **said)[1].data["in_time"]


def test_what_was_sent_in_time_before_anybody_looked_breaches_nothing() -> None:
    office = Office()
    office.make(level="urgent")
    office.now = MONDAY + 9 * DAY
    facts = office.say("meet_commitment", commitment_id="c1", sent_at=MONDAY + HOUR)
    assert [fact.data["in_time"] for fact in facts] == [True, True]


def test_a_word_of_later_cannot_have_happened_before_the_promise_or_behind_its_sending() -> None:
    office = Office()
    office.make(due="2026-03-31")
    office.until(MONDAY + DAY)
    said = {"occurred_at": MONDAY - 9 * DAY, "commitment_id": "c1"}
    (met,) = office.say("meet_commitment", **said)
    assert met.occurred_at == MONDAY


def test_a_rest_gives_back_the_working_time_that_was_left() -> None:
    office = Office()
    office.make(level="standard")  # to be resolved by Friday, 17:00
    office.until(MONDAY + 2 * HOUR)
    office.say("pause_commitment", commitment_id="c1")
    assert next_look(office.state) == MONDAY + 2 * HOUR + 60 * DAY
    assert office.until(MONDAY + 5 * DAY) == []
    office.now = MONDAY + 7 * DAY  # the next Monday, 9:00
    (resumed,) = office.say("resume_commitment", commitment_id="c1")
    assert resumed.data["clocks"] == {
        "respond": {"due": "2026-03-09T15:00:00+00:00", "warn_at": "2026-03-09T13:00:00+00:00"},
        "resolve": {"due": "2026-03-13T15:00:00+00:00", "warn_at": "2026-03-12T13:00:00+00:00"},
    }
    assert office.state.commitments["c1"].paused == 7 * DAY - 2 * HOUR


def test_rests_are_bounded_in_all_and_end_by_themselves() -> None:
    office = Office()
    office.make(due="2026-12-31")
    office.say("pause_commitment", commitment_id="c1")
    assert rule(office.say("pause_commitment", commitment_id="c1")) == (
        "commitment_id: already_paused"
    )
    office.now += 40 * DAY
    office.say("resume_commitment", commitment_id="c1")
    assert rule(office.say("resume_commitment", commitment_id="c1")) == "commitment_id: not_paused"
    office.say("pause_commitment", commitment_id="c1")
    resumed, warned = office.until(MONDAY + 360 * DAY)
    assert (resumed.kind, resumed.occurred_at) == ("commitment_resumed", MONDAY + 60 * DAY)
    assert resumed.data["clocks"]["resolve"]["due"] == "2027-03-01T23:59:59.999999+00:00"
    assert warned.kind == "commitment_warned"
    refused = office.say("pause_commitment", commitment_id="c1")
    assert rule(refused) == "commitment_id: pauses_used_up"


def test_what_has_run_out_is_not_given_more_time_by_a_rest() -> None:
    office = Office()
    office.make(level="standard")
    office.until(MONDAY + 2 * DAY)
    office.say("pause_commitment", commitment_id="c1")
    office.now += DAY
    (resumed,) = office.say("resume_commitment", commitment_id="c1")
    assert [*resumed.data["clocks"]] == ["resolve"]
    office.until(MONDAY + 30 * DAY)
    assert rule(office.say("pause_commitment", commitment_id="c1")) == (
        "commitment_id: nothing_to_pause"
    )


def test_a_waiver_says_who_agreed_to_it_and_why() -> None:
    office = Office()
    office.make(due="2026-12-31")
    waive = {"commitment_id": "c1"}
    assert rule(office.say("waive_commitment", **waive, note="x")) == "actor: required"
    assert rule(office.say("waive_commitment", **waive, actor="jane")) == "note: required"
    (fact,) = office.say("waive_commitment", **waive, actor="jane", note="they built it")
    assert fact.kind == "commitment_waived"
    assert office.state.commitments == {}
    for kind in ("meet_commitment", "waive_commitment", "pause_commitment", "resume_commitment"):
        assert rule(office.say(kind, **waive)) == "commitment_id: unknown_commitment"


@pytest.mark.parametrize(
    ("body", "broken"),
    [
        ({}, "due: required"),
        ({"level": "standard", "due": "2026-04-01"}, "due: level_says_when"),
        ({"level": "golden"}, "level: unknown_level"),
        ({"due": "2026-03-01"}, "due: in_the_past"),
        ({"due": "2036-03-09"}, "due: too_far"),
        ({"due": "2026-04-01", "title": " "}, "title: required"),
    ],
)
def test_a_commitment_that_nobody_could_keep_is_refused(body: dict[str, Any], broken: str) -> None:
    said = {"commitment_id": "c1", "title": "Answer them", **body}
    assert rule(Office().say("make_commitment", **said)) == broken


def test_without_a_policy_nothing_is_promised() -> None:
    office = Office(policy=None)
    refused = office.say("make_commitment", commitment_id="c1", title="x", due="2026-04-01")
    assert rule(refused) == "policy: required"


def test_an_open_id_is_taken_and_a_settled_one_is_free_again() -> None:
    office = Office()
    office.make(due="2026-04-01")
    said = {"commitment_id": "c1", "title": "x", "due": "2026-04-01"}
    assert rule(office.say("make_commitment", **said)) == "commitment_id: already_made"
    office.say("meet_commitment", commitment_id="c1")
    assert office.say("make_commitment", **said)[0].kind == "commitment_made"


def test_a_retiring_account_promises_nothing_and_nothing_of_it_falls_due() -> None:
    office = Office()
    office.make(due="2026-04-01")
    office.say("retire", reason="they moved")
    said = {"commitment_id": "c2", "title": "x", "due": "2026-04-01"}
    assert rule(office.say("make_commitment", **said)) == "account_id: retired"
    assert office.until(MONDAY + 365 * DAY) == []


# -- what a sale promised ------------------------------------------------------------------------


def end(office: Office, outcome: str, **more: Any) -> list[Fact]:
    promises = {"o1": "Halve the time to quote", "o2": "One price list"}
    said = {"opportunity_id": "acme-1", "outcome": outcome, "reason": "best_fit"}
    return office.say("opportunity_ended", **said, promises=promises, **more)


def test_what_a_sale_promised_is_due_a_while_after_it() -> None:
    office = Office()
    office.launch("acme-1")
    office.now += DAY
    facts = end(office, "won", occurred_at=MONDAY)
    assert [fact.kind for fact in facts] == ["opportunity_ended", *["commitment_made"] * 2]
    first = facts[1].data
    assert (first["commitment_id"], first["title"]) == ("acme-1:o1", "Halve the time to quote")
    assert first["opportunity_id"] == "acme-1"
    assert first["clocks"]["resolve"]["due"] == (MONDAY + 90 * DAY).isoformat()
    assert len(end(office, "won")) == 1  # told again under another event: it is not open any more


def test_what_is_promised_for_a_contract_counts_from_its_start() -> None:
    office = Office()
    office.launch("acme-1")
    facts = end(office, "won", contract=CONTRACT)
    first = next(fact for fact in facts if fact.kind == "commitment_made").data["clocks"]
    assert datetime.fromisoformat(first["resolve"]["due"]).date().isoformat() == "2026-08-29"


def test_only_a_win_under_a_policy_that_says_when_leaves_commitments() -> None:
    quiet = Policy(name="quiet", version=1, title="Quiet")
    for policy, outcome in ((POLICY, "lost"), (None, "won"), (quiet, "won")):
        office = Office(policy)
        office.launch("acme-1")
        assert len(end(office, outcome)) == 1


def test_what_a_sale_promised_is_refused_by_name_where_there_is_no_room() -> None:
    office = Office()
    office.launch("acme-1")
    for number in range(MOST_COMMITMENTS - 1):
        office.make(f"c{number}", due="2026-04-01")
    more = {"commitment_id": "d1", "title": "x" * 200, "due": "2026-04-01"}
    *_, made, refused = end(office, "won")
    assert (made.kind, refused.kind) == ("commitment_made", "refused")
    assert refused.data["rule"] == "too_many_commitments"
    assert refused.data["body"]["commitment_id"] == "acme-1:o2"
    assert rule(office.say("make_commitment", **more)) == "commitment_id: too_many_commitments"


def test_the_longest_ids_make_one_of_the_same_length() -> None:
    assert promised_id("acme-1", "o1") == "acme-1:o1"
    long = promised_id("a" * 80, "o" * 100)
    assert len(long) <= 100
    assert long != promised_id("a" * 80, "o" * 99)


def test_as_many_as_there_can_be_take_less_than_half_of_what_an_account_may_carry() -> None:
    office = Office()
    for number in range(200):
        said = {"title": f"{number:03}" + "ä" * 50, "level": "standard", "owner": "o" * 40}
        office.say("make_commitment", commitment_id=f"c{number}", **said)
    office.until(MONDAY + 365 * DAY)
    assert len(office.state.commitments) == MOST_COMMITMENTS
    held = json.dumps(dump_account(office.state)["commitments"], ensure_ascii=False)
    assert len(held.encode()) < 32 * 1024


# -- erasing -----------------------------------------------------------------------------------


def test_a_title_is_erased_by_the_id_of_its_commitment() -> None:
    office = Office()
    office.make(due="2026-04-01")
    office.make("c2", due="2026-04-01")
    office.say("erase", reason="requested", actor="desk", details=["commitments.c1"])
    assert office.state.commitments["c1"].title == "[erased]"
    assert office.state.commitments["c2"].title == "Answer them"
    (refused,) = office.say("erase", reason="requested", actor="desk", details=["plan.s1"])
    assert refused.data["rule"] == "not_in_an_account"
    assert Erase.model_validate({"reason": "requested", "details": ["commitments.acme-1:o1"]})


# -- whatever is said, in whichever order --------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [*("make", "make", "wait", "wait", "respond_to", "meet", "waive"), "pause", "resume"]
        ),
        st.sampled_from(["c1", "c2"]),
        st.integers(0, 200),
        st.integers(0, 200),
        st.sampled_from(["standard", "urgent", "outage", None]),
    ),
    max_size=30,
)


@given(STEPS)
def test_time_strikes_each_clock_once_and_leaves_nothing_due(steps: list[Any]) -> None:
    office = Office()
    for what, id, hours, ago, level in steps:
        past = office.now - ago * HOUR
        stamps = {"occurred_at": past} if ago % 2 else {}
        how = {"level": level} if level else {"due": office.now + 90 * HOUR}
        about = {"commitment_id": id, "actor": "jane", "note": "as agreed"}
        if what == "wait":
            office.until(office.now + hours * HOUR)
        elif what == "make":
            office.say("make_commitment", **about, title="x", **how, **stamps)
        else:
            office.say(f"{what}_commitment", **about, **stamps)
        office.until(office.now)
        assert COMMITMENT.due(office.state, office.now) == []
        assert all(look > office.now for look in COMMITMENT.looks(office.state))
        assert load_account(dump_account(office.state)) == office.state
    state: Account | None = None
    struck: Counter[Any] = Counter()
    lives = Counter[str]()
    for fact in office.facts:
        state = evolve_account(state, fact)
        if fact.kind == "commitment_made":
            lives[fact.data["commitment_id"]] += 1
        id = fact.data.get("commitment_id")
        if fact.kind.startswith("commitment_") and fact.kind.endswith(("ed", "met", "made")):
            struck[fact.kind, id, lives[id or ""], fact.data.get("clock")] += 1
    assert state == office.state
    often = {"commitment_paused", "commitment_resumed"}
    assert {what: n for what, n in struck.items() if n > 1 and what[0] not in often} == {}


@given(st.lists(st.integers(1, 60), min_size=1, max_size=6))
def test_whatever_the_rests_the_working_time_up_to_the_deadline_stays_the_same(
    stretches: list[int],
) -> None:
    """It runs for the first stretch, rests for the second, and so on; in hours."""
    office = Office()
    office.make(level="standard")
    hours = POLICY.hours if POLICY else None
    assert hours
    worked, since = timedelta(0), MONDAY
    for number, stretch in enumerate(stretches):
        at = office.now + stretch * HOUR
        held = office.state.commitments["c1"]
        if not number % 2:
            if at >= held.clocks["resolve"].due:
                break
            worked += hours.between(since, at)
        since = at
        office.until(at)
        office.say("resume_commitment" if number % 2 else "pause_commitment", commitment_id="c1")
    held = office.state.commitments["c1"]
    if not held.paused_at:
        assert worked + hours.between(since, held.clocks["resolve"].due) == 40 * HOUR


def test_another_policy_moves_no_clock_that_runs() -> None:
    office = Office()
    office.make(level="standard")
    before = office.state.commitments
    other = Policy(name="other", version=1, title="Other")
    office.keep(numbered(office.state, [policy_draft(other)], None, office.now, "signal"))
    assert office.state.commitments == before
    assert office.until(MONDAY + 30 * DAY)
