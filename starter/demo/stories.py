"""Who says what when, and how each opportunity must end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

ACCOUNTS: Final = {
    "ACME": "Acme Corporation",
    "GLOBEX": "Globex Industries",
    "INITECH": "Initech Systems",
}


class In(NamedTuple):
    """An instant so many seconds after the opportunity was opened."""

    seconds: float


class Step(NamedTuple):
    """What is said, so many seconds after the opening, or as soon as no worker lives. `cancel` and
    `terminate` are what an administrator does in the UI; `reopen` and `add_on` ask the account for
    another opportunity."""

    at: float
    kind: str
    body: dict[str, Any] = {}  # noqa: RUF012  # never written to
    in_the_dark: bool = False


@dataclass(frozen=True)
class Story:
    """One opportunity, its script, and the end the script leads to."""

    id: str
    account: str
    outcome: str
    reason: str
    steps: tuple[Step, ...] = ()
    opening: dict[str, Any] = field(default_factory=dict)
    process: str = "demo"


PEOPLE: Final = {"eb": {"role": "economic_buyer"}, "ch": {"role": "champion"}}
YES: Final = {"decision": "yes", "reasons": ["best_fit"]}
SIGNED: Final = {"evidence": {"kind": "signed_contract", "reference": "C-7"}}
ORDERED: Final = {"evidence": {"kind": "purchase_order", "reference": "PO-7"}}


def heard(at: float) -> Step:
    """The buyer speaks."""
    return Step(at, "record_engagement", {"origin": "buyer", "channel": "mail"})


def no(at: float, reason: str) -> Step:
    """The buyer decides against it."""
    return Step(at, "record_decision", {"decision": "no", "reasons": [reason]})


def stories() -> list[Story]:
    """All of them: at least five of each outcome, and every clock. What a message has to come
    before leaves that message some ten seconds, for a busy machine is late.

    The one that lasts longest begins first, and the one that waits for the dark last.
    """
    return [_endless(), *_won(), *_lost(), *_expired(), *_withdrawn(), _signed_in_the_dark()]


def _won() -> Iterator[Story]:
    steps: tuple[Step, ...]
    for n in range(3):
        halves = (Step(4, "record_decision", YES), Step(7, "record_purchase", ORDERED))
        yield Story(f"acme-yes-then-order-{n}", "ACME", "won", "best_fit", (heard(2), *halves))
    for n in range(2):
        steps = (Step(3, "record_purchase", ORDERED), Step(6, "record_decision", YES))
        yield Story(f"globex-order-then-yes-{n}", "GLOBEX", "won", "best_fit", steps)
    signed = Step(5, "record_purchase", {**SIGNED, "reasons": ["price"]})
    yield Story("globex-signed", "GLOBEX", "won", "price", (signed,))
    add_on = Step(10, "add_on", {"opportunity_id": "acme-add-on"})
    steps = (heard(2), Step(5, "record_purchase", {**SIGNED, "reasons": ["price"]}), add_on)
    yield Story("acme-first-order", "ACME", "won", "price", steps)
    moved = Step(5, "extend", {"close_date": In(36), "reason": "legal needs two more weeks"})
    steps = (moved, heard(8), Step(18, "record_decision", YES), Step(20, "record_purchase", SIGNED))
    yield Story("globex-extended", "GLOBEX", "won", "best_fit", steps, {"close_date": In(12)})
    steps = (
        Step(2, "change_stage", {"stage": "nowhere"}),
        Step(3, "change_stage", {"stage": "negotiation"}),
        Step(
            4,
            "change_stage",
            {
                "stage": "negotiation",
                "override": True,
                "actor": "vp-sales",
                "note": "their board has decided already",
            },
        ),
        Step(7, "record_decision", YES),
        Step(9, "record_purchase", SIGNED),
    )
    yield Story("acme-overridden", "ACME", "won", "best_fit", steps)
    yield Story(
        "globex-renews-itself",
        "GLOBEX",
        "won",
        "auto_renewed",
        opening={"notice_by": In(20)},
        process="renewal_auto",
    )


def _lost() -> Iterator[Story]:
    steps: tuple[Step, ...]
    for n, reason in enumerate(("price", "status_quo", "no_budget", "lost_to_competitor")):
        yield Story(f"acme-no-{reason}", "ACME", "lost", reason, (heard(2), no(4 + n, reason)))
    for n, reason in enumerate(("price", "missing_capability", "no_budget")):
        yield Story(f"globex-no-{reason}", "GLOBEX", "lost", reason, (no(5 + n, reason),))
    steps = (Step(3, "record_decision", YES), no(9, "no_budget"))
    yield Story("globex-yes-then-no", "GLOBEX", "lost", "no_budget", steps)
    again = Step(9, "reopen", {"reason": "the competitor did not deliver"})
    steps = (no(4, "lost_to_competitor"), again)
    yield Story("acme-comes-back", "ACME", "lost", "lost_to_competitor", steps)


def _expired() -> Iterator[Story]:
    steps: tuple[Step, ...]
    for n in range(3):
        account = ("ACME", "GLOBEX")[n % 2]
        yield Story(f"{account.lower()}-silent-{n}", account, "expired", "buyer_silence")
    for n in range(2):
        yield Story(
            f"acme-date-passed-{n}",
            "ACME",
            "expired",
            "close_date",
            (heard(3),),
            {"close_date": In(12)},
        )
    for n in range(2):
        yield Story(f"globex-stuck-{n}", "GLOBEX", "expired", "stage_limit", (heard(9),))
    for n in range(2):
        steps = (Step(4, "record_decision", YES),)
        yield Story(f"acme-never-signed-{n}", "ACME", "expired", "action_window", steps)
    parked = Step(4, "park", {"until": In(16), "reason": "their fiscal year begins"})
    yield Story("acme-parked", "ACME", "expired", "buyer_silence", (parked,))


def _withdrawn() -> Iterator[Story]:
    steps: tuple[Step, ...]
    for n, reason in enumerate(("disqualified", "poor_fit", "no_capacity", "created_in_error")):
        steps = (Step(3 + n, "withdraw", {"reason": reason}),)
        yield Story(f"acme-{reason}", "ACME", "withdrawn", reason, steps)
    for n in range(2):
        steps = (heard(3), Step(8, "withdraw", {"reason": "poor_fit"}))
        yield Story(f"globex-poor-fit-{n}", "GLOBEX", "withdrawn", "poor_fit", steps)
    steps = (Step(6, "cancel"),)
    yield Story("globex-cancelled-in-ui", "GLOBEX", "withdrawn", "cancelled_by_admin", steps)
    steps = (Step(8, "terminate"),)
    yield Story("acme-terminated-in-ui", "ACME", "withdrawn", "terminated_by_admin", steps)


def _endless() -> Story:
    """Parked, taken up again and moved on, so that no clock but the last can end it."""
    steps = (
        heard(5),
        Step(6, "park", {"until": In(24), "reason": "their fiscal year begins"}),
        heard(30),
        Step(31, "change_stage", {"stage": "evaluation"}),
        heard(42),
        Step(45, "change_stage", {"stage": "proposal"}),
    )
    return Story("globex-endless-talk", "GLOBEX", "expired", "end_by", steps)


def _signed_in_the_dark() -> Story:
    """In time is what was sent in time, whether or not anybody was there to hear it."""
    signed = {**SIGNED, "reasons": ["relationship"]}
    steps = (heard(2), Step(4, "record_purchase", signed, in_the_dark=True))
    return Story("acme-signed-in-the-dark", "ACME", "won", "relationship", steps)


FOLLOWERS: Final = {
    "acme-add-on": Story(
        "acme-add-on", "ACME", "won", "relationship",
        (Step(6, "record_purchase", {**SIGNED, "reasons": ["relationship"]}),),
    ),
    "acme-comes-back~2": Story(
        "acme-comes-back~2", "ACME", "won", "proven_value",
        (Step(6, "record_purchase", {**SIGNED, "reasons": ["proven_value"]}),),
    ),
}  # fmt: skip
"""Those that begin only because another ended: an add-on after a win, a successor after a loss."""
