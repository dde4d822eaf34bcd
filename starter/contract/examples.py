"""Examples for every schema. Messages are written here; everything that the engine says itself is
what the rules make of those messages, so that no example can be wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from processes import library
from sales.account import (
    Account,
    Admission,
    decide_account,
    evolve_account,
    open_account,
    resumed,
    retired,
)
from sales.account_messages import ACCOUNT_KINDS
from sales.decide import decide, noticed_reset, tick
from sales.evolve import evolve
from sales.facts import Fact
from sales.messages import KINDS
from sales.opening import OpenOpportunity, Start, begin
from sales.opportunity import Opportunity
from sales.reading import read
from sales.receipt import Receipt, account_receipt, receipt

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY: Final = timedelta(days=1)
STAMPS: Final = {"event_id": "crm-4711", "sent_at": "2026-03-02T09:00:00Z", "actor": "jane"}

Body = dict[str, Any]

OPENING: Final[Body] = {
    **STAMPS,
    "opportunity_id": "acme-1",
    "process": "new_business",
    "name": "First order",
    "amount": {"amount": "1200.00", "currency": "EUR"},
    "close_date": "2026-06-30",
    "objectives": {"o1": {"description": "halve the time to quote"}},
    "stakeholders": {"p1": {"role": "champion", "name": "Kim"}},
}
SAID: Final[dict[str, Body]] = {
    "change_stage": {
        "stage": "discovery",
        "evidence": "minutes of the first meeting",
        "override": True,
        "note": "their pain is plain, if not written down",
    },
    "record_engagement": {
        "origin": "buyer",
        "channel": "call",
        "stakeholder_id": "p1",
        "summary": "asks for a trial",
    },
    "amend": {"stakeholders": {"p1": {"stance": "supporter"}, "p2": {"role": "legal"}}},
    "log_effort": {"hours": "1.5", "pool": "engineers"},
    "correct": {"sequence": 5, "hours": "2"},
    "extend": {"close_date": "2026-07-15", "reason": "their board meets in July"},
    "park": {"until": "2026-04-15", "reason": "their new budget year"},
    "unpark": {},
    "migrate": {"process_version": 2},
    "record_decision": {"decision": "yes", "reasons": ["best_fit"]},
    "record_purchase": {"evidence": {"kind": "purchase_order", "reference": "PO-7"}},
    "withdraw": {"reason": "disqualified"},
    "erase": {"reason": "requested", "stakeholder_id": "p1", "details": ["objectives.o1"]},
}
"""One message of each kind to an opportunity, in an order that makes a life."""
SAID_TO_ACCOUNT: Final[dict[str, Body]] = {
    "open_opportunity": OPENING,
    "reopen_opportunity": {"opportunity_id": "acme-1", "reason": "their budget came back"},
    "adopt_opportunity": {"opportunity_id": "acme-2", "process": "new_business"},
    "opportunity_ended": {"opportunity_id": "acme-1", "outcome": "lost", "reason": "price"},
    "late_message": {
        "opportunity_id": "acme-1",
        "message": {"kind": "record_engagement", "body": {"origin": "buyer", "channel": "mail"}},
    },
    "amend": {"segment": "industry", "owner": "jane"},
    "retire": {"reason": "they closed down", "within": "1h"},
    "erase": {"reason": "requested", "stakeholder_id": "p1", "sequences": [6]},
}


@dataclass
class Life:
    """What was said to one opportunity or account, and what came of it."""

    facts: dict[str, Fact] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)

    def note(self, facts: Iterable[Fact]) -> None:
        """Keep the first of each kind."""
        for fact in facts:
            self.facts.setdefault(fact.kind, fact)


def stamped(kind: str, body: Body) -> Body:
    """The message with what every message may say of itself."""
    return {**STAMPS, "event_id": f"crm-{kind}", **body}


def start(attempt: int = 1) -> Start:
    """The start input that the account's admission makes of the opening."""
    process = library().find("new_business")
    assert process
    opening = OpenOpportunity.model_validate(OPENING)
    before = "acme-1" if attempt > 1 else None
    return Start(
        account_id="acme",
        opening=opening,
        process=process,
        at=NOW,
        attempt=attempt,
        predecessor_id=before,
    )


@cache
def an_opportunity() -> tuple[Life, Opportunity]:
    """It hears one message of each kind, once meets its clocks, and then some nonsense."""
    life, begun, now = Life(), start(), NOW
    state, first = begin(begun, NOW)
    life.note([first, *tick(state, NOW + 20 * DAY), *noticed_reset(state, 3, NOW)])
    process = begun.process.model_copy(update={"version": 2})
    for kind, body in [*SAID.items(), ("greet", {"words": "good morning"})]:
        now += DAY / 24
        message = read(kind, stamped(kind, body), KINDS)
        facts = decide(state, message, now, process=process)
        for fact in facts:
            state = evolve(state, fact, process)
        life.note(facts)
        life.receipts.append(receipt(state, message, facts))
    return life, state


@cache
def an_account() -> tuple[Life, Account]:
    """The same for an account."""
    life, now = Life(), NOW
    state, first = open_account("acme", NOW, "Acme Corp")
    life.note([first, *resumed(state, NOW)])
    for kind, body in [*SAID_TO_ACCOUNT.items(), ("greet", {"words": "good morning"})]:
        now += DAY / 24
        message = read(kind, stamped(kind, body), ACCOUNT_KINDS)
        admission = Admission(start(attempt=1 if kind == "open_opportunity" else 2))
        facts = decide_account(state, message, now, admission=admission)
        for fact in facts:
            state = evolve_account(state, fact)
        life.note(facts)
        life.receipts.append(account_receipt(state, message, facts))
    life.note(retired(state, now))
    return life, state


def beginning() -> tuple[Opportunity, Fact]:
    """The opportunity as it was opened."""
    return begin(start(), NOW)
