"""Checkpoints: fixed times before a term ends at which somebody must say how it will end."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sales.account.contracts.state import Term
from sales.account.health.elsewhere import terms
from sales.account.health.messages import AnswerCheckpoint
from sales.account.health.scoring import explain
from sales.account.health.state import Checkpoint
from sales.account.state import Account
from sales.drafts import Broken, Draft
from sales.facts import Fact
from sales.words import said

Changes = dict[str, Any]

LOSING: Final = frozenset({"at_risk", "will_leave"})


def watched(state: Account) -> Iterator[tuple[Term, Checkpoint]]:
    """The terms that run and have had a checkpoint, each with the latest."""
    for term in terms(state):
        held = state.health.checkpoints.get(term.contract_id)
        if held and held.ends_at == term.ends_at:
            yield term, held


def looks(state: Account) -> Iterator[datetime]:
    """The checkpoints to come, and when an open one is noticed again."""
    for term in terms(state):
        yield from (term.ends_at - before for before in _to_come(state, term))
    yield from (_remind_at(state, held) for _, held in watched(state) if _is_waited_for(held))


def due(state: Account, now: datetime) -> Iterator[Draft]:
    """What time has done: of several that have passed unseen, the last one falls due."""
    for term in terms(state):
        passed = [each for each in _to_come(state, term) if term.ends_at - each <= now]
        if passed:
            yield _fallen(state, term, min(passed))
    for term, held in watched(state):
        if _is_waited_for(held) and (at := _remind_at(state, held)) <= now:
            yield Draft("checkpoint_missed", _data(term.contract_id, held), at)


def _to_come(state: Account, term: Term) -> Iterator[timedelta]:
    """How long before the end the checkpoints are that have not fallen due; one that lies before
    the term began never does."""
    held = state.health.checkpoints.get(term.contract_id)
    since = held.before if held and held.ends_at == term.ends_at else None
    for before in state.policy.health.checkpoints if state.policy else ():
        is_new = since is None or before.total_seconds() < since
        if is_new and term.ends_at - before >= term.starts_at:
            yield before


def _fallen(state: Account, term: Term, before: timedelta) -> Draft:
    assert state.policy
    at = term.ends_at - before
    found = explain(state, at)
    last = before == state.policy.health.checkpoints[-1]
    new = Checkpoint(term.number, term.ends_at, before.total_seconds(), last, at)
    data = _data(term.contract_id, new)
    if found.score is not None:
        data |= {"score": round(found.score, 2), "band": found.band}
    return Draft("checkpoint_due", {**data, "vetoes": list(found.vetoes)}, at)


def _data(contract_id: str, held: Checkpoint) -> Changes:
    return {
        "contract_id": contract_id,
        "term": held.term,
        "ends_at": held.ends_at.isoformat(),
        "before": held.before,
        "last": held.last,
    }


def _is_waited_for(held: Checkpoint) -> bool:
    return held.verdict is None and not held.reminded


def _remind_at(state: Account, held: Checkpoint) -> datetime:
    assert state.policy
    return held.at + state.policy.health.remind_after


def answer(state: Account, message: AnswerCheckpoint, _now: datetime) -> list[Draft]:
    """How a term will end. It can be said anew for as long as the term runs."""
    found = {term.contract_id: held for term, held in watched(state)}
    id_ = message.contract_id
    if id_ is None:
        unanswered = [each for each, held in found.items() if held.verdict is None]
        if len(unanswered) > 1:
            raise Broken("contract_id", "say_which", ", ".join(sorted(unanswered)))
        id_ = unanswered[0] if unanswered else None
    if id_ is None or id_ not in found:
        raise Broken("contract_id", "no_checkpoint_open")
    if message.verdict == "watch" and found[id_].last:
        raise Broken("verdict", "no_longer_an_answer", "at the last checkpoint nobody may wait")
    return [Draft("checkpoint_answered", {**said(message), **_data(id_, found[id_])})]


def fallen_due(state: Account, fact: Fact) -> Changes:
    """The latest checkpoint of its contract; those of contracts that are over are forgotten."""
    data, held = fact.data, state.health.checkpoints
    ends_at = datetime.fromisoformat(data["ends_at"])
    # One that fell due unseen, in an outage, can be answered as long as any other.
    new = Checkpoint(data["term"], ends_at, data["before"], data["last"], fact.recorded_at)
    kept = {id_: each for id_, each in held.items() if id_ in state.contracts.live}
    return {"checkpoints": {**kept, data["contract_id"]: new}}


def missed(state: Account, fact: Fact) -> Changes:
    """It was noticed again."""
    return {"missed": state.health.missed + 1, **_changed(state, fact, reminded=True)}


def answered(state: Account, fact: Fact) -> Changes:
    """There is a verdict."""
    return _changed(state, fact, verdict=fact.data["verdict"])


def _changed(state: Account, fact: Fact, **changes: Any) -> Changes:
    held, id_ = state.health.checkpoints, fact.data["contract_id"]
    return {"checkpoints": {**held, id_: held[id_]._replace(**changes)}}
