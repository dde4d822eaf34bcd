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


def explain(state: Account, now: datetime) -> Assessed:
    """The health and every part of it; nothing is known where no policy says what it is made of."""
    terms = terms_of(state)
    if terms is None:
        return NOTHING_KNOWN
    held = _readings(state, terms, now)
    weights = {name: terms.weight(name, state.segment) for name in terms.components}
    known = {
        name: found
        for name, measure in terms.components.items()
        if weights[name] and (found := _component(held.get(name, ()), measure, now))
    }
    whole = sum(weights[name] * decay for name, (_, decay) in known.items())
    components = tuple(
        _told(name, weights[name], found, whole, held[name], now) for name, found in known.items()
    )
    raw = min(sum(each.share for each in components), 1.0) if components else None
    vetoes = vetoes_of(state, terms)
    score = _capped(raw, vetoes, terms)
    missing = tuple(name for name in terms.components if weights[name] and name not in known)
    return Assessed(score, raw, band_of(score, terms), vetoes, components, missing)


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


def moments(state: Account) -> list[datetime]:
    """The instants at which time alone may change the health, in order."""
    terms = terms_of(state)
    if terms is None:
        return []
    found = set[datetime]()
    # A contact is there at its own time, whatever the time is now.
    for name, readings in _readings(state, terms, None).items():
        for reading in readings:
            found.update(_steps(reading, terms.components[name], terms.silence))
    return sorted(found)


def _steps(reading: Reading, measure: Measure, silence: timedelta | None) -> Iterator[datetime]:
    if not reading.fades:
        assert silence
        yield from (reading.at + silence, reading.at + 2 * silence)
        return
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


def _readings(
    state: Account, terms: HealthTerms, now: datetime | None
) -> dict[str, tuple[Reading, ...]]:
    """What is known of each component that the policy names."""
    held = state.health
    own = {
        "usage": [Reading(name, *each) for name, each in held.usage.items()],
        "satisfaction": [
            Reading(survey, (score - LEAST[survey]) / (MOST[survey] - LEAST[survey]), at)
            for survey, score, at in state.satisfaction.answers
        ],
        "commitments": [Reading(id_, *each) for id_, each in held.kept.items()],
        "relationship": [*_sponsors(state), *_contact(state, terms, now)],
        "payments": _payments(state),
    }
    told = {name: [Reading(name, *each)] for name, each in held.scores.items()}
    return {name: tuple(each) for name, each in {**told, **own}.items() if name in terms.components}


def _sponsors(state: Account) -> Iterator[Reading]:
    held = state.health
    if held.left_at:
        yield Reading("sponsor_left", 0.0, held.left_at)
    elif held.sponsors:
        yield Reading("sponsor", 1.0, max(held.sponsors.values()))


def _contact(state: Account, terms: HealthTerms, now: datetime | None) -> Iterator[Reading]:
    at = state.health.contact_at
    if at is None or terms.silence is None:
        return
    late = min(max((now or at) - at, timedelta(0)) // terms.silence, len(FADED) - 1)
    yield Reading("last_contact", FADED[late], at, fades=False)


def _payments(state: Account) -> list[Reading]:
    held = state.health
    if held.payment_at is None:
        return []
    return [
        Reading("overdue" if held.overdue else "paid", float(not held.overdue), held.payment_at)
    ]
