"""Examples of what is said when accounts become one, and of what comes of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sales.account.decide import decide_account, folded, managed, open_account, retired
from sales.account.messages import ACCOUNT_KINDS
from sales.account.policy import Policy
from sales.facts import Fact
from sales.reading import read

Body = dict[str, Any]

MERGING: Final[dict[str, Body]] = {
    "merge_into": {"into": "globex", "note": "Globex has bought them"},
    "answer_merge": {"into": "globex", "rule": "too_many_contracts"},
    "take_account": {
        "from_account": "initech",
        "contracts": ["initech-1"],
        "commitments": ["initech-c2"],
        "letters": 42,
        "open": 1,
    },
    "take_over": {
        "from_account": "initech",
        "handover": 31,
        "contracts": {
            "initech-1": {
                "number": 2,
                "span": {
                    "starts_at": "2026-01-01T00:00:00Z",
                    "ends_at": "2026-12-31T23:59:59.999999Z",
                    "dated": True,
                },
                "length": "1y",
                "on": 1,
                "zone": "UTC",
                "known_at": "2026-01-01T00:00:00Z",
                "won": False,
                "auto_renew": False,
                "stem": "initech:initech-1",
                "recurring": {"amount": "9000.00", "currency": "EUR"},
                "renewal": {"tries": 0, "lapsed": False},
            }
        },
        "commitments": {
            "initech-c2": {
                "title": "Train the second shift",
                "made_at": "2026-02-02T09:00:00Z",
                "clocks": {"resolve": {"due": "2027-06-30T22:00:00Z", "breached": False}},
                "since": "2026-02-02T09:00:00Z",
                "severe": False,
                "working": False,
                "paused": 0,
            }
        },
    },
    "confirm_take_over": {"into": "globex", "handover": 31},
    "join_account": {"from_account": "initech"},
}
"""One message of each kind, in an order that makes a life."""

_TOLD: Final[list[tuple[str, Body]]] = [
    ("record_contract", {"contract_id": "acme-7", "start": "2026-01-01", "notice": "90d"}),
    ("make_commitment", {"commitment_id": "acme-c7", "title": "Visit them", "due": "2026-09-30"}),
    ("merge_into", MERGING["merge_into"]),
    ("take_account", MERGING["take_account"]),
    ("answer_merge", {"into": "globex", "taken": ["acme-7"]}),
    ("end_contract", {"contract_id": "acme-7", "reason": "low_usage"}),
]
"""What leads to the facts that one message of each kind does not."""


def what_a_merge_meets(policy: Policy | None, now: datetime) -> Iterator[Fact]:
    """The facts of an account that is merged into another."""
    state, _ = open_account("acme", now, "Acme Corp")
    state = folded(state, managed(state, now, policy))

    def heard(number: int, kind: str, body: Body) -> tuple[Fact, ...]:
        nonlocal state
        said = {"event_id": f"crm-m{number}", "actor": "jane", **body}
        facts = decide_account(state, read(kind, said, ACCOUNT_KINDS), now)
        state = folded(state, facts)
        return facts

    for number, (kind, body) in enumerate(_TOLD):
        now += timedelta(hours=1)
        yield from heard(number, kind, body)
    for number in state.merging.awaiting:
        yield from heard(number, "confirm_take_over", {"into": "globex", "handover": number})
    yield from retired(state, now)
