"""Who is told what about how well the account is."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from sales.account.health.checkpoints import LOSING
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


def _tell_of_a_checkpoint(fact: Fact) -> Iterator[Notice]:
    data = fact.data
    ends_at = datetime.fromisoformat(data["ends_at"])
    again = "nobody has said yet" if fact.kind == "checkpoint_missed" else "say"
    hard = ", and to wait and see is no answer any more" if data["last"] else ""
    words = f"{again} how {data['contract_id']} will end on {ends_at:%Y-%m-%d}{hard}"
    yield Notice(fact.kind, words, due=ends_at)


def _tell_of_loss(fact: Fact) -> Iterator[Notice]:
    data = fact.data
    if data["verdict"] in LOSING:
        ends_at = datetime.fromisoformat(data["ends_at"])
        yield Notice(data["verdict"], f"{data['contract_id']}: {data['verdict']}", due=ends_at)


NOTICES: Final[Mapping[str, Noticing]] = {
    "health_changed": _tell_of_health,
    "health_disagreed": _tell_of_disagreement,
    "disagreement_ended": _tell_of_expiry,
    "checkpoint_due": _tell_of_a_checkpoint,
    "checkpoint_missed": _tell_of_a_checkpoint,
    "checkpoint_answered": _tell_of_loss,
}
