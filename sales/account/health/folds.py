"""What each kind of fact changes in what an account remembers of how well it is."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sales.account.health import checkpoints
from sales.account.health.state import Disagreement, Report, Told
from sales.account.part import Fold
from sales.account.state import Account
from sales.facts import Fact

Changes = dict[str, Any]


def _with(state: Account, **changes: Any) -> Changes:
    return {"health": replace(state.health, **changes)}


def _told(state: Account, fact: Fact) -> Changes:
    data = fact.data
    return _with(state, told=Told(data.get("score"), data.get("band"), tuple(data["vetoes"])))


def _reported(name: str, key: str) -> Fold:
    def fold(state: Account, fact: Fact) -> Changes:
        data, held = fact.data, getattr(state.health, name)
        value = float(data["value"]) / float(data.get("target", 1))
        report = Report(min(value, 1.0), fact.occurred_at)
        before = held.get(data[key])
        if before and before.at > report.at:
            return {}  # it came late, and something newer is known
        return _with(state, **{name: {**held, data[key]: report}})

    return fold


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


def _disagreed(state: Account, fact: Fact) -> Changes:
    data = fact.data
    score = None if "score" not in data else float(data["score"])
    until = datetime.fromisoformat(data["until"])
    return _with(state, disagreement=Disagreement(fact.sequence, score, data.get("band"), until))


def _of_checkpoints(change: Fold) -> Fold:
    return lambda state, fact: _with(state, **change(state, fact))


FOLDS: Final[Mapping[str, Fold]] = {
    "health_changed": _told,
    "usage_reported": _reported("usage", "metric"),
    "score_reported": _reported("scores", "component"),
    "payment_reported": _payment_reported,
    "sponsor_reported": _sponsor_reported,
    "contact_reported": _talked,
    "survey_answered": _talked,
    "health_disagreed": _disagreed,
    "disagreement_ended": lambda state, _fact: _with(state, disagreement=None),
    "checkpoint_due": _of_checkpoints(checkpoints.fallen_due),
    "checkpoint_missed": _of_checkpoints(checkpoints.missed),
    "checkpoint_answered": _of_checkpoints(checkpoints.answered),
}
