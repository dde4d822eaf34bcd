"""What each kind of fact changes in what an account remembers of how well it is."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sales.account.health import checkpoints
from sales.account.health.state import MOST_KEPT, Disagreement, Report, Told
from sales.account.part import Fold
from sales.account.state import Account
from sales.facts import Fact

Changes = dict[str, Any]


def _with(state: Account, **changes: Any) -> Changes:
    return {"health": replace(state.health, **changes)}


def _told(state: Account, fact: Fact) -> Changes:
    data = fact.data
    return _with(state, told=Told(data.get("score"), data.get("band"), tuple(data["vetoes"])))


def _usage(state: Account, fact: Fact) -> Changes:
    held = state.health.usage
    return _with(state, usage={**held, **_report(held, fact.data["metric"], fact)})


def _score(state: Account, fact: Fact) -> Changes:
    held = state.health.scores
    return _with(state, scores={**held, **_report(held, fact.data["component"], fact)})


def _report(held: Mapping[str, Report], name: str, fact: Fact) -> dict[str, Report]:
    """What is reported, unless it comes late and something newer is known."""
    value = float(fact.data["value"]) / float(fact.data.get("target", 1))
    report, before = Report(min(value, 1.0), fact.occurred_at), held.get(name)
    return {} if before and before.at > report.at else {name: report}


def _payment_reported(state: Account, fact: Fact) -> Changes:
    held, invoice = state.health.overdue, fact.data["invoice"]
    rest = {key: since for key, since in held.items() if key != invoice}
    if fact.data["status"] == "overdue":
        rest = {**held, invoice: held.get(invoice, fact.occurred_at)}
    return _with(state, overdue=rest, payment_at=_latest(state.health.payment_at, fact))


def _sponsor_reported(state: Account, fact: Fact) -> Changes:
    held, contact = state.health.sponsors, fact.data["contact"]
    if fact.data["status"] == "present":
        return _with(state, sponsors={**held, contact: fact.occurred_at}, left_at=None)
    rest = {each: since for each, since in held.items() if each != contact}
    return _with(state, sponsors=rest, left_at=None if rest else fact.occurred_at)


def _talked(state: Account, fact: Fact) -> Changes:
    return _with(state, contact_at=_latest(state.health.contact_at, fact))


def _latest(held: datetime | None, fact: Fact) -> datetime:
    return max(held or fact.occurred_at, fact.occurred_at)


def _breached(state: Account, fact: Fact) -> Changes:
    return _kept(state, fact, 0.0)


def _met(state: Account, fact: Fact) -> Changes:
    """In time, unless another of its clocks had run out before; a breach that was taken down too
    early is put right."""
    known = fact.data["commitment_id"] in state.health.kept and "corrects" not in fact.data
    return {} if known else _kept(state, fact, float(fact.data["in_time"]))


def _responded(state: Account, fact: Fact) -> Changes:
    if "corrects" not in fact.data:
        return {}
    held, id_ = state.health.kept, fact.data["commitment_id"]
    return _with(state, kept={key: each for key, each in held.items() if key != id_})


def _kept(state: Account, fact: Fact, value: float) -> Changes:
    id_, held = fact.data["commitment_id"], state.health.kept
    rest = {key: each for key, each in held.items() if key != id_}
    latest = [*rest.items(), (id_, Report(value, fact.occurred_at))][-MOST_KEPT:]
    return _with(state, kept=dict(latest))


def _disagreed(state: Account, fact: Fact) -> Changes:
    data = fact.data
    score = None if "score" not in data else float(data["score"])
    until = datetime.fromisoformat(data["until"])
    return _with(state, disagreement=Disagreement(fact.sequence, score, data.get("band"), until))


def _of_checkpoints(change: Fold) -> Fold:
    return lambda state, fact: _with(state, **change(state, fact))


FOLDS: Final[Mapping[str, Fold]] = {
    "health_changed": _told,
    "usage_reported": _usage,
    "score_reported": _score,
    "payment_reported": _payment_reported,
    "sponsor_reported": _sponsor_reported,
    "contact_reported": _talked,
    "survey_answered": _talked,
    "commitment_breached": _breached,
    "commitment_met": _met,
    "commitment_responded": _responded,
    "health_disagreed": _disagreed,
    "disagreement_ended": lambda state, _fact: _with(state, disagreement=None),
    "checkpoint_due": _of_checkpoints(checkpoints.fallen_due),
    "checkpoint_missed": _of_checkpoints(checkpoints.missed),
    "checkpoint_answered": _of_checkpoints(checkpoints.answered),
}
