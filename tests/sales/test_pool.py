"""A pool lends what it has and never more, to whom it pays most, until somebody has waited."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest

from sales.facts import Fact
from sales.pool.decide import begin_pool, decide_pool, next_look, passed
from sales.pool.evolve import folded
from sales.pool.messages import POOL_KINDS
from sales.pool.notices import POOL_NOTICES
from sales.pool.queue import ordered
from sales.pool.state import (
    MOST_GONE,
    MOST_LEASES,
    MOST_WAITING,
    Pool,
    dump_pool,
    load_pool,
)
from sales.pool.terms import Terms, period_of
from sales.pool.viewing import queue_views
from sales.reading import read

MONDAY: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
TERMS: Final[dict[str, Any]] = {
    "name": "Solution engineers",
    "hours": "80",
    "currency": "EUR",
    "period": "7d",
    "lease": "14d",
    "warn": "1d",
    "patience": "7d",
    "gain": "0.1",
    "renewals": 1,
}


@dataclass
class Desk:
    """One pool, and what was said to it."""

    now: datetime = MONDAY
    journal: list[Fact] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.state, first = begin_pool("engineers", self.now)
        self.journal.append(first)

    def take(self, facts: tuple[Fact, ...]) -> list[str]:
        self.state = folded(self.state, facts)
        self.journal += facts
        return [fact.kind for fact in facts]

    def say(self, kind: str, /, **body: Any) -> list[str]:
        message = read(kind, body, POOL_KINDS)
        return self.take(decide_pool(self.state, message, self.now))

    def open(self, **terms: Any) -> "Desk":
        assert self.say("open_pool", **TERMS | terms) == ["pool_opened"]
        return self

    def place(self, id: str) -> dict[str, Any]:
        self.numbers[id] = self.numbers.get(id, 0) + 1
        return {"opportunity_id": id, "said_at": self.now.isoformat(), "number": self.numbers[id]}

    def ask(self, id: str, hours: str, amount: str | None = None, **more: Any) -> list[str]:
        if amount:
            more["amount"] = {"amount": amount, "currency": more.pop("currency", "EUR")}
        return self.say("request_lease", **self.place(id), hours=hours, **more)

    def release(self, id: str) -> list[str]:
        return self.say("release_lease", **self.place(id))

    def end(self, id: str, outcome: str = "lost") -> list[str]:
        return self.say("opportunity_over", opportunity_id=id, outcome=outcome)

    def wait(self, time: timedelta) -> list[str]:
        self.now += time
        return self.take(passed(self.state, self.now, self.now))

    def refused(self) -> str:
        last = self.journal[-1]
        assert last.kind == "refused", last
        return f"{last.data['field']}: {last.data['rule']}"


def test_hours_that_are_free_are_granted_at_once_and_those_that_are_not_wait() -> None:
    desk = Desk().open()
    assert desk.ask("a", "50") == ["lease_requested", "lease_granted"]
    assert desk.ask("b", "31") == ["lease_requested"]
    assert [desk.state.leased, desk.state.free] == [50, 30]
    assert desk.release("a") == ["lease_released", "lease_granted"]
    assert desk.state.leases.keys() == {"b"}


def test_the_queue_is_ordered_by_what_an_hour_brings() -> None:
    desk = Desk().open()
    desk.ask("holder", "80")
    desk.ask("large", "40", "100000")  # 0.1 * 100000 / 40 = 250 an hour
    desk.ask("dense", "10", "50000")  # 500
    desk.ask("sure", "10", "20000", gain="0.4")  # 800
    desk.ask("foreign", "1", "900000", currency="USD")
    desk.ask("unknown", "1")
    queue = queue_views(desk.state, desk.now)
    told = [(each.opportunity_id, each.an_hour, each.why) for each in queue]
    assert told == [
        ("sure", Decimal(800), None),
        ("dense", Decimal(500), None),
        ("large", Decimal(250), None),
        ("foreign", Decimal(0), "other_currency"),
        ("unknown", Decimal(0), "no_amount"),
    ]


def test_who_has_waited_goes_first_and_nothing_smaller_passes() -> None:
    desk = Desk().open()
    desk.ask("holder", "40", until=(MONDAY + 20 * DAY).isoformat())
    desk.ask("patient", "60", "1")
    assert desk.ask("small", "10", "1") == ["lease_requested", "lease_granted"]
    desk.wait(7 * DAY)
    assert desk.ask("rich", "5", "1000000") == ["lease_requested"]
    assert [id for id, _ in ordered(desk.state, desk.now)] == ["patient", "rich"]
    assert desk.release("holder") == ["lease_released", "lease_granted", "lease_granted"]
    assert desk.state.leases.keys() == {"small", "patient", "rich"}


def test_used_hours_come_back_with_the_turn_of_the_period_and_all_others_at_once() -> None:
    desk = Desk().open()
    desk.ask("a", "80")
    desk.say("use_hours", opportunity_id="a", hours="30")
    desk.say("use_hours", opportunity_id="a", hours="20", before="30")
    desk.ask("b", "70")
    assert desk.end("a", "won") == ["lease_released"]
    assert [desk.state.used, desk.state.free] == [20, 60]
    look = next_look(desk.state)
    assert look == datetime(2026, 3, 9, tzinfo=UTC)
    assert desk.wait(look - desk.now) == ["period_turned", "lease_granted"]


def test_hours_used_beyond_the_lease_are_no_capacity() -> None:
    desk = Desk().open()
    desk.ask("a", "10")
    desk.say("use_hours", opportunity_id="a", hours="25")
    desk.say("use_hours", opportunity_id="nobody", hours="25")
    desk.release("a")
    assert [desk.state.used, desk.state.free] == [10, 70]


def test_a_lease_ends_in_time_after_a_warning_and_can_be_renewed_within_the_budget() -> None:
    desk = Desk().open()
    desk.ask("a", "10")
    assert desk.wait(13 * DAY) == ["lease_expiring"]
    assert desk.say("renew_lease", opportunity_id="a") == ["lease_renewed"]
    assert desk.state.leases["a"].expires_at == desk.now + 14 * DAY
    assert desk.say("renew_lease", opportunity_id="a") == ["refused"]
    assert desk.refused() == "opportunity_id: budget_times"
    assert desk.wait(20 * DAY) == ["lease_expired"]
    assert desk.journal[-1].occurred_at == MONDAY + 27 * DAY
    assert desk.ask("a", "10") == ["lease_requested", "lease_granted"]


def test_a_request_that_is_of_no_use_any_more_is_dropped() -> None:
    desk = Desk().open()
    desk.ask("holder", "80")
    desk.ask("a", "10", until=(MONDAY + DAY).isoformat())
    desk.ask("b", "75")
    assert desk.wait(DAY) == ["request_dropped"]
    desk.say("release_lease", opportunity_id="holder")
    desk.say("release_lease", opportunity_id="b")
    assert desk.say("amend_pool", hours="20") == ["pool_amended"]
    assert desk.ask("c", "21") == ["refused"]
    assert desk.refused() == "hours: too_large"


def test_a_release_or_an_end_that_comes_before_its_request_wins() -> None:
    desk = Desk().open()
    request = {**desk.place("a"), "hours": "10"}
    release = desk.place("a")
    assert desk.say("release_lease", **release) == ["word_kept"]
    assert desk.say("request_lease", **request) == ["refused"]
    assert desk.refused() == "number: stale"
    assert desk.ask("a", "10") == ["lease_requested", "lease_granted"]
    assert desk.end("b") == ["word_kept"]
    assert desk.ask("b", "10") == ["refused"]
    assert desk.refused() == "opportunity_id: ended"


def test_an_old_release_does_not_take_what_was_asked_for_since() -> None:
    desk = Desk().open()
    old = {**desk.place("a"), "event_id": "old"}
    desk.ask("a", "10")
    assert desk.say("release_lease", **old) == ["refused"]
    assert desk.refused() == "number: stale"
    assert desk.state.leases.keys() == {"a"}
    assert desk.say("release_lease", opportunity_id="a") == ["lease_released"]
    assert desk.say("release_lease", opportunity_id="a") == ["refused"]
    assert desk.refused() == "opportunity_id: nothing_here"


def test_a_pool_that_nobody_has_opened_lets_requests_wait_until_somebody_does() -> None:
    desk = Desk()
    assert desk.ask("a", "10") == ["lease_requested"]
    assert desk.ask("b", "90") == ["lease_requested"]
    assert desk.state.stage == "unopened"
    told = desk.say("open_pool", **TERMS)
    assert told == ["pool_opened", "request_dropped", "lease_granted"]


def test_terms_can_be_amended_but_never_below_what_is_taken() -> None:
    desk = Desk().open()
    desk.ask("a", "60")
    desk.ask("b", "60")
    assert desk.say("amend_pool", hours="59") == ["refused"]
    assert desk.refused() == "hours: below_what_is_taken"
    assert desk.say("amend_pool", hours="120") == ["pool_amended", "lease_granted"]
    for body, rule in (
        ({}, "body: nothing_to_amend"),
        ({"period": "0s"}, "period: too_small"),
        ({"time_zone": "Mars/Base"}, "time_zone: unknown_time_zone"),
    ):
        desk.say("amend_pool", **body)
        assert desk.refused() == rule


def test_a_pool_with_live_leases_is_closed_only_by_who_says_that_they_go() -> None:
    desk = Desk().open()
    desk.ask("a", "60")
    desk.ask("b", "60")
    assert desk.say("close_pool", reason="they left") == ["refused"]
    assert desk.refused() == "release: leases_live"
    told = desk.say("close_pool", reason="they left", release=True)
    assert told == ["lease_released", "request_dropped", "pool_closed"]
    assert (desk.state.stage, desk.state.leases, desk.state.queue) == ("closed", {}, {})
    for kind, body in (
        ("open_pool", TERMS),
        ("close_pool", {"reason": "again"}),
        ("request_lease", {**desk.place("c"), "hours": "1"}),
    ):
        desk.say(kind, **body)
        assert desk.refused() == "pool_id: closed"
    assert desk.end("a") == []


def test_who_asks_for_less_keeps_the_place_and_who_asks_for_more_goes_behind() -> None:
    desk = Desk().open()
    desk.ask("holder", "80")
    desk.ask("a", "10")
    desk.wait(HOUR)
    desk.ask("b", "10")
    desk.ask("a", "5", "100")
    assert desk.state.queue["a"].since == MONDAY
    desk.wait(HOUR)
    desk.ask("a", "20")
    assert [id for id, _ in ordered(desk.state, desk.now)] == ["b", "a"]


@pytest.mark.parametrize(
    ("period", "zone", "at", "first", "behind"),
    [
        ("7d", "UTC", "2026-03-04T12:00", "2026-03-02T00:00", "2026-03-09T00:00"),
        ("7d", "Europe/Berlin", "2026-03-30T12:00", "2026-03-29T22:00", "2026-04-05T22:00"),
        ("7d", "Europe/Berlin", "2026-03-28T12:00", "2026-03-22T23:00", "2026-03-29T22:00"),
        ("1d", "America/New_York", "2026-03-08T12:00", "2026-03-08T05:00", "2026-03-09T04:00"),
        ("90s", "UTC", "2026-03-04T00:02", "2026-03-04T00:01:30", "2026-03-04T00:03"),
    ],
)
def test_a_period_of_days_begins_at_midnight_where_the_pool_is(
    period: str, zone: str, at: str, first: str, behind: str
) -> None:
    terms = Terms.model_validate({**TERMS, "period": period, "time_zone": zone})
    instants = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (at, first, behind)]
    assert period_of(terms, instants[0]) == (instants[1], instants[2])


def test_what_a_pool_carries_comes_back_as_it_was() -> None:
    desk = Desk().open()
    desk.ask("a", "50", "1000")
    desk.ask("b", "50", "1000", gain="0.3", owner="jane", until=(MONDAY + DAY).isoformat())
    desk.say("use_hours", opportunity_id="a", hours="3")
    desk.end("c")
    desk.say("open_pool", **TERMS)
    state: Pool = load_pool(dump_pool(desk.state))
    assert state == desk.state


def test_the_name_can_be_erased() -> None:
    desk = Desk().open()
    assert desk.say("erase", reason="requested", details=["plan.s1"], actor="ann") == ["refused"]
    assert desk.refused() == "details: not_in_a_pool"
    assert desk.say("erase", reason="requested", details=["name"], actor="ann") == ["erased"]
    assert desk.state.terms
    assert desk.state.terms.name == "[erased]"


def test_what_a_pool_carries_is_bounded_however_many_come_and_go() -> None:
    desk = Desk().open(hours="1000")
    for number in range(MOST_LEASES + MOST_WAITING + 2 * MOST_GONE):
        id = f"{number:04}-{'x' * 35}"
        desk.ask(id, "1", "12345.67", owner=f"owner-{number:04}", event_id=f"ask-{id}")
        if number % 2:
            desk.end(f"{number:04}-{'y' * 35}")
    state = desk.state
    assert (len(state.leases), len(state.queue)) == (MOST_LEASES, MOST_WAITING)
    assert len(state.gone) == MOST_GONE
    rules = {fact.data["rule"] for fact in desk.journal if fact.kind == "refused"}
    assert rules == {"too_many_waiting"}
    assert len(json.dumps(dump_pool(state))) < 150_000


def test_the_owner_is_told_what_became_of_the_hours_and_nobody_of_their_own_doing() -> None:
    desk = Desk().open()
    desk.ask("a", "80", owner="jane")
    desk.ask("b", "80", owner="kim", until=(MONDAY + DAY).isoformat())
    desk.ask("b", "81", owner="kim")
    desk.wait(DAY)
    desk.wait(14 * DAY)
    desk.ask("a", "10", owner="jane")
    desk.release("a")
    facts = [fact for fact in desk.journal if fact.kind in POOL_NOTICES]
    notices = [notice for fact in facts for notice in POOL_NOTICES[fact.kind](fact)]
    told = [(notice.what, notice.to) for notice in notices]
    assert told == [
        ("lease_granted", "jane"),
        ("request_refused", "kim"),
        ("request_dropped", "kim"),
        ("lease_expired", "jane"),
        ("lease_granted", "jane"),
    ]
