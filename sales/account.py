"""An account: the relationship. It has no natural end; it launches opportunities and learns theirs.

What it carries is bounded however old it gets: everything else is a fact in the ledger.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter

from sales.account_messages import AdoptOpportunity, OpportunityEnded, ReopenOpportunity, Retire
from sales.changes import uncalled
from sales.drafts import Broken, Draft
from sales.erasing import ERASED, OF_AN_ACCOUNT, Erasure, erase
from sales.facts import Cause, Fact
from sales.journal import check_stamps, known, numbered, refusal, remembered
from sales.messages import Erase, Malformed, Message
from sales.opening import OpenOpportunity, Start
from sales.opportunity import Heard, Refusal
from sales.words import said

MOST_OPEN: Final = 2_000
MOST_OPEN_LETTERS: Final = 40_000
"""How many opportunities may be open at once, and what their ids may take up: what an account
carries stays bounded, and small enough for one payload."""
KEPT: Final = 20
LAST_ENDS: Final = 10
PROFILE: Final = ("name", "segment", "tier", "owner", "territory")


class Child(NamedTuple):
    """An open opportunity."""

    process: str
    since: datetime


class End(NamedTuple):
    """An opportunity that has ended."""

    opportunity_id: str
    outcome: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """One account, as far as its rules need to remember."""

    id: str
    opened_at: datetime
    name: str = ""
    segment: str | None = None
    tier: str | None = None
    owner: str | None = None
    territory: str | None = None
    sequence: int = 0
    open: dict[str, Child] = field(default_factory=dict)
    last_ends: tuple[End, ...] = ()
    late: int = 0
    refusals: int = 0
    retiring_at: datetime | None = None
    retire_by: datetime | None = None
    retired_at: datetime | None = None
    heard: dict[str, Heard] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Admission:
    """The ledger's answer to a wish to open: the start input it leads to, or the rule it broke."""

    start: Start | None = None
    field: str = ""
    rule: str = ""
    detail: str = ""


Opening = OpenOpportunity | ReopenOpportunity
"""The messages that launch an opportunity, and so need the ledger's word first."""


def open_account(account_id: str, now: datetime, name: str = "") -> tuple[Account, Fact]:
    """A new account and its first fact."""
    data = {"account_id": account_id, "name": name or account_id}
    fact = Fact(1, "account_opened", now, now, "start", data=data)
    return evolve_account(None, fact), fact


def needs_admission(state: Account, message: Message) -> bool:
    """Whether the ledger must be asked before this can be decided."""
    if not isinstance(message, Opening) or known(state, message):
        return False
    try:
        _may_launch(state, message)
    except Broken:
        return False
    return True


def decide_account(
    state: Account,
    message: Message,
    now: datetime,
    cause: Cause = "signal",
    admission: Admission | None = None,
) -> tuple[Fact, ...]:
    """The facts that follow; total, like `decide`. Opening and reopening take the ledger's
    `admission`; without one they are refused as `not_admitted`."""
    if known(state, message):
        return ()
    try:
        check_stamps(message, now)
        if isinstance(message, Malformed):
            raise Broken(message.field, message.rule, message.detail)
        if isinstance(message, Opening):
            drafts = _launch(state, message, admission)
        else:
            drafts = _RULES[message.kind](state, message)
    except Broken as broken:
        drafts = [refusal(message, broken)]
    return numbered(state, drafts, message, now, cause)


def _may_launch(state: Account, message: Opening | AdoptOpportunity) -> None:
    if state.retiring_at:
        raise Broken("account_id", "retired")
    if len(state.open) >= MOST_OPEN or sum(map(len, state.open)) > MOST_OPEN_LETTERS:
        raise Broken("account_id", "too_many_open", f"{len(state.open)} opportunities are open")
    if not isinstance(message, ReopenOpportunity) and message.opportunity_id in state.open:
        raise Broken("opportunity_id", "already_open")


def _launch(state: Account, message: Opening, admission: Admission | None) -> list[Draft]:
    _may_launch(state, message)
    admission = admission or Admission(field="kind", rule="not_admitted")
    start = admission.start
    if start is None:
        raise Broken(admission.field, admission.rule, admission.detail)
    data: dict[str, Any] = {
        "opportunity_id": start.opening.opportunity_id,
        "process": start.process.ref,
        "attempt": start.attempt,
    }
    if start.predecessor_id:
        data["predecessor_id"] = start.predecessor_id
    return [Draft("opportunity_launched", data)]


def _adopt(state: Account, message: AdoptOpportunity) -> list[Draft]:
    _may_launch(state, message)
    process = {"name": message.process}
    return [
        Draft("opportunity_adopted", {"opportunity_id": message.opportunity_id, "process": process})
    ]


def _end(_state: Account, message: OpportunityEnded) -> list[Draft]:
    return [Draft("opportunity_ended", said(message))]


def _late(_state: Account, message: Message) -> list[Draft]:
    return [Draft("late_message_kept", said(message))]


def _amend(_state: Account, message: Message) -> list[Draft]:
    data = {name: value for name, value in said(message).items() if value is not None}
    if not data:
        raise Broken("body", "nothing_to_amend")
    return [Draft("account_amended", data)]


def _retire(state: Account, message: Retire) -> list[Draft]:
    if state.retiring_at:
        raise Broken("account_id", "retired")
    return [Draft("account_retiring", {**said(message), "within": message.within.total_seconds()})]


def _erase(state: Account, message: Erase) -> list[Draft]:
    for name in sorted({*message.details} - OF_AN_ACCOUNT):
        raise Broken("details", "not_in_an_account", f"{name} is an opportunity's")
    return erase(state, message)


def resumed(state: Account, now: datetime) -> tuple[Fact, ...]:
    """An account whose workflow was gone goes on from what the ledger knows of it."""
    if state.retired_at:
        return ()
    return numbered(state, [Draft("account_resumed", {})], None, now, "start")


def retired(state: Account, now: datetime) -> tuple[Fact, ...]:
    """The account's end, once its open opportunities have ended or had their time."""
    draft = Draft("account_retired", {"left_open": sorted(state.open)})
    return numbered(state, [draft], None, now, "clock")


def evolve_account(state: Account | None, fact: Fact) -> Account:
    """The account after the fact."""
    if fact.kind == "restored":
        return load_account(fact.data["state"])
    if state is None:
        data = fact.data
        return Account(data["account_id"], fact.occurred_at, data["name"], sequence=fact.sequence)
    changes: dict[str, Any] = {"sequence": fact.sequence}
    if fact.event_id and fact.event_id not in state.heard:
        changes["heard"] = remembered(state.heard, fact)
    if fact.source and fact.source_seq is not None:
        changes["sources"] = {**state.sources, fact.source: fact.source_seq}
    if fold_ := _FOLDS.get(fact.kind):
        changes.update(fold_(state, fact))
    return replace(state, **changes)


def _launched(state: Account, fact: Fact) -> dict[str, Any]:
    child = Child(fact.data["process"]["name"], fact.occurred_at)
    return {"open": {**state.open, fact.data["opportunity_id"]: child}}


def _ended(state: Account, fact: Fact) -> dict[str, Any]:
    data = fact.data
    rest = {key: each for key, each in state.open.items() if key != data["opportunity_id"]}
    end = End(data["opportunity_id"], data["outcome"], data["reason"], fact.occurred_at)
    return {"open": rest, "last_ends": (*state.last_ends, end)[-LAST_ENDS:]}


def _refused(state: Account, fact: Fact) -> dict[str, Any]:
    data = fact.data
    entry = Refusal(fact.sequence, fact.recorded_at, data["message"], data["field"], data["rule"])
    return {"refusals": state.refusals + 1, "refused": (*state.refused, entry)[-KEPT:]}


def _erased(state: Account, fact: Fact) -> dict[str, Any]:
    asked = Erasure(fact.data)
    name = ERASED if "name" in asked.details else state.name
    return {"name": name, "refused": uncalled(state.refused, asked)}


_RULES: Final[dict[str, Callable[[Account, Any], list[Draft]]]] = {
    "adopt_opportunity": _adopt,
    "opportunity_ended": _end,
    "late_message": _late,
    "amend": _amend,
    "retire": _retire,
    "erase": _erase,
}

_FOLDS: Final[dict[str, Callable[[Account, Fact], dict[str, Any]]]] = {
    "opportunity_launched": _launched,
    "opportunity_adopted": _launched,
    "opportunity_ended": _ended,
    "account_amended": lambda _state, fact: {k: v for k, v in fact.data.items() if k in PROFILE},
    "late_message_kept": lambda state, _fact: {"late": state.late + 1},
    "account_retiring": lambda _state, fact: {
        "retiring_at": fact.recorded_at,
        "retire_by": fact.recorded_at + timedelta(seconds=fact.data["within"]),
    },
    "account_retired": lambda _state, fact: {"retired_at": fact.occurred_at},
    "refused": _refused,
    "erased": _erased,
}


@cache
def _adapter() -> TypeAdapter[Account]:
    return TypeAdapter(Account)


def dump_account(state: Account) -> dict[str, Any]:
    """The account as plain JSON; `load_account` gives it back unchanged."""
    return _adapter().dump_python(state, mode="json")  # type: ignore[no-any-return]  # untyped upstream


def load_account(data: Any) -> Account:
    """The account from `dump_account`. Raises ValidationError on anything else."""
    return _adapter().validate_python(data)
