"""Who is told what about how well the account is."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from sales.account.health import checkpoints
from sales.facts import Fact
from sales.notice import Notice, Noticing


def _tell_of_health(fact: Fact) -> Iterator[Notice]:
    data = fact.data
    if "worse" in data:
        score = f"{data['band']} ({data['score']:.2f})" if "score" in data else "unknown"
        why = f": {', '.join(data['vetoes'])}" if data["vetoes"] else ""
        yield Notice("health_fell", f"the health is {score}{why}")


def _tell_of_disagreement(fact: Fact) -> Iterator[Notice]:
    data = fact.data
    other = data.get("band") or f"{float(data['score']):.2f}"
    computed = f"{data['computed']:.2f}" if "computed" in data else "unknown"
    until = datetime.fromisoformat(data["until"])
    yield Notice("health_disagreed", f"somebody says {other}, computed is {computed}", due=until)


def _tell_of_expiry(fact: Fact) -> Iterator[Notice]:
    if fact.data["how"] == "expired":
        yield Notice("disagreement_expired", "nobody has said again that the health is another")


NOTICES: Final[Mapping[str, Noticing]] = {
    "health_changed": _tell_of_health,
    "health_disagreed": _tell_of_disagreement,
    "disagreement_ended": _tell_of_expiry,
    "checkpoint_due": checkpoints.tell_of,
    "checkpoint_missed": checkpoints.tell_of,
    "checkpoint_answered": checkpoints.tell_of_loss,
}
