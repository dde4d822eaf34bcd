"""What an opportunity tells the pools that it has asked: by its facts, and by its end."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sales.facts import Fact
from sales.telling import Telling


def told_pools(opportunity_id: str, fact: Fact, asked: Collection[str]) -> Iterator[Telling]:
    """What a fact makes the opportunity tell; `asked` are the pools that it ever asked."""
    data = fact.data
    match fact.kind:
        case "capacity_requested":
            words = {name: data[name] for name in data if name != "pool"}
            yield _placed(opportunity_id, fact, "request_lease", words)
        case "capacity_released":
            yield _placed(opportunity_id, fact, "release_lease", {})
        case "effort_logged" if data.get("pool") in asked:
            yield _telling(opportunity_id, fact, "use_hours", {"hours": data["hours"]})
        case "corrected" if data.get("pool") in asked:
            hours = "0" if data.get("void") else data["hours"]
            words = {"hours": hours, "before": data["before"]}
            yield _telling(opportunity_id, fact, "use_hours", words)


def told_end(opportunity_id: str, outcome: str, asked: Collection[str]) -> Iterator[Telling]:
    """The end, which every pool that was ever asked is told, by whoever knows of it."""
    for pool in asked:
        body = {
            "event_id": f"end:{opportunity_id}",
            "opportunity_id": opportunity_id,
            "outcome": outcome,
        }
        yield Telling("pool", pool, "opportunity_over", body)


def _placed(opportunity_id: str, fact: Fact, kind: str, words: Mapping[str, Any]) -> Telling:
    place = {"said_at": fact.recorded_at.isoformat(), "number": fact.sequence}
    return _telling(opportunity_id, fact, kind, {**words, **place})


def _telling(opportunity_id: str, fact: Fact, kind: str, words: Mapping[str, Any]) -> Telling:
    # By its digest, for a run that was thrown back gives the number to another fact.
    event_id = f"opportunity:{opportunity_id}:{fact.sequence}:{fact.digest()}"
    body = {"event_id": event_id, "opportunity_id": opportunity_id, **words}
    return Telling("pool", fact.data["pool"], kind, body)
