"""A round of talks: the buyer is heard, the seller does the homework and moves on."""

from typing import Any, Final

from sales.gates import unmet
from sales.process import Stage
from simulation.homework import dated, gates, learned
from simulation.voice import Voice

OVERRIDES: Final = 0.05
"""How often a seller goes through a gate that is shut, and says so."""


def talk(voice: Voice) -> None:
    """One round."""
    heard = voice.buyer.way == "dithers" or voice.rng.random() < 0.7
    engage(voice, "buyer" if heard else "seller")
    if voice.open and voice.rng.random() < voice.seller.pace:
        advance(voice)
    if voice.open and not voice.seller.careless:
        keep_the_date(voice)


def engage(voice: Voice, origin: str) -> None:
    """A contact, noted at once or some time later."""
    people = sorted(voice.state.stakeholders)
    body: dict[str, Any] = {"origin": origin, "channel": voice.rng.choice(("call", "email"))}
    if people and voice.rng.random() < 0.8:
        body["stakeholder_id"] = voice.rng.choice(people)
    if voice.rng.random() < 0.3:
        held = max(voice.at - voice.beat / 4, voice.state.landed_at)
        body["occurred_at"] = held.isoformat()
    voice.say("record_engagement", **body)


def advance(voice: Voice) -> None:
    """To the next stage, once what its gate asks for is done."""
    stages, position = voice.process.stages, voice.process.position(voice.state.stage) + 1
    if position >= len(stages):
        return
    asked = gates(voice.state, stages[position])
    missing = [condition for condition in asked if unmet(voice.state, [condition])]
    if what := learned(missing, voice.buyer, voice.seller, voice.at):
        voice.say("amend", **what)
    if voice.open:
        _enter(voice, stages[position])


def _enter(voice: Voice, stage: Stage) -> None:
    asked = gates(voice.state, stage)
    body: dict[str, Any] = {"stage": stage.name}
    if "evidence" in asked:
        body["evidence"] = "minutes of the meeting"
    if unmet(voice.state, asked, body.get("evidence")):
        if voice.rng.random() > OVERRIDES:
            return
        body |= {"override": True, "actor": voice.seller.owner, "note": "they know us well"}
    voice.say("change_stage", **body)


def keep_the_date(voice: Voice) -> None:
    """Moves the close date before it passes, as far as the budget goes."""
    state, budget = voice.state, voice.process.extension
    if voice.process.silence == "purchase" or state.extensions >= budget.times:
        return
    if state.close_at and state.close_at - voice.at < 2 * voice.beat:
        new = state.close_at + 0.95 * budget.total / budget.times
        if voice.at + voice.beat < new < state.end_by:
            when = dated(new, voice.process, voice.beat)
            voice.say("extend", close_date=when, reason="their board meets later")
