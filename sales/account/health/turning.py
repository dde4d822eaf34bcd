"""When the health becomes another: by what is said, and by time alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from sales.account.health import checkpoints
from sales.account.health.scoring import Assessed, assess, evidence, explain, moments
from sales.account.health.state import Told
from sales.account.state import Account
from sales.drafts import Draft

A_TENTH: Final = 0.1
"""By so much the score has to move within a band to be told: what moves less is noise."""
NOTHING: Final = Told(None, None, ())
FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)


def _turns(state: Account, until: datetime = FOR_EVER) -> Iterator[tuple[datetime, Assessed]]:
    """The instants to come at which time alone makes it another, each with the health as it is
    then. What lay before the last fact was looked at before it."""
    was, given = state.health.told or NOTHING, evidence(state)
    for at in moments(given):
        if at > until:
            return
        if state.recorded_at is None or at > state.recorded_at:
            found = assess(given, at)
            if _is_another(was, found):
                was = _as_told(found)
                yield at, found


def _is_another(was: Told, found: Assessed) -> bool:
    """Whether the band, a veto, or the score by a tenth is another than was told."""
    now = _as_told(found)
    if (was.band, was.vetoes) != (now.band, now.vetoes):
        return True
    both = was.score is not None and now.score is not None
    return both and round(abs((now.score or 0.0) - (was.score or 0.0)), 2) >= A_TENTH


def looks(state: Account) -> Iterator[datetime]:
    """The next turn, the expiry of what somebody said against it, and the checkpoints."""
    yield from (at for at, _ in islice(_turns(state), 1))
    if state.health.disagreement:
        yield state.health.disagreement.until
    yield from checkpoints.looks(state)


def due(state: Account, now: datetime) -> list[Draft]:
    """What time has done to the health by now."""
    drafts, told = [*checkpoints.due(state, now)], state.health.told
    other = state.health.disagreement
    if other and other.until <= now:
        data = {"sequence": other.sequence, "how": "expired"}
        drafts.append(Draft("disagreement_ended", data, other.until))
    for at, found in _turns(state, now):
        drafts.append(_changed(told, found, at))
        told = _as_told(found)
    return drafts


def follows(state: Account, now: datetime) -> list[Draft]:
    """The health as it has become, if it is another."""
    found = explain(state, now)
    another = _is_another(state.health.told or NOTHING, found)
    return [_changed(state.health.told, found)] if another else []


def _as_told(found: Assessed) -> Told:
    score = None if found.score is None else round(found.score, 2)
    return Told(score, found.band, found.vetoes)


def _changed(before: Told | None, found: Assessed, at: datetime | None = None) -> Draft:
    was, told = before or NOTHING, _as_told(found)
    fallen = (told.band == "poor" != was.band) or (told.band, was.band) == ("fair", "good")
    data: dict[str, Any] = {
        **({} if told.score is None else {"score": told.score, "band": told.band}),
        "vetoes": list(told.vetoes),
        "components": {
            each.name: {
                "weight": each.weight,
                "value": round(each.value, 4),
                "decay": each.decay,
                "share": round(each.share, 4),
            }
            for each in found.components
        },
        "missing": list(found.missing),
    }
    if fallen or {*told.vetoes} - {*was.vetoes}:
        data["worse"] = True
    return Draft("health_changed", data, at)
