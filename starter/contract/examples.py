"""Examples for every schema. Messages are written here; everything that the engine says itself is
what the rules make of those messages, so that no example can be wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final

from ledger.batch import Subject
from ledger.fold import FOLDS
from processes import library
from sales.account.decide import (
    decide_account,
    folded,
    managed,
    open_account,
    passed,
    resumed,
    retired,
)
from sales.account.evolve import evolve_account
from sales.account.messages import ACCOUNT_KINDS
from sales.account.policy import STANDARD
from sales.account.state import Account, Admission
from sales.account.wanting import want
from sales.calendar import SetCalendar
from sales.decide import decide, noticed_reset, tick
from sales.evolve import evolve
from sales.facts import Fact
from sales.imports import BeginImport, BeginUndo, FinishImport, FinishUndo
from sales.interview import AskInterview, Ending, EraseInterview, RecordInterview
from sales.journal import numbered
from sales.judgement import SetCategory, Submit
from sales.messages import KINDS
from sales.opening import OpenOpportunity, Start, begin
from sales.opportunity import Opportunity
from sales.owner import SetOwner
from sales.quota import SetQuota
from sales.rate import SetRate
from sales.reading import read
from sales.receipt import Receipt, account_receipt, receipt
from sales.register import AnyEntry, Known, about, decide_entry
from sales.restoring import restored
from starter.contract.merging import what_a_merge_meets
from starter.contract.needs import what_needs_meet
from starter.contract.said import OPENING, SAID, SAID_TO_ACCOUNT, STAMPS, Body
from starter.contract.terms_example import terms_lived

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY: Final = timedelta(days=1)
QUARTER: Final = 89 * DAY
"""Time enough to be warned of what a win has promised, and too much for anything urgent."""


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
    life.note([restored(state, NOW)])
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
    policy = library().policies.find(STANDARD)
    set_ = managed(state, NOW, policy)
    life.note(terms_lived(folded(state, set_), NOW))
    life.note([first, *set_, *resumed(state, NOW), restored(state, NOW)])
    wish = OpenOpportunity.model_validate(stamped("renewal", OPENING))
    life.note(numbered(state, [want(wish, "renewal", "acme-0")], None, NOW, "clock"))
    life.note(what_a_merge_meets(policy, NOW))
    life.note(what_needs_meet(policy, Admission(start()), NOW))
    for kind, body in [*SAID_TO_ACCOUNT.items(), ("greet", {"words": "good morning"})]:
        now += DAY / 24
        message = read(kind, stamped(kind, body), ACCOUNT_KINDS)
        admission = Admission(start(attempt=1 if kind == "open_opportunity" else 2))
        facts = decide_account(state, message, now, admission=admission, policy=policy)
        for fact in facts:
            state = evolve_account(state, fact)
        life.note(facts)
        life.note(passed(state, now + QUARTER, now + QUARTER))
        life.receipts.append(account_receipt(state, message, facts))
    far = now + 1_000 * DAY
    life.note(passed(state, far, far))
    life.note(retired(state, now))
    return life, state


ENTRIES: Final[tuple[AnyEntry, ...]] = (
    SetCalendar(time_zone="Europe/Berlin", year_starts=4, base_currency="EUR"),
    SetOwner(owner="jane", name="Jane", team="emea", hours=Decimal("37.5")),
    SetQuota(owner="jane", period="2026-Q2", amount=Decimal("250000.00"), currency="EUR"),
    SetRate(currency="USD", rate=Decimal("0.9150"), valid_from=date(2026, 3, 1)),
    SetCategory(
        opportunity="acme-1",
        category="commit",
        reason="their board has said yes",
        until=date(2026, 6, 30),
        actor="jane",
    ),
    Submit(
        owner="jane",
        period="2026-Q2",
        amount=Decimal("180000.00"),
        currency="EUR",
        reason="two of the three large ones",
        actor="jane",
    ),
    AskInterview(opportunity="acme-2", of="kim", why="we want to learn from it"),
    RecordInterview(
        opportunity="acme-2",
        reasons=("price", "status_quo"),
        of="kim",
        competitor="Rival Inc",
        verbatim="Nobody here could say what it would change.",
        decision_makers=("kim", "lee"),
        would_have_changed="A trial in one plant.",
        held_at=NOW,
    ),
    EraseInterview(opportunity="acme-2", actor="privacy-desk"),
    BeginImport(
        id="20260302T090000-4711ab",
        source="crm",
        process="new_business",
        file="deals.csv",
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        mapping="crm",
    ),
    FinishImport(id="20260302T090000-4711ab", counts={"rows": 2, "opened": 1, "ended": 1}),
    BeginUndo(id="20260302T090000-4711ab"),
    FinishUndo(id="20260302T090000-4711ab", counts={"taken_back": 2, "left": 0}),
)
"""One entry of each kind, in an order in which all can be taken."""


@cache
def entries() -> dict[str, Fact]:
    """The fact that each kind of entry makes, by the fact's kind."""
    process = start().process
    endings = {"acme-1": Ending(None, process), "acme-2": Ending("lost", process)}
    known = Known(NOW, endings=endings)
    held, made = dict[tuple[Subject, str], Any](), dict[str, Fact]()
    for entry in ENTRIES:
        key = about(entry, known)
        draft = decide_entry(entry, held.get(key), known)
        assert draft, entry
        sequence = held[key].sequence + 1 if key in held else 1
        fact = Fact(sequence, draft.kind, NOW, NOW, "command", actor="jane", data=draft.data)
        held[key] = FOLDS[key[0]].evolve(held.get(key), fact, _no_process)
        made[draft.kind] = fact
        known.learn(held[key])
    return made


def _no_process(name: str, version: int) -> Any:
    raise LookupError(f"no entry refers to a process, and this one to {name!r} {version}")


def beginning() -> tuple[Opportunity, Fact]:
    """The opportunity as it was opened."""
    return begin(start(), NOW)
