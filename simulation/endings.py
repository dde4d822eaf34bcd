"""How a pursuit is meant to end, if no clock comes first."""

from datetime import timedelta
from typing import Any, Final

from simulation.talks import advance, engage
from simulation.voice import Voice

TERM: Final = timedelta(days=364)
HOPE: Final = 0.2
"""How often a seller calls, and even moves on, although nobody answers."""


def conclude(voice: Voice) -> None:
    """What the buyer had in mind all along; a buyer who fades is only called."""
    match voice.buyer.way:
        case "signs":
            _buy(voice, "payment" if voice.rng.random() < 0.2 else "signed_contract")
        case "orders":
            _decide(voice, "yes")
            if voice.open and voice.wait():
                _buy(voice, "purchase_order")
        case "orders_first":
            _buy(voice, "written_acceptance")
            if voice.open and voice.wait():
                _decide(voice, "yes")
        case "never_orders" | "takes_it_back" if not voice.state.decision:
            _decide(voice, "yes")
        case "takes_it_back" | "declines":
            _decide(voice, "no")
        case _ if voice.rng.random() < HOPE:
            engage(voice, "seller")
            if voice.open and voice.rng.random() < HOPE:
                advance(voice)


def drop(voice: Voice) -> None:
    """The seller gives it up."""
    voice.say("withdraw", reason=voice.rng.choice(voice.process.reasons.withdrawn))


def _decide(voice: Voice, decision: str) -> None:
    reasons = voice.process.reasons.won if decision == "yes" else voice.process.reasons.lost
    body: dict[str, Any] = {"decision": decision, "reasons": _some(voice, reasons)}
    if voice.buyer.competitor and voice.rng.random() < 0.7:
        body["competitor"] = "The rival"
    voice.say("record_decision", origin="buyer", **body)


def _buy(voice: Voice, evidence: str) -> None:
    start, currency = voice.at.date(), voice.buyer.currency
    contract = {
        "start": start.isoformat(),
        "end": (start + TERM).isoformat(),
        "notice": "90d",
        "recurring": {"amount": str(voice.buyer.recurring), "currency": currency},
    }
    proof = {"kind": evidence, "reference": f"{evidence}-{voice.rng.randrange(10**6)}"}
    body: dict[str, Any] = {"evidence": proof, "contract": contract}
    if not voice.state.decision and voice.rng.random() < 0.8:
        body["reasons"] = _some(voice, voice.process.reasons.won)
    amount = {"amount": str(voice.buyer.amount), "currency": currency}
    voice.say("record_purchase", amount=amount, **body)


def _some(voice: Voice, reasons: tuple[str, ...]) -> list[str]:
    return voice.rng.sample(reasons, min(voice.rng.randint(1, 2), len(reasons)))
