"""Whatever is said to a pool, in whatever order and at whatever time: it never lends what it does
not have, whoever waits has an answer in time, and when all have ended it has everything back."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from hypothesis import example, given
from hypothesis import strategies as st

from sales.facts import Fact
from sales.pool.decide import decide_pool, next_look, passed
from sales.pool.evolve import evolve_pool, folded
from sales.pool.messages import POOL_KINDS
from sales.pool.queue import grantable, ordered
from sales.pool.shapes import POOL_SHAPES
from sales.pool.state import Pool, dump_pool, load_pool
from sales.pool.terms import Terms, period_of
from sales.reading import read
from tests.sales.test_pool import DAY, HOUR, TERMS, Desk

SEEDS: Final = st.integers(0, 2**24 - 1)
OPPORTUNITIES: Final = tuple(f"o-{number}" for number in range(12))
OUTCOMES: Final = ("won", "lost", "expired", "withdrawn")
Word = tuple[str, dict[str, Any]]


class Market:
    """Opportunities that ask, work, return and end; what they tell may overtake what they told
    before, and may come twice."""

    def __init__(self, luck: int) -> None:
        self.dice = Random(luck)
        self.desk = Desk()
        self.under_way: list[Word] = []
        self.ended: set[str] = set()

    def live(self, turns: int) -> None:
        for _ in range(turns):
            self.turn()

    def turn(self) -> None:
        dice, desk = self.dice, self.desk
        match dice.randrange(10):
            case 0:
                self.admin()
            case 1 | 2:
                desk.wait(dice.choice((timedelta(minutes=7), HOUR, DAY, 8 * DAY)))
            case 3 | 4 | 5 if self.under_way:
                self.deliver(dice.randrange(len(self.under_way)))
            case _:
                self.act(dice.choice(OPPORTUNITIES))
        check(desk)

    def admin(self) -> None:
        dice, desk = self.dice, self.desk
        hours = str(dice.randrange(10, 90))
        kind, body = dice.choice(
            [
                ("open_pool", {**TERMS, "hours": hours, "period": dice.choice(("7d", "5h"))}),
                ("amend_pool", {"hours": hours}),
                ("amend_pool", {"lease": dice.choice(("1h", "3d")), "patience": "2d"}),
                ("renew_lease", {"opportunity_id": dice.choice(OPPORTUNITIES)}),
                ("release_lease", {"opportunity_id": dice.choice(OPPORTUNITIES)}),
                ("close_pool", {"reason": "x", "release": dice.random() < 0.1}),
                ("nonsense", {}),
            ]
        )
        desk.say(kind, **body)

    def act(self, id: str) -> None:
        """What one of them decides, on its way to the pool; behind its end it says nothing."""
        dice, desk = self.dice, self.desk
        if id in self.ended:
            return
        match dice.randrange(6):
            case 0:
                self.end(id)
                return
            case 1:
                word = "release_lease", desk.place(id)
            case 2:
                hours = {"opportunity_id": id, "hours": str(dice.randrange(0, 9))}
                word = "use_hours", hours | dice.choice(({}, {"before": "2"}))
            case _:
                word = "request_lease", {**desk.place(id), **self.wish()}
        event = {"event_id": f"{id}/{dice.random()}"}
        self.under_way += [(word[0], {**word[1], **event})] * dice.choice((1, 1, 1, 2))

    def wish(self) -> dict[str, Any]:
        dice = self.dice
        found: dict[str, Any] = {"hours": str(dice.randrange(1, 60))}
        if dice.random() < 0.7:
            amount = str(dice.randrange(1, 10**6))
            found["amount"] = {"amount": amount, "currency": dice.choice(("EUR", "EUR", "USD"))}
        if dice.random() < 0.2:
            found["until"] = (self.desk.now + dice.randrange(1, 300) * HOUR).isoformat()
        return found

    def end(self, id: str) -> None:
        self.ended.add(id)
        body = {"opportunity_id": id, "outcome": self.dice.choice(OUTCOMES)}
        self.under_way.append(("opportunity_over", {**body, "event_id": f"end:{id}"}))

    def deliver(self, number: int) -> None:
        kind, body = self.under_way.pop(number)
        self.desk.say(kind, **body)


def check(desk: Desk) -> None:
    """What holds whenever one looks."""
    state = desk.state
    assert state.free >= 0
    assert passed(state, desk.now, desk.now) == ()
    look = next_look(state)
    assert look is None or look > desk.now
    assert not list(grantable(state, desk.now))
    assert not state.leases.keys() & state.queue.keys()
    assert not (state.leases.keys() | state.queue.keys()) & {
        id for id, gone in state.gone.items() if gone.ended
    }


@given(SEEDS, st.integers(1, 120))
def test_what_is_lent_and_used_is_never_more_than_there_is_and_all_ends_return_it(
    luck: int, turns: int
) -> None:
    market = Market(luck)
    market.live(turns)
    for id in OPPORTUNITIES:
        if id not in market.ended:
            market.end(id)
    while market.under_way:
        market.deliver(market.dice.randrange(len(market.under_way)))
        check(market.desk)
    state = market.desk.state
    assert (state.leases, state.queue) == ({}, {})
    assert audited(market.desk.journal) == []
    assert state == folded(evolve_pool(None, market.desk.journal[0]), market.desk.journal[1:])
    assert load_pool(dump_pool(state)) == state
    for fact in market.desk.journal:
        POOL_SHAPES[fact.kind].model_validate(fact.data)
    market.desk.wait(8 * DAY)
    assert market.desk.state.free == market.desk.state.hours


def audited(journal: list[Fact]) -> list[str]:
    """By the journal alone, in its order: where more was lent and used than there was."""
    hours, live, used, broken = Decimal(0), dict[str, list[Decimal]](), Decimal(0), list[str]()
    for fact in journal:
        data = fact.data
        match fact.kind:
            case "pool_opened" | "pool_amended" if "hours" in data:
                hours = Decimal(data["hours"])
            case "lease_granted":
                live[data["opportunity_id"]] = [Decimal(data["hours"]), Decimal(0)]
            case "hours_used" if data["opportunity_id"] in live:
                worked = Decimal(data["hours"]) - Decimal(data.get("before", 0))
                lease = live[data["opportunity_id"]]
                lease[1] = max(lease[1] + worked, Decimal(0))
            case "lease_released" | "lease_expired":
                used += min(live.pop(data["opportunity_id"]))
            case "period_turned":
                used, live = Decimal(0), {id: [each[0], Decimal(0)] for id, each in live.items()}
        if sum((each[0] for each in live.values()), used) > hours:
            broken.append(f"{fact.sequence}: {fact.kind}")
    return broken


def waits(state: Pool, now: datetime) -> Iterator[tuple[str, timedelta]]:
    """How long each request may still wait, if all that have hours keep them as long as they can:
    until it has waited for the patience, then for each of those that are served before it."""
    terms = state.terms
    assert terms
    longest = terms.lease * (terms.renewals + 2) + terms.period * 2
    for place, (id, request) in enumerate(ordered(state, now), 1):
        until_first = max(request.since + terms.patience - now, timedelta(0))
        before = sum(each.sequence < request.sequence for each in state.queue.values())
        yield id, until_first + longest * (before + 1)
        assert place <= len(state.queue)


@example(0)
@given(SEEDS)
def test_whoever_waits_has_an_answer_in_time_however_rich_the_others_are(luck: int) -> None:
    dice, desk = Random(luck), Desk().open(period=Random(luck).choice(("7d", "30h")))
    for id in OPPORTUNITIES:
        desk.ask(id, str(dice.randrange(20, 80)), str(dice.randrange(1, 100)))
    for _ in range(dice.randrange(3)):
        desk.wait(dice.randrange(1, 200) * HOUR)
    bounds = {id: desk.now + time for id, time in waits(desk.state, desk.now)}
    for number in range(10_000):
        if not bounds.keys() & desk.state.queue.keys():
            break
        for id in [*desk.state.leases]:
            if dice.random() < 0.5:
                desk.say("use_hours", opportunity_id=id, hours=str(dice.randrange(20)))
            if dice.random() < 0.3:
                desk.say("renew_lease", opportunity_id=id)
        if len(desk.state.queue) < 2 * len(OPPORTUNITIES):
            desk.ask(f"rich-{number}", str(dice.randrange(1, 30)), "900000")
        desk.wait(dice.randrange(1, 60) * HOUR)
        assert desk.state.free >= 0
        late = [id for id, until in bounds.items() if id in desk.state.queue and until < desk.now]
        assert late == []
    assert not bounds.keys() & desk.state.queue.keys()


@given(SEEDS)
def test_what_a_pool_is_told_before_it_is_known_is_what_it_is_told_afterwards(luck: int) -> None:
    """Twice the same word is one: whoever tells again after a crash breaks nothing."""
    market = Market(luck)
    market.live(60)
    state = market.desk.state
    for kind, body in market.under_way:
        message = read(kind, body, POOL_KINDS)
        once = folded(state, decide_pool(state, message, market.desk.now))
        assert decide_pool(once, message, market.desk.now) == ()


@given(SEEDS, st.sampled_from(["7d", "1d", "90s", "36h"]), st.integers(0, 10**8))
def test_periods_lie_side_by_side(luck: int, period: str, seconds: int) -> None:
    zone = Random(luck).choice(("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"))
    terms = Terms.model_validate({**TERMS, "period": period, "time_zone": zone})
    at = Desk().now + timedelta(seconds=seconds)
    first, behind = period_of(terms, at)
    assert first <= at < behind
    assert period_of(terms, first) == (first, behind)
    assert period_of(terms, behind)[0] == behind
