"""Retention: worked examples of others, and a waterfall that adds up whatever has happened."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.retention.cohorts import cohorts
from insight.retention.flows import Flow, flows, logos, unknown
from insight.retention.history import KINDS, Book, add
from insight.retention.renewals import due
from sales.account.contracts.state import recurring
from sales.facts import Fact
from tests.sales.contracts_world import Customer, day, euros
from tests.sales.test_contracts_any import moves, play

YEAR: Final = (day("2026-01-01"), day("2027-01-01"))
MOMENT: Final = timedelta(microseconds=1)
MILLION: Final = 1_000_000


def customer(at: str = "2025-03-01", id: str = "acme", **said: Any) -> Customer:
    """One with a contract of three years, from then on."""
    acme = Customer(at, id=id)
    end = f"{int(at[:4]) + 3}{at[4:]}"
    acme.say("record_contract", **{"contract_id": "c", "start": at, "end": end, **said})
    return acme


def amended(acme: Customer, at: str, amount: object, **said: Any) -> None:
    acme.until(at)
    acme.say("amend_contract", contract_id="c", recurring=euros(amount), **said)


def gone(acme: Customer, at: str) -> None:
    acme.until(at)
    acme.say("end_contract", contract_id="c", reason="price", end=at)
    acme.until(day(at) + timedelta(days=1))


def book(*customers: Customer, as_of: str = "2030-01-01") -> Book:
    found = Book(day(as_of))
    for number, each in enumerate(customers):
        add(found, facts_of(f"a{number}", each))
    return found


def facts_of(account_id: str, acme: Customer) -> list[tuple[str, Fact]]:
    """As the ledger tells them."""
    return [(account_id, fact) for fact in acme.of(*KINDS)]


def lines(flow: Flow) -> dict[str, Decimal]:
    return {line.name: line.amount for line in flow.lines if line.amount}


def test_a_published_example_comes_out_as_published() -> None:
    """pulserevops.com/sales-trainings/q97: $10.0M at the start, $600K contracts, $900K churns and
    $1.8M expands: GRR 85 %, NRR 103 %."""
    kept, less = customer(recurring=euros(5 * MILLION)), customer(recurring=euros(4_100_000))
    left = customer(recurring=euros(900_000))
    amended(kept, "2026-05-01", 6_800_000)
    amended(less, "2026-06-01", 3_500_000)
    gone(left, "2026-09-30")
    (flow,) = flows(book(kept, less, left), *YEAR)
    assert flow.start.amount == 10 * MILLION
    assert lines(flow) == {"expansion": 1_800_000, "contraction": -600_000, "churn": -900_000}
    assert flow.grr == pytest.approx(0.85)
    assert flow.nrr == pytest.approx(1.03)
    assert flow.end.amount == 10_300_000


def test_a_clause_of_the_contract_is_no_expansion() -> None:
    acme = customer("2025-01-01", end="2025-12-31", recurring=euros(100), escalator="0.05")
    acme.until("2025-12-01")
    acme.win("acme:c:renewal-2", 120)
    acme.until("2026-02-01")
    (flow,) = flows(book(acme), *YEAR)
    assert lines(flow) == {"expansion": 15, "escalation": 5}
    assert (flow.grr, flow.nrr, flow.nrr_with_escalation) == (1.0, 1.15, 1.2)
    hand = customer(recurring=euros(100))
    amended(hand, "2026-03-01", 103, escalated=True)
    (flow,) = flows(book(hand), *YEAR)
    assert lines(flow) == {"escalation": 3}
    assert flow.nrr == 1.0


def test_what_was_won_and_lost_again_within_the_period_is_no_loss_of_what_was_there() -> None:
    swung, brief = customer(recurring=euros(10)), customer("2026-02-01", recurring=euros(99))
    amended(swung, "2026-03-01", 15)
    amended(swung, "2026-10-01", 10)
    gone(brief, "2026-11-30")
    (flow,) = flows(book(swung, brief), *YEAR)
    assert (flow.grr, flow.nrr, lines(flow)) == (1.0, 1.0, {})


def test_who_is_new_and_who_has_come_back_is_told_apart() -> None:
    back = customer("2024-01-01", end="2024-12-31", recurring=euros(50))
    back.until("2024-12-01")
    back.end("acme:c:renewal-2", "lost")
    back.until("2026-04-01")
    back.say("record_contract", contract_id="d", start="2026-04-01", recurring=euros(70))
    (flow,) = flows(book(back, customer("2026-06-01", recurring=euros(30))), *YEAR)
    assert lines(flow) == {"new": 30, "returned": 70}
    assert (flow.grr, flow.nrr) == (None, None)


def test_a_contract_that_ends_on_the_last_day_is_churn_of_that_period_and_of_no_other() -> None:
    acme = customer("2026-01-01", end="2026-12-31", recurring=euros(10))
    acme.until("2026-12-01")
    acme.end("acme:c:renewal-2", "lost")
    acme.until("2027-01-02")
    told = book(acme)
    (flow,) = flows(told, day("2026-07-01"), day("2027-01-01"))
    assert lines(flow) == {"churn": -10}
    assert flows(told, day("2027-01-01"), day("2027-07-01")) == []


def test_currencies_are_never_added_and_sums_that_are_missing_are_counted() -> None:
    euro, dollar = (
        customer(recurring=euros(10)),
        customer(recurring={"amount": "7", "currency": "USD"}),
    )
    told = book(euro, dollar, customer())
    starts = {flow.currency: flow.start.amount for flow in flows(told, *YEAR)}
    assert starts == {"EUR": 10, "USD": 7}
    assert unknown(told, *YEAR) == 1
    assert [(each.kept.part, each.kept.n) for each in logos(told, *YEAR)] == [(3, 3)]
    assert flows(Book(day("2030-01-01")), *YEAR) == []


def test_groups_are_those_of_the_account_or_of_the_product() -> None:
    one, other = customer(recurring=euros(10), product="Lifts"), customer(recurring=euros(20))
    one.say("amend", segment="industry", owner="jane")
    one.say(
        "record_contract", contract_id="d", start="2026-03-01", recurring=euros(5), product="Care"
    )
    gone(other, "2026-05-31")
    told = book(one, other)
    by_segment = {flow.group: flow for flow in flows(told, *YEAR, "segment")}
    assert by_segment["industry"].nrr == 1.5
    assert by_segment[None].grr == 0.0
    by_product = {flow.group: lines(flow) for flow in flows(told, *YEAR, "product")}
    assert by_product == {"Lifts": {}, "Care": {"new": 5}, None: {"churn": -20}}


def test_what_was_up_for_renewal_is_rated_by_itself() -> None:
    renewed, lost = (customer("2025-07-01", end="2026-06-30", recurring=euros(n)) for n in (80, 20))
    idle = customer(recurring=euros(900))
    waits = customer("2025-07-01", end="2026-06-30", recurring=euros(40))
    for each in (renewed, lost, waits):
        each.until("2026-06-01")
    renewed.win("acme:c:renewal-2", 60)
    lost.end("acme:c:renewal-2", "lost")
    for each in (renewed, lost, waits, idle):
        each.until("2026-07-10")
    (found,) = due(book(renewed, lost, waits, idle), *YEAR)
    assert (found.renewed.part, found.renewed.n, found.undecided) == (1, 2, 1)
    assert [float(each) for each in (found.before, found.kept)] == [100, 60]
    assert found.grr == 0.6
    year = customer("2025-01-01", end="2025-12-31", recurring=euros(5))
    year.until("2025-12-01")
    year.win("acme:c:renewal-2", 5)
    year.until("2026-02-01")
    assert due(book(year), *YEAR) == []  # its term ended with the year before


def test_a_cohort_tells_what_is_left_of_it_year_by_year() -> None:
    one, other = (
        customer("2025-03-01", recurring=euros(60)),
        customer("2025-04-01", recurring=euros(40)),
    )
    later = customer("2026-05-01", recurring=euros(10))
    amended(one, "2026-02-01", 75)
    gone(other, "2026-08-31")
    edges = [day(f"{year}-01-01") for year in range(2025, 2029)]
    found = cohorts(book(one, other, later, as_of="2027-02-01"), ["2025", "2026", "2027"], edges)
    assert [(each.label, each.n) for each in found] == [("2025", 2), ("2026", 1)]
    first, second = found[0].ages
    assert (first.left, float(first.amount), first.rate) == (2, 100, 1.0)
    assert (second.left, float(second.amount), second.rate) == (1, 75, 0.75)
    assert len(found[1].ages) == 1


def test_nothing_that_became_known_later_is_in_an_earlier_answer() -> None:
    acme = customer(recurring=euros(10))
    amended(acme, "2026-10-01", 5)
    before = flows(book(acme, as_of="2026-09-01"), *YEAR)
    assert before[0].end.amount == 10


scripts = st.lists(st.lists(moves, max_size=12), min_size=1, max_size=3)
instants = st.integers(0, 1_000).map(lambda days: day("2026-01-01") + timedelta(days=days))


@settings(max_examples=60, deadline=None)
@given(scripts, instants, instants, st.sampled_from([None, "product"]))
def test_every_waterfall_adds_up_and_ends_with_what_the_accounts_carry(
    scripts: list[list[Any]], one: Any, other: Any, by: str | None
) -> None:
    customers = [Customer() for _ in scripts]
    for acme, script in zip(customers, scripts, strict=True):
        for move in script:
            play(acme, *move)
    told = Book(max(acme.now for acme in customers))
    for number, acme in enumerate(customers):
        add(told, facts_of(f"a{number}", acme))
    since, until = sorted((one, other))
    for flow in flows(told, since, until, by):
        assert flow.start.amount + sum(line.amount for line in flow.lines) == flow.end.amount
        if flow.grr is not None and flow.nrr is not None:
            assert 0 <= flow.grr <= 1
            assert flow.nrr >= flow.grr
    for number, acme in enumerate(customers):
        alone = Book(acme.now)
        add(alone, facts_of(f"a{number}", acme))
        ends = {flow.currency: flow.end.amount for flow in flows(alone, since, acme.now + MOMENT)}
        carried = recurring(acme.state.contracts, acme.now)
        assert {code: sum_ for code, sum_ in ends.items() if sum_} == {
            code: sum_ for code, sum_ in carried.items() if sum_
        }
