"""What a rule is worth is counted from facts alone, as of any instant."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from insight.finding import Yield, yields
from ledger.batch import Batch
from ledger.ledger import Ledger
from sales.decide import decide
from sales.evolve import evolve
from sales.messages import KINDS
from sales.opening import OpenOpportunity, Start, begin
from sales.reading import read
from tests.sales.found import Relationship
from tests.sales.world import START, plain

DAY = timedelta(days=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.migrate()
    return ledger


def live(ledger: Ledger, id: str, days: int, kind: str = "", **body: Any) -> None:
    """An opportunity of 500 EUR, to which one thing is said after so many days."""
    euros = {"amount": "500.00", "currency": "EUR"}
    said = {"opportunity_id": id, "process": "plain", "name": "x", "amount": euros}
    start = Start(
        account_id="acme", opening=OpenOpportunity.model_validate(said), process=plain(), at=START
    )
    state, first = begin(start, START)
    facts = [first]
    if kind:
        for fact in decide(state, read(kind, body, KINDS), START + days * DAY):
            state = evolve(state, fact)
            facts.append(fact)
    ledger.record(Batch("opportunity", id, "run", tuple(facts), plain()))


def of(found: list[Yield], rule: str) -> Yield:
    (one,) = [each for each in found if each.rule == rule]
    return one


def test_every_rule_is_told_with_what_became_of_what_it_found(ledger: Ledger) -> None:
    who, ids = Relationship(), list[str]()
    for product in ("Seats", "Care", "Lifts", "Again"):
        who.say("report_need", need="expansion", product=product)
        ids += who.launch()
    who.say("report_need", need="cross_sell", need_id="waits")
    who.say("report_need", need="cross_sell", need_id="no", product="Other")
    who.say("dismiss_need", need_id="no", reason="no_budget")
    who.say("report_usage", metric="seats", value="0.9")  # seats are open already
    who.end("lost", "lost")
    message = {"kind": "record_decision", "body": {"decision": "yes", "reasons": ["fit"]}}
    who.say("late_message", opportunity_id="lost", message=message)
    (late,) = who.launch()
    ledger.record(Batch("account", "acme", "run", tuple(who.journal)))
    signed = {"evidence": {"kind": "payment", "reference": "7"}}
    live(ledger, ids[0], 2, "record_purchase", **signed)
    live(ledger, ids[1], 3, "record_decision", decision="no", reasons=["price"])
    live(ledger, ids[2], 4, "withdraw", reason="duplicate")
    live(ledger, ids[3], 0)
    live(ledger, late, 5, "record_purchase", **signed)

    found = yields(ledger, START + 9 * DAY)
    reported = of(found, "reported")
    assert (reported.fired, reported.launched) == (6, 4)
    assert (reported.waiting, reported.dismissed, reported.lapsed) == (1, 1, 0)
    assert (reported.open, reported.won, reported.lost, reported.errors) == (1, 1, 1, 1)
    assert (reported.rate.part, reported.rate.n, reported.rate.rate) == (1, 2, 0.5)
    assert reported.amounts == {"EUR": Decimal("500.00")}
    seats = of(found, "seats")
    assert (seats.fired, seats.passed_over, seats.launched) == (1, 1, 0)
    assert seats.rate.rate is None
    evidence = of(found, "late_evidence")
    assert (evidence.fired, evidence.passed_over, evidence.won) == (1, 0, 1)


def test_what_was_not_known_then_does_not_count(ledger: Ledger) -> None:
    who = Relationship()
    who.say("report_need", need="expansion")
    (id,) = who.launch()
    ledger.record(Batch("account", "acme", "run", tuple(who.journal)))
    live(ledger, id, 5, "withdraw", reason="no_fit")
    assert yields(ledger, START - DAY) == []
    before, after = (of(yields(ledger, START + n * DAY), "reported") for n in (1, 6))
    assert (before.open, before.withdrawn) == (1, 0)
    assert (after.open, after.withdrawn) == (0, 1)


def test_an_empty_ledger_has_no_rule(ledger: Ledger) -> None:
    assert yields(ledger, START) == []
