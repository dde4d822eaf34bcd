"""What facts make of accounts that become one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from sales.account.contracts.state import Contracts
from sales.account.merging.handed import commitment_of, contract_of
from sales.account.merging.state import Merging
from sales.account.part import Fold
from sales.account.state import Account
from sales.facts import Fact

Changes = dict[str, Any]


def _with(change: Callable[[Merging, Fact], dict[str, Any]]) -> Fold:
    """A fold of what is remembered of the merge alone."""

    def fold(state: Account, fact: Fact) -> Changes:
        return {"merging": replace(state.merging, **change(state.merging, fact))}

    return fold


def _without(held: Merging, fact: Fact) -> Changes:
    return {"coming": tuple(id for id in held.coming if id != fact.data["from_account"])}


def _handed(state: Account, fact: Fact) -> Changes:
    data, contracts = fact.data, state.contracts
    live = {id: held for id, held in contracts.live.items() if id not in data["contracts"]}
    kept = {id: held for id, held in state.commitments.items() if id not in data["commitments"]}
    awaiting = (*state.merging.awaiting, fact.sequence)
    return {
        "contracts": Contracts(live, contracts.ended),
        "commitments": kept,
        "merging": replace(state.merging, awaiting=awaiting),
    }


def _taken(state: Account, fact: Fact) -> Changes:
    """Of the opportunities that are to follow a contract some may be here already."""
    live = {**state.contracts.live}
    for id, told in fact.data["contracts"].items():
        held = contract_of(told)
        coming = tuple(each for each in held.renewal.coming if each not in state.open)
        live[id] = held._replace(renewal=held.renewal._replace(coming=coming))
    new = {id: commitment_of(told) for id, told in fact.data["commitments"].items()}
    return {
        "contracts": Contracts(live, state.contracts.ended),
        "commitments": {**state.commitments, **new},
    }


def _passed(state: Account, fact: Fact) -> Changes:
    """An opportunity that has ended is not open any more."""
    if "process" not in fact.data:
        return {}
    id = fact.data["message"]["body"]["opportunity_id"]
    going = {key: to for key, to in state.moves.going.items() if key != id}
    left = {key: child for key, child in state.open.items() if key != id}
    return {"open": left, "moves": replace(state.moves, going=going)}


def _retired(state: Account, fact: Fact) -> Changes:
    return {"retiring_at": state.retiring_at or fact.recorded_at}


FOLDS: Final[dict[str, Fold]] = {
    "account_merging": _with(lambda _held, fact: {"into": fact.data["into"]}),
    "merge_declined": _with(lambda _held, _fact: {"into": None}),
    "merge_agreed": _with(lambda _held, fact: {"agreed": True, "renamed": fact.data["renamed"]}),
    "merge_accepted": _with(
        lambda held, fact: {"coming": (*held.coming, fact.data["from_account"])}
    ),
    "handed_over": _handed,
    "taken_over": _taken,
    "handover_confirmed": _with(
        lambda held, fact: {
            "awaiting": tuple(each for each in held.awaiting if each != fact.data["handover"])
        }
    ),
    "account_joined": _with(_without),
    "message_passed_on": _passed,
    "account_retired": _retired,
}
