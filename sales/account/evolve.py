"""What each kind of fact changes in an account."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sales.account.part import Fold
from sales.account.parts import PARTS
from sales.account.policy import Policy
from sales.account.state import KEPT, LAST_ENDS, PROFILE, Account, Child, End, Wanted, load_account
from sales.changes import uncalled
from sales.erasing import ERASED, Erasure
from sales.facts import Fact
from sales.journal import remembered
from sales.opportunity import Refusal

Changes = dict[str, Any]

MOST_HEARD: Final = 300
MOST_HEARD_LETTERS: Final = 18_000
"""How many events an account remembers, and what their ids may take up: it lives for ever, and what
it carries stays small."""


def evolve_account(state: Account | None, fact: Fact) -> Account:
    """The account after the fact."""
    if fact.kind == "restored":
        return load_account(fact.data["state"])
    if state is None:
        data = fact.data
        begun = Account(data["account_id"], fact.occurred_at, data["name"])
        return replace(begun, sequence=fact.sequence, recorded_at=fact.recorded_at)
    changes: Changes = {"sequence": fact.sequence, "recorded_at": fact.recorded_at}
    if fact.event_id and fact.event_id not in state.heard:
        changes["heard"] = remembered(state.heard, fact, MOST_HEARD, MOST_HEARD_LETTERS)
    if fact.source and fact.source_seq is not None:
        changes["sources"] = {**state.sources, fact.source: fact.source_seq}
    if fact.event_id in state.wanted and fact.kind in _ANSWERS:
        changes["wanted"] = {k: each for k, each in state.wanted.items() if k != fact.event_id}
    state = replace(state, **changes)
    for fold in _FOLDS.get(fact.kind, ()):
        if changes := fold(state, fact):
            state = replace(state, **changes)
    return state


def _launched(state: Account, fact: Fact) -> Changes:
    child = Child(fact.data["process"]["name"], fact.occurred_at)
    return {"open": {**state.open, fact.data["opportunity_id"]: child}}


def _ended(state: Account, fact: Fact) -> Changes:
    data = fact.data
    rest = {key: each for key, each in state.open.items() if key != data["opportunity_id"]}
    end = End(data["opportunity_id"], data["outcome"], data["reason"], fact.occurred_at)
    return {"open": rest, "last_ends": (*state.last_ends, end)[-LAST_ENDS:]}


def _wanted(state: Account, fact: Fact) -> Changes:
    if fact.data["wanted"] in state.heard:
        return {}  # it has had its answer
    said = fact.data["message"]
    wanted = Wanted(said["kind"], {name: said[name] for name in said if name != "kind"})
    return {"wanted": {**state.wanted, fact.data["wanted"]: wanted}}


def _amended(_state: Account, fact: Fact) -> Changes:
    return {name: value for name, value in fact.data.items() if name in PROFILE}


def _refused(state: Account, fact: Fact) -> Changes:
    data = fact.data
    entry = Refusal(fact.sequence, fact.recorded_at, data["message"], data["field"], data["rule"])
    return {"refusals": state.refusals + 1, "refused": (*state.refused, entry)[-KEPT:]}


def _erased(state: Account, fact: Fact) -> Changes:
    asked = Erasure(fact.data)
    name = ERASED if "name" in asked.details else state.name
    return {"name": name, "refused": uncalled(state.refused, asked)}


_ANSWERS: Final = frozenset({"opportunity_launched", "refused"})
"""What becomes of an opening that the account itself wanted."""

_OWN: Final[dict[str, Fold]] = {
    "opportunity_launched": _launched,
    "opportunity_adopted": _launched,
    "opportunity_ended": _ended,
    "opportunity_wanted": _wanted,
    "account_amended": _amended,
    "policy_set": lambda _state, fact: {"policy": Policy.model_validate(fact.data["policy"])},
    "late_message_kept": lambda state, _fact: {"late": state.late + 1},
    "account_retiring": lambda _state, fact: {
        "retiring_at": fact.recorded_at,
        "retire_by": fact.recorded_at + timedelta(seconds=fact.data["within"]),
    },
    "account_retired": lambda _state, fact: {"retired_at": fact.occurred_at},
    "refused": _refused,
    "erased": _erased,
}


def _joined() -> dict[str, tuple[Fold, ...]]:
    every = (_OWN, *(part.folds for part in PARTS))
    kinds = {kind for folds in every for kind in folds}
    return {kind: tuple(folds[kind] for folds in every if kind in folds) for kind in kinds}


_FOLDS: Final = _joined()
"""Our own fold of each kind of fact first, then those of the parts that look at it, too."""
