"""Examples of what is said of needs, referrals, duplicates and moves, and of what comes of it."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sales.account.decide import decide_account, folded, managed, open_account, passed
from sales.account.messages import ACCOUNT_KINDS
from sales.account.policy import Policy
from sales.account.state import Admission
from sales.facts import Fact
from sales.reading import read

Body = dict[str, Any]

NEEDS: Final[dict[str, Body]] = {
    "report_need": {
        "need": "cross_sell",
        "need_id": "spare-parts",
        "product": "Spare parts",
        "amount": {"amount": "4000.00", "currency": "EUR"},
        "said_by": "p1",
        "words": "their second plant has no contract for spare parts",
    },
    "accept_need": {"need_id": "spare-parts"},
    "dismiss_need": {"need_id": "spare-parts", "reason": "no_budget"},
    "mark_duplicate": {"opportunity_id": "acme-2", "survivor_id": "acme-3"},
    "record_referral": {
        "to_account": "globex",
        "name": "Globex",
        "product": "First order",
        "said_by": "p1",
        "words": "their sister company builds the same machines",
    },
    "receive_referral": {
        "from_account": "initech",
        "referral_id": "referral-7",
        "product": "First order",
    },
    "answer_referral": {
        "referral_id": "referral-7",
        "from_account": "globex",
        "answer": "won",
        "opportunity_id": "globex:need-2",
    },
    "move_opportunity": {"opportunity_id": "acme-2", "to_account": "globex"},
    "take_opportunity": {
        "opportunity_id": "globex-5",
        "from_account": "globex",
        "process": "new_business",
    },
    "decline_opportunity": {
        "opportunity_id": "acme-2",
        "to_account": "globex",
        "rule": "retired",
    },
    "release_opportunity": {"opportunity_id": "acme-2", "to_account": "globex"},
}
"""One message of each kind, in an order that makes a life."""

_ADOPTED: Final = [
    ("adopt_opportunity", {"opportunity_id": id, "process": "new_business"})
    for id in ("acme-2", "acme-3")
]
_TOLD: Final[list[tuple[str, Body]]] = [
    ("report_need", NEEDS["report_need"]),
    ("dismiss_need", NEEDS["dismiss_need"]),
    ("receive_referral", NEEDS["receive_referral"]),
    ("receive_referral", NEEDS["receive_referral"] | {"referral_id": "referral-8"}),
    ("opportunity_ended", {"opportunity_id": "acme-1", "outcome": "won", "reason": "best_fit"}),
    ("report_need", {**NEEDS["report_need"], "product": "Training"}),
    ("move_opportunity", NEEDS["move_opportunity"]),
    ("decline_opportunity", NEEDS["decline_opportunity"]),
    ("mark_duplicate", NEEDS["mark_duplicate"]),
    ("release_opportunity", NEEDS["release_opportunity"]),
    ("retire", {"reason": "they closed down"}),
    ("take_opportunity", NEEDS["take_opportunity"]),
]
"""What leads to the facts that one message of each kind does not."""


def what_needs_meet(policy: Policy | None, admission: Admission, now: datetime) -> Iterator[Fact]:
    """The facts of an account that hears all of that, launches what was referred to it by that
    admission, and of the time in which nobody answers."""
    state, _ = open_account("acme", now, "Acme Corp")

    def kept(facts: Iterable[Fact]) -> tuple[Fact, ...]:
        nonlocal state
        found = tuple(facts)
        state = folded(state, found)
        return found

    kept(managed(state, now, policy))
    for number, (kind, body) in enumerate([*_ADOPTED, *_TOLD]):
        now += timedelta(hours=1)
        message = read(kind, {"event_id": f"crm-{number}", "actor": "jane", **body}, ACCOUNT_KINDS)
        yield from kept(decide_account(state, message, now))
        if body.get("product") == "Training":
            now += timedelta(days=181)
            yield from kept(passed(state, now, now))
        elif body.get("referral_id") == "referral-8":
            waiting = list(state.needs.waiting)
            accepting = read("accept_need", {"need_id": waiting[0]}, ACCOUNT_KINDS)
            yield from kept(decide_account(state, accepting, now))
            for event_id, wanted in state.wanted.items():
                opening = read(wanted.kind, {**wanted.body, "event_id": event_id}, ACCOUNT_KINDS)
                yield from kept(decide_account(state, opening, now, admission=admission))
            yield from kept(passed(state, now, now))
