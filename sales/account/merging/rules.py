"""How two accounts become one: the one that goes asks, hands over what is live, lets its
opportunities move, and retires once nothing is left. Until it has the other's word nothing leaves,
and from then on nothing turns back."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sales.account.commitments.state import MOST_COMMITMENT_BYTES, MOST_COMMITMENTS
from sales.account.contracts.renewing import LONGEST, open_attempts, stem
from sales.account.contracts.state import MOST_CONTRACTS, Contract
from sales.account.merging.folds import FOLDS
from sales.account.merging.handed import told
from sales.account.merging.messages import (
    MOST_AT_ONCE,
    AnswerMerge,
    ConfirmTakeOver,
    JoinAccount,
    MergeInto,
    TakeAccount,
    TakeOver,
)
from sales.account.merging.state import MOST_COMING
from sales.account.merging.telling import NOTICES, TELLS
from sales.account.part import Part
from sales.account.state import MOST_OPEN, Account
from sales.drafts import Broken, Draft
from sales.words import said

MOST_MOVING: Final = 50
"""How many opportunities are on their way at once."""


def retires(state: Account) -> bool:
    """Whether an account is to end: it was told so, or is merged and the other one has it all."""
    if state.retired_at or state.retiring_at:
        return not state.retired_at
    merging, live = state.merging, (*state.contracts.live, *state.commitments)
    left = (*live, *state.open, *state.wanted, *merging.awaiting)
    return merging.agreed and not left


def _merge(state: Account, message: MergeInto, _now: datetime) -> list[Draft]:
    for name in ("actor", "note"):
        if not getattr(message, name):
            raise Broken(name, "required", "say who has decided it, and why")
    if message.into == state.id:
        raise Broken("into", "the_same")
    if state.retiring_at:
        raise Broken("account_id", "retired")
    if state.merging.into or state.merging.coming:
        raise Broken("account_id", "merge_under_way", state.merging.into or "")
    data = {
        "into": message.into,
        "contracts": sorted(state.contracts.live),
        "commitments": sorted(state.commitments),
        "letters": sum(each.size(id) for id, each in state.commitments.items()),
        "open": len(state.open),
    }
    return [Draft("account_merging", data)]


def _take(state: Account, message: TakeAccount, _now: datetime) -> list[Draft]:
    """An answer either way: a refusal alone would leave the other account waiting."""
    about = {"from_account": message.from_account}
    if rule := _hindrance(state, message):
        return [Draft("merge_refused", {**about, "rule": rule})]
    known = {*state.contracts.live, *state.contracts.ended, *state.commitments}
    taken = sorted(known & {*message.contracts, *message.commitments})
    return [Draft("merge_accepted", {**about, "taken": taken})]


def _hindrance(state: Account, asked: TakeAccount) -> str | None:
    contracts = len(state.contracts.live) + len(asked.contracts)
    commitments = len(state.commitments) + len(asked.commitments)
    letters = sum(each.size(id) for id, each in state.commitments.items()) + asked.letters
    hindrances = {
        "retired": state.retiring_at is not None,
        "merging": state.merging.into is not None or len(state.merging.coming) >= MOST_COMING,
        "no_policy": state.policy is None and bool(asked.contracts or asked.commitments),
        "too_many_contracts": contracts > MOST_CONTRACTS,
        "too_many_commitments": commitments > MOST_COMMITMENTS or letters > MOST_COMMITMENT_BYTES,
        "too_many_open": len(state.open) + asked.open > MOST_OPEN,
    }
    return next((rule for rule, stands in hindrances.items() if stands), None)


def _answered(state: Account, message: AnswerMerge, _now: datetime) -> list[Draft]:
    if state.merging.into != message.into or state.merging.agreed:
        raise Broken("into", "not_asked")
    if message.rule:
        return [Draft("merge_declined", {"into": message.into, "rule": message.rule})]
    renamed = {id: _other(id, state.id) for id in message.taken}
    return [Draft("merge_agreed", {"into": message.into, "renamed": renamed})]


def _take_over(state: Account, message: TakeOver, _now: datetime) -> list[Draft]:
    """What is handed over is nobody else's any more: it is taken, however much there is."""
    if message.from_account not in state.merging.coming:
        raise Broken("from_account", "not_expected")
    return [Draft("taken_over", {"contracts": {}, "commitments": {}, **said(message)})]


def _confirmed(state: Account, message: ConfirmTakeOver, _now: datetime) -> list[Draft]:
    if message.handover not in state.merging.awaiting:
        raise Broken("handover", "not_awaited")
    return [Draft("handover_confirmed", said(message))]


def _join(state: Account, message: JoinAccount, _now: datetime) -> list[Draft]:
    if message.from_account not in state.merging.coming:
        raise Broken("from_account", "not_expected")
    return [Draft("account_joined", said(message))]


def _follows(state: Account, _now: datetime) -> list[Draft]:
    """What is live is handed over, and what is open is offered, until nothing is left."""
    if not state.merging.agreed or state.retired_at:
        return []
    room = MOST_MOVING - len(state.moves.going)
    to = {"to_account": state.merging.into}
    offered = [
        Draft("opportunity_offered", {"opportunity_id": id, "process": child.process, **to})
        for id, child in state.open.items()
        if id not in state.moves.going
    ]
    return [*_handed(state), *offered[: max(room, 0)]]


def _handed(state: Account) -> Iterator[Draft]:
    """A contract whose renewal is being asked for waits for the answer; one whose renewal runs
    says so, that nobody takes it for one that nobody renews."""
    to, renamed = {"to_account": state.merging.into}, state.merging.renamed

    def called(id: str) -> dict[str, Any]:
        return {"renamed": renamed[id]} if id in renamed else {}

    contracts = {
        id: _whole(state, id, held) | called(id)
        for id, held in state.contracts.live.items()
        if not (held.renewal.asked or held.renewal.refused)
    }
    commitments = {id: told(held) | called(id) for id, held in state.commitments.items()}
    for some in _pieces(contracts):
        yield Draft("handed_over", {**to, "contracts": some, "commitments": {}})
    for some in _pieces(commitments):
        yield Draft("handed_over", {**to, "contracts": {}, "commitments": some})


def _pieces(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    pairs = list(told.items())
    for first in range(0, len(pairs), MOST_AT_ONCE):
        yield dict(pairs[first : first + MOST_AT_ONCE])


def _other(id: str, account_id: str) -> str:
    """The id that it gets in the other account, where another has its own."""
    found = f"{id}:{account_id}"
    plain = len(found) <= LONGEST and "~" not in found  # which no contract has in its id
    return found if plain else sha256(found.encode()).hexdigest()


def _whole(state: Account, id: str, held: Contract) -> dict[str, Any]:
    """A renewal that is asked for is not handed over, so nothing says that it is."""
    coming = held.renewal._replace(coming=tuple(open_attempts(state, held)))
    data = told(held._replace(stem=stem(state.id, id, held), renewal=coming))
    renewal = {name: each for name, each in data["renewal"].items() if name != "asked"}
    return {**data, "renewal": renewal}


MERGE: Final = Part(
    rules={
        "merge_into": _merge,
        "take_account": _take,
        "answer_merge": _answered,
        "take_over": _take_over,
        "confirm_take_over": _confirmed,
        "join_account": _join,
    },
    folds=FOLDS,
    follows=_follows,
    tells=TELLS,
    notices=NOTICES,
)
