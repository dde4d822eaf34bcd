"""What is said to many opportunities, and how each of them therefore ends."""

from dataclasses import dataclass
from random import Random
from typing import Any, Final

Said = tuple[str, dict[str, Any]]

CALL: Final[Said] = ("record_engagement", {"origin": "buyer", "channel": "call"})
YES: Final[Said] = ("record_decision", {"decision": "yes", "reasons": ["value"]})
NO: Final[Said] = ("record_decision", {"decision": "no", "reasons": ["price"]})
ORDER: Final[Said] = (
    "record_purchase",
    {"evidence": {"kind": "purchase_order", "reference": "PO-1"}},
)
WITHDRAW: Final[Said] = ("withdraw", {"reason": "no_capacity"})
TALK: Final[tuple[Said, ...]] = (
    CALL,
    ("record_engagement", {"origin": "seller", "channel": "mail"}),
    ("log_effort", {"hours": "0.5"}),
    ("change_stage", {"stage": "offer"}),
    ("change_stage", {"stage": "contract"}),
    ("change_stage", {"stage": "nowhere"}),
    ("amend", {"owner": "ann", "amount": {"amount": "1200.00", "currency": "EUR"}}),
)
ENDINGS: Final[dict[str, tuple[Said, ...]]] = {
    "won": (YES, ORDER),
    "lost": (NO,),
    "withdrawn": (WITHDRAW,),
    "expired": (),
}
"""The last words, by the outcome they lead to; without any the clock has it."""
LONG: Final = 30
"""How many messages it takes until a run rolls over; some opportunities have that many."""
TOGETHER: Final = 10
"""How many opportunities share an account."""


@dataclass(frozen=True)
class Script:
    """One opportunity: `direct` is started by somebody other than its account."""

    id: str
    account_id: str
    process: str
    outcome: str
    said: tuple[Said, ...]
    direct: bool

    def event(self, number: int) -> str:
        """The id of the event with that number, in whatever way and however often it is told."""
        return f"{self.id}/{number}"


def scripts(count: int, seed: int, prefix: str) -> list[Script]:
    """The same for the same seed."""
    dice, found = Random(seed), []
    for number in range(count):
        outcome = list(ENDINGS)[number % len(ENDINGS)]
        expires = outcome == "expired"
        length = LONG if number % 8 == 1 else dice.randint(3, 10)
        talk = () if expires else tuple(dice.choices(TALK, k=length))
        found.append(
            Script(
                f"{prefix}-{number}",
                f"{prefix}-account-{number // TOGETHER}",
                "brisk" if expires else "patient",
                outcome,
                talk + ENDINGS[outcome],
                direct=number % 5 == 0,
            )
        )
    return found
