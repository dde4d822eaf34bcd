"""How a journal becomes a current row, for each kind of subject.

A row carries the whole state as JSON beside the columns made from it, so that a write folds only
its new facts. The process is not part of it: it is stored once, and the state refers to it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar

from pydantic_core import from_json
from sqlalchemy import Table

from ledger import reference, schema
from ledger.batch import Subject
from ledger.columns import Written
from ledger.remembered import Remembered
from sales.account.evolve import evolve_account
from sales.account.state import Account
from sales.account.state import adapter as account_adapter
from sales.clocks import next_deadline
from sales.evolve import REFERRING, Lookup, evolve
from sales.facts import Fact
from sales.opportunity import Opportunity, adapter
from sales.pool.evolve import evolve_pool
from sales.pool.state import Pool
from sales.pool.state import adapter as pool_adapter
from sales.process import Process
from sales.register import FORMS, EntrySubject

State = TypeVar("State", Opportunity, Account, Pool)
Row = dict[str, Any]

_ACCOUNTS: Final = Remembered(account_adapter)
_POOLS: Final = Remembered(pool_adapter)


@dataclass(frozen=True, slots=True)
class Fold(Generic[State]):
    """What is done to the journal and the rows of one kind of subject; `load` reads the text of a
    row's state."""

    table: Table
    evolve: Callable[[State | None, Fact, Lookup], State]
    row: Callable[[State], Row]
    load: Callable[[str, Lookup], State]


def evolve_opportunity(state: Opportunity | None, fact: Fact, process_of: Lookup) -> Opportunity:
    """The opportunity after the fact, with the process the fact refers to, if it does."""
    ref = fact.data["process"] if fact.kind in REFERRING else None
    return evolve(state, fact, process_of(ref["name"], ref["version"]) if ref else None)


def load_opportunity(text: str, process_of: Lookup) -> Opportunity:
    """The opportunity that `row_of_opportunity` put into its row."""
    snapshot = from_json(text)
    ref = snapshot["process"]
    process = process_of(ref["name"], ref["version"])
    return adapter().validate_python({**snapshot, "process": process})


_SAME_IN_OPPORTUNITY: Final = (
    *("id", "account_id", "name", "stage", "category", "opened_at", "landed_at", "end_by"),
    *("amount", "recurring", "currency", "close_date", "first_close_date", "owner", "team"),
    *("segment", "product", "territory", "lead_source", "attempt", "predecessor_id", "sequence"),
    *("refusals", "late", "overrides", "pushes", "extensions", "parkings", "reversions", "effort"),
)
_same_in_opportunity: Final = attrgetter(*_SAME_IN_OPPORTUNITY)
_BUT_ITS_NAME: Final = {"process": {*Process.model_fields} - {"name", "version"}}
_SAME_IN_ACCOUNT: Final = (
    *("id", "name", "owner", "segment", "tier", "opened_at", "retired_at", "sequence"),
)


def row_of_opportunity(state: Opportunity) -> Row:
    """The current row; `probability` is the stage's, as its process has it."""
    process, outcome, deadline = state.process, state.outcome, next_deadline(state)
    stage = process.stage(state.stage)
    snapshot = adapter().dump_json(state, exclude=_BUT_ITS_NAME, exclude_none=True)
    return {
        **dict(zip(_SAME_IN_OPPORTUNITY, _same_in_opportunity(state), strict=True)),
        "process": process.name,
        "process_version": process.version,
        "probability": stage.probability if stage else 0.0,
        "outcome": outcome.outcome if outcome else None,
        "reason": outcome.reason if outcome else None,
        "reasons": list(outcome.reasons) if outcome else None,
        "closed_at": outcome.closed_at if outcome else None,
        "deadline": deadline.at if deadline else None,
        "clock": deadline.clock if deadline else None,
        "state": Written(snapshot.decode()),
    }


def row_of_account(state: Account) -> Row:
    """The current row of an account."""
    same = {name: getattr(state, name) for name in _SAME_IN_ACCOUNT}
    told = state.health.told
    health = {"health": told.score if told else None, "band": told.band if told else None}
    return {**same, **health, "state": _ACCOUNTS.write(state)}


def row_of_pool(state: Pool) -> Row:
    """The current row of a pool; `used` is what leases that are no more have used."""
    same = {name: getattr(state, name) for name in ("id", "stage", "hours", "leased", "used")}
    terms = state.terms
    return {
        **same,
        "name": terms.name if terms else None,
        "leases": len(state.leases),
        "waiting": len(state.queue),
        "currency": terms.currency if terms else None,
        "sequence": state.sequence,
        "state": _POOLS.write(state),
    }


OPPORTUNITY: Final = Fold(
    schema.opportunity, evolve_opportunity, row_of_opportunity, load_opportunity
)
ACCOUNT: Final = Fold(
    schema.account,
    lambda state, fact, _process_of: evolve_account(state, fact),
    row_of_account,
    lambda text, _process_of: _ACCOUNTS.read(text),
)


POOL: Final = Fold(
    schema.pool,
    lambda state, fact, _process_of: evolve_pool(state, fact),
    row_of_pool,
    lambda text, _process_of: _POOLS.read(text),
)


def _entered(subject: EntrySubject) -> Fold[Any]:
    table, form = reference.TABLES[subject], FORMS[subject]
    own: dict[EntrySubject, Any] = {
        "import": reference.evolve_run,
        "interview": reference.evolve_talk,
    }
    evolve = own.get(subject) or reference.evolving(form)
    return Fold(table, evolve, reference.row_of(table), reference.loading(form))


FOLDS: Final[Mapping[Subject, Fold[Any]]] = {
    "opportunity": OPPORTUNITY,
    "account": ACCOUNT,
    "pool": POOL,
    **{subject: _entered(subject) for subject in FORMS},
}
