"""What happens beside the talks: hours spent, mistakes put right, steps back, rests, people who
want to be forgotten."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from simulation.voice import Voice

SHY: Final = 0.2
"""How often somebody who could ask to be forgotten does."""


def aside(voice: Voice) -> None:
    """One of them."""
    voice.rng.choice(_ASIDES)(voice)


def _log_effort(voice: Voice) -> None:
    voice.say("log_effort", hours=str(Decimal(voice.rng.randint(1, 32)) / 4))


def _set_right(voice: Voice) -> None:
    recent = voice.state.correctable
    if not recent:
        return
    sequence = voice.rng.choice(list(recent))
    if recent[sequence].kind == "effort_logged":
        voice.say("correct", sequence=sequence, hours="1.5")
    else:
        voice.say("correct", sequence=sequence, void=True, note="it was another customer")


def _requote(voice: Voice) -> None:
    amount = str(voice.buyer.amount * voice.rng.randint(8, 11) // 10)
    voice.say("amend", amount={"amount": amount, "currency": voice.buyer.currency})


def _meet_the_rival(voice: Voice) -> None:
    if voice.buyer.competitor:
        voice.say("amend", competitors={"rival": {"name": "The rival", "status": "active"}})


def _fall_back(voice: Voice) -> None:
    position = voice.process.position(voice.state.stage)
    if 0 < position < len(voice.process.stages):
        voice.say("change_stage", stage=voice.process.stages[position - 1].name)


def _rest(voice: Voice) -> None:
    state, budget = voice.state, voice.process.parking
    if voice.process.silence == "purchase" or state.parkings >= budget.times or state.parked_at:
        return
    until = voice.at + (budget.total - state.parked) * voice.rng.uniform(0.2, 0.9)
    if until >= state.end_by:
        return
    voice.say("park", until=until.isoformat(), reason="the new budget year")
    if voice.wait() and voice.state.parked_at:
        if voice.rng.random() < 0.4:
            voice.say("unpark")
        else:  # nobody speaks until the clock ends the rest
            voice.at = max(voice.at, until)
            voice.wait()


def _move_over(voice: Voice) -> None:
    latest = voice.life.find(voice.process.name, None)
    if latest and latest.version != voice.process.version:
        voice.say("migrate", process_version=latest.version)


def _forget(voice: Voice) -> None:
    people = voice.state.stakeholders
    if people and voice.rng.random() < SHY:
        person = voice.rng.choice(list(people))
        voice.say("erase", actor="privacy", reason="requested", stakeholder_id=person)


_ASIDES: Final[tuple[Callable[[Voice], None], ...]] = (
    *(_log_effort, _log_effort, _log_effort, _set_right, _requote, _requote),
    *(_meet_the_rival, _fall_back, _rest, _rest, _move_over, _forget),
)
