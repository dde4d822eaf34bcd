"""A merge is nobody's loss and nobody's gain: what returned each year goes on, and so does what was
promised."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from insight.commitments import KINDS as PROMISED
from insight.commitments import Promise, promises
from insight.retention.flows import Flow, flows, logos
from insight.retention.history import KINDS, Book, add, join
from insight.retention.renewals import due
from sales.facts import Fact
from tests.sales.contracts_world import day, euros
from tests.sales.test_merging import A, B, Pair, merged, with_something

AS_OF = day("2028-06-01")


def years(into_one: bool) -> Pair:
    """Of two accounts, which become one in May or do not, a contract shrinks, and one is lost."""
    pair = with_something(Pair())
    at(pair, "2026-03-01")
    pair.say(A, "amend_contract", contract_id="c-2", recurring=euros(1000))
    at(pair, "2026-05-01")
    if into_one:
        merged(pair)
    at(pair, "2026-08-01")
    pair.say(A, "amend_contract", contract_id="c-2", recurring=euros(900))
    pair.settle()
    for id, outcome in (("acme:c-1", "won"), ("acme:c-2", "lost"), ("globex:c-1", "won")):
        pair.end(f"{id}:renewal-2", outcome)
    pair.settle()
    at(pair, "2027-01-15")
    return pair


def at(pair: Pair, when: str) -> None:
    for id, side in pair.sides.items():
        side.until(when)
        pair.gather(id)
    pair.settle()


def facts(pair: Pair, kinds: Any, order: tuple[str, ...]) -> list[tuple[str, Fact]]:
    return [(id, fact) for id in order for fact in pair.sides[id].facts if fact.kind in kinds]


def book(pair: Pair, order: tuple[str, ...]) -> Book:
    found = Book(AS_OF)
    add(found, facts(pair, KINDS, order))
    join(found)
    return found


def amounts(flow: Flow) -> Any:
    lines = {line.name: line.amount for line in flow.lines}
    return flow.start.amount, lines, flow.end.amount, flow.grr, flow.nrr


EDGES = [day(f"{year}-{month}-01") for year in (2026, 2027) for month in ("01", "04", "07", "10")]


@pytest.mark.parametrize("order", [(A, B), (B, A)])
def test_retention_is_the_same_with_a_merge_and_without(order: tuple[str, ...]) -> None:
    one, two = book(years(True), order), book(years(False), order)
    assert len(one.histories) == len(two.histories) == 3
    assert {each.account_id for each in one.histories} == {B}
    for since, until in [*pairwise(EDGES), (EDGES[0], EDGES[-1])]:
        assert [*map(amounts, flows(one, since, until))] == [
            *map(amounts, flows(two, since, until))
        ]
        assert due(one, since, until) == due(two, since, until)
    (flow,) = flows(one, EDGES[0], EDGES[-1])
    assert {line.name for line in flow.lines if line.amount} == {"contraction"}
    (kept,) = logos(one, EDGES[0], EDGES[-1])
    assert (kept.kept.part, kept.kept.n) == (1, 1)


def test_a_contract_that_goes_on_twice_is_one() -> None:
    pair = Pair()
    pair.say(A, "record_contract", contract_id="c", start="2026-01-01", recurring=euros(100))
    merged(pair)
    told = facts(pair, KINDS, (A, B))
    handed = [(B, "initech"), (A, B)]
    (left,) = pair.sides[A].of("handed_over")
    (came,) = pair.sides[B].of("taken_over")
    found = Book(AS_OF)
    onwards = Fact(
        90, "handed_over", came.occurred_at, came.recorded_at, "clock", data=dict(left.data)
    )
    arrived = {**came.data, "from_account": B, "handover": 90}
    last = Fact(7, "taken_over", came.occurred_at, came.recorded_at, "clock", data=arrived)
    add(found, [("initech", last)])
    add(found, [*told, (B, onwards)])
    found.merged = dict(handed)
    join(found)
    (history,) = found.histories
    assert history.account_id == "initech"
    assert [level.amount for level in history.levels] == [100]


@pytest.mark.parametrize("order", [(A, B), (B, A)])
def test_a_promise_that_went_along_is_counted_once_where_it_was_kept(
    order: tuple[str, ...],
) -> None:
    def counted(into_one: bool, kept: bool) -> list[Promise]:
        pair = with_something(Pair())
        if into_one:
            merged(pair)
        if kept:
            pair.say(A, "meet_commitment", commitment_id="p-1")
        pair.settle()
        at(pair, "2026-10-01")
        return [*promises([facts(pair, PROMISED, order)], AS_OF)]

    for kept in (True, False):
        (one,), (two,) = counted(True, kept), counted(False, kept)
        assert (one.account, two.account) == (B, A)
        assert (one.commitment, one.clock, one.result) == (two.commitment, two.clock, two.result)
        assert one.at - two.at < timedelta(seconds=1)
