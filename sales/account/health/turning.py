"""When the health becomes another: by what is said, and by time alone."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sales.account.health import checkpoints
from sales.account.health.scoring import Assessed, explain, moments
from sales.account.health.state import Told
from sales.account.state import Account
from sales.drafts import Draft

A_TENTH: Final = 0.1
"""By so much the score has to move within a band to be told: what moves less is noise."""
NOTHING: Final = Told(None, None, ())


def _turns(state: Account) -> Iterator[tuple[datetime, Assessed]]:
    """The instants to come at which time alone moves the band, each with the health as it is
    then. What lay before the last fact was looked at before it."""
    band = (state.health.told or NOTHING).band
    for at in moments(state):
        if state.recorded_at is None or at > state.recorded_at:
            found = explain(state, at)
            if found.band != band:
                band = found.band
                yield at, found


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
    for at, found in _turns(state):
        if at > now:
            break
        drafts.append(_changed(told, found, at))
        told = _as_told(found)
    return drafts


def follows(state: Account, now: datetime) -> list[Draft]:
    """The health as it has become, if it is another: a band, a veto, or a tenth of the score."""
    was, found = state.health.told or NOTHING, explain(state, now)
    moved = (
        was.score is not None
        and found.score is not None
        and abs(found.score - was.score) >= A_TENTH
    )
    if (was.band, was.vetoes) == (found.band, found.vetoes) and not moved:
        return []
    return [_changed(state.health.told, found)]


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
