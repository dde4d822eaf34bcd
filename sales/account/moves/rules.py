"""How an opportunity goes from one account to another, so that one of them has it at any time.

The account that has it asks the other one; that one tells the opportunity; the opportunity changes
its account by a fact of its own and tells both. So it is the opportunity that decides: its end and
its move cannot cross, since one of them comes first in its journal.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sales.account.moves.messages import (
    DeclineOpportunity,
    MoveOpportunity,
    ReleaseOpportunity,
    TakeOpportunity,
)
from sales.account.moves.state import MOST_GONE
from sales.account.moves.telling import TELLS
from sales.account.part import Part
from sales.account.state import Account, is_full
from sales.drafts import Broken, Draft
from sales.facts import Fact
from sales.words import said

Changes = dict[str, Any]


def gone_to(state: Account, opportunity_id: str) -> str | None:
    """The account to which what comes for this opportunity is passed on."""
    return None if opportunity_id in state.open else state.moves.gone.get(opportunity_id)


def _move(state: Account, message: MoveOpportunity, _now: datetime) -> list[Draft]:
    if message.opportunity_id not in state.open:
        raise Broken("opportunity_id", "not_open")
    if message.to_account == state.id:
        raise Broken("to_account", "already_there")
    if to := state.moves.going.get(message.opportunity_id):
        raise Broken("opportunity_id", "moving_already", f"to {to}")
    if state.retiring_at:
        raise Broken("account_id", "retired")
    if state.merging.into:
        raise Broken("account_id", "merge_under_way", state.merging.into)
    for contract_id, contract in state.contracts.live.items():
        if message.opportunity_id in contract.renewal.attempts:
            raise Broken("opportunity_id", "renews_a_contract", f"{contract_id} stays here")
    process = state.open[message.opportunity_id].process
    return [Draft("opportunity_offered", said(message, process=process))]


def _take(state: Account, message: TakeOpportunity, _now: datetime) -> list[Draft]:
    """An answer either way: a refusal alone would leave the other account waiting."""
    coming = message.from_account in state.merging.coming
    rule = "too_many_open" if is_full(state) and not coming else None
    rule = "retired" if state.retiring_at else "merging" if state.merging.into else rule
    data = {"opportunity_id": message.opportunity_id, "from_account": message.from_account}
    if rule:
        return [Draft("opportunity_declined", {**data, "rule": rule})]
    return [Draft("opportunity_accepted", data)]


def _decline(state: Account, message: DeclineOpportunity, _now: datetime) -> list[Draft]:
    if state.moves.going.get(message.opportunity_id) != message.to_account:
        raise Broken("opportunity_id", "not_offered")
    return [Draft("offer_declined", said(message))]


def _release(state: Account, message: ReleaseOpportunity, _now: datetime) -> list[Draft]:
    if message.opportunity_id not in state.open:
        raise Broken("opportunity_id", "not_open")
    if message.to_account == state.id:
        raise Broken("to_account", "already_there")
    return [Draft("opportunity_released", said(message))]


def _offered(state: Account, fact: Fact) -> Changes:
    going = {**state.moves.going, fact.data["opportunity_id"]: fact.data["to_account"]}
    return {"moves": replace(state.moves, going=going)}


def _stays(state: Account, fact: Fact) -> Changes:
    """It is on its way no more."""
    id = fact.data["opportunity_id"]
    if id not in state.moves.going:
        return {}
    going = {key: to for key, to in state.moves.going.items() if key != id}
    return {"moves": replace(state.moves, going=going)}


def _released(state: Account, fact: Fact) -> Changes:
    id = fact.data["opportunity_id"]
    going = {key: to for key, to in state.moves.going.items() if key != id}
    gone = {key: to for key, to in state.moves.gone.items() if key != id}
    gone = dict([*gone.items(), (id, fact.data["to_account"])][-MOST_GONE:])
    left = {key: child for key, child in state.open.items() if key != id}
    return {"open": left, "moves": replace(state.moves, going=going, gone=gone)}


def _back(state: Account, fact: Fact) -> Changes:
    """It has come back."""
    gone = {key: to for key, to in state.moves.gone.items() if key != fact.data["opportunity_id"]}
    return {} if len(gone) == len(state.moves.gone) else {"moves": replace(state.moves, gone=gone)}


MOVE: Final = Part(
    rules={
        "move_opportunity": _move,
        "take_opportunity": _take,
        "decline_opportunity": _decline,
        "release_opportunity": _release,
    },
    folds={
        "opportunity_offered": _offered,
        "offer_declined": _stays,
        "opportunity_ended": _stays,
        "opportunity_released": _released,
        "opportunity_adopted": _back,
    },
    tells=TELLS,
)
