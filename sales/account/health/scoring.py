"""The health of an account, part by part.

    raw = sum(weight * decay * value) / sum(weight * decay)

over the components of which something is known. The score is the raw one, capped by the lowest cap
of what holds a veto, so that no average hides what is fatal.

A component is a few readings. A reading's decay halves with every whole half life of its age, and
what is stale is not known any more. The value of a component is the mean of its readings by their
decays, and its own decay is that of the newest. So the health changes at few instants, which are
known beforehand, and is exactly the same wherever it is worked out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sales.account.health.elsewhere import has_severe_breach
from sales.account.health.state import Band
from sales.account.health.terms import HealthTerms, Measure
from sales.account.satisfaction.state import LEAST, MOST
from sales.account.state import Account

OWN: Final = frozenset({"usage", "satisfaction", "commitments", "relationship", "payments"})
"""The components that are not reported as a score."""
FADED: Final = (1.0, 0.5, 0.0)
"""What a contact is worth: within the silence that is allowed, within twice as long, and then."""


class Reading(NamedTuple):
    """One value from 0 to 1, from 0 as bad as can be to 1, and when it was so. What does not fade
    is as good as new for as long as it stands."""

    name: str
    value: float
    at: datetime
    fades: bool = True


class Component(NamedTuple):
    """What one component comes to; `share` is what it adds to the raw score."""

    name: str
    weight: float
    value: float
    at: datetime
    age: timedelta
    decay: float
    share: float
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Assessed:
    """The health at one instant: no score, and no band, where nothing is known."""

    score: float | None
    raw: float | None
    band: Band | None
    vetoes: tuple[str, ...]
    components: tuple[Component, ...]
    missing: tuple[str, ...]


NOTHING_KNOWN: Final = Assessed(None, None, None, (), (), ())


class Evidence(NamedTuple):
    """What an account's health is worked out from at any instant, for as long as nothing is said:
    the weights that are not nothing, and of their components the readings, but for the last
    contact, whose worth depends on the instant."""

    terms: HealthTerms
    weights: dict[str, float]
    readings: dict[str, tuple[Reading, ...]]
    contact_at: datetime | None
    vetoes: tuple[str, ...]


def explain(state: Account, now: datetime) -> Assessed:
    """The health and every part of it; nothing is known where no policy says what it is made of."""
    return assess(evidence(state), now)


def evidence(state: Account) -> Evidence | None:
    """All that counts, if a policy says what the health is made of."""
    terms = terms_of(state)
    if terms is None:
        return None
    weights = {name: terms.weight(name, state.segment) for name in terms.components}
    weights = {name: weight for name, weight in weights.items() if weight}
    readings = {name: tuple(each) for name, each in _readings(state).items() if name in weights}
    at = state.health.contact_at if terms.silence and "relationship" in weights else None
    return Evidence(terms, weights, readings, at, vetoes_of(state, terms))


def assess(given: Evidence | None, now: datetime) -> Assessed:
    """What it comes to at that instant."""
    if given is None:
        return NOTHING_KNOWN
    terms, weights, held = given.terms, given.weights, given.readings
    if given.contact_at:
        contact = _contact(given.contact_at, terms, now)
        held = {**held, "relationship": (*held.get("relationship", ()), contact)}
    known = {
        name: found
        for name in weights
        if (found := _component(held.get(name, ()), terms.components[name], now))
    }
    whole = sum(weights[name] * decay for name, (_, decay) in known.items())
    components = tuple(
        _told(name, weights[name], found, whole, held[name], now) for name, found in known.items()
    )
    raw = min(sum(each.share for each in components), 1.0) if components else None
    score = _capped(raw, given.vetoes, terms)
    missing = tuple(name for name in weights if name not in known)
    return Assessed(score, raw, band_of(score, terms), given.vetoes, components, missing)


def terms_of(state: Account) -> HealthTerms | None:
    """What the account's health is made of, if it has any."""
    return state.policy.health if state.policy and state.policy.health.components else None


def vetoes_of(state: Account, terms: HealthTerms) -> tuple[str, ...]:
    """What is so bad that the score is capped, in a fixed order."""
    held, caps = state.health, terms.caps
    found = {
        "severe_breach": caps.severe_breach is not None and has_severe_breach(state),
        "sponsor_left": caps.sponsor_left is not None and held.left_at is not None,
        "payment_overdue": caps.payment_overdue is not None and bool(held.overdue),
    }
    return tuple(name for name, holds in found.items() if holds)


def band_of(score: float | None, terms: HealthTerms) -> Band | None:
    """The band of a score."""
    if score is None:
        return None
    return "good" if score >= terms.good else "fair" if score >= terms.fair else "poor"


def moments(given: Evidence | None) -> list[datetime]:
    """The instants at which time alone may change the health, in order."""
    if given is None:
        return []
    found = set[datetime]()
    for name, readings in given.readings.items():
        for reading in readings:
            found.update(_steps(reading, given.terms.components[name]))
    if given.contact_at and given.terms.silence:
        found.update(given.contact_at + given.terms.silence * times for times in (1, 2))
    return sorted(found)


def _steps(reading: Reading, measure: Measure) -> Iterator[datetime]:
    for number in range(1, measure.stale_after // measure.half_life + 1):
        yield reading.at + number * measure.half_life
    yield reading.at + measure.stale_after


def _decay(age: timedelta, measure: Measure) -> float:
    """Halves with every whole half life; nothing once it is stale."""
    steps: int = age // measure.half_life
    return 0.0 if age >= measure.stale_after else 0.5**steps


def _component(
    readings: Iterable[Reading], measure: Measure, now: datetime
) -> tuple[float, float] | None:
    """Value and decay; None where nothing is known, or not any more."""
    worth = whole = newest = 0.0
    for each in readings:
        decay = _decay(now - each.at, measure) if each.fades else 1.0
        worth, whole, newest = worth + decay * each.value, whole + decay, max(newest, decay)
    return (worth / whole, newest) if whole else None


def _told(
    name: str,
    weight: float,
    found: tuple[float, float],
    whole: float,
    readings: Iterable[Reading],
    now: datetime,
) -> Component:
    value, decay = found
    at = max(each.at for each in readings)
    share = weight * decay * value / whole
    return Component(name, weight, value, at, now - at, decay, share, tuple(readings))


def _capped(raw: float | None, vetoes: Iterable[str], terms: HealthTerms) -> float | None:
    if raw is None:
        return None
    caps: list[float] = [getattr(terms.caps, name) for name in vetoes]
    return min([raw, *caps])


def _readings(state: Account) -> dict[str, list[Reading]]:
    """What is known of each component, but for the last contact."""
    held = state.health
    told = {name: [Reading(name, *each)] for name, each in held.scores.items()}
    return {
        **told,
        "usage": [Reading(name, *each) for name, each in held.usage.items()],
        "satisfaction": [
            Reading(survey, (score - LEAST[survey]) / (MOST[survey] - LEAST[survey]), at)
            for survey, score, at in state.satisfaction.answers
        ],
        "commitments": [Reading(id_, *each) for id_, each in held.kept.items()],
        "relationship": _sponsors(state),
        "payments": _payments(state),
    }


def _sponsors(state: Account) -> list[Reading]:
    held = state.health
    if held.left_at:
        return [Reading("sponsor_left", 0.0, held.left_at)]
    if held.sponsors:
        return [Reading("sponsor", 1.0, max(held.sponsors.values()))]
    return []


def _contact(at: datetime, terms: HealthTerms, now: datetime) -> Reading:
    assert terms.silence
    late = min(max(now - at, timedelta(0)) // terms.silence, len(FADED) - 1)
    return Reading("last_contact", FADED[late], at, fades=False)


def _payments(state: Account) -> list[Reading]:
    held = state.health
    if held.payment_at is None:
        return []
    return [
        Reading("overdue" if held.overdue else "paid", float(not held.overdue), held.payment_at)
    ]
