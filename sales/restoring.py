"""A journal of which only the state is left begins with that state: where a lost ledger is made
anew from histories, the oldest of them may begin in the middle of a life."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sales.account.state import Account, dump_account
from sales.decide import Facts
from sales.facts import Fact
from sales.journal import numbered
from sales.opportunity import Opportunity, adapter
from sales.pool.state import Pool, dump_pool
from sales.rules import ended


def restored(state: Opportunity | Account | Pool, at: datetime) -> Fact:
    """The fact that stands for all those that led to the state; `at` is when a run was given it."""
    data: dict[str, Any] = {}
    if isinstance(state, Opportunity):
        data["process"] = state.process.ref
        data["state"] = adapter().dump_python(state, mode="json", exclude={"process"})
    elif isinstance(state, Pool):
        data["state"] = dump_pool(state)
    else:
        data["state"] = dump_account(state)
    return Fact(state.sequence, "restored", at, at, "reconcile", data=data)


def restored_end(state: Opportunity, record: Mapping[str, Any]) -> Facts:
    """The end of which only the outcome record is left, if the opportunity is still open."""
    if state.outcome:
        return ()
    why = {"reasons": record["reasons"], "reason_source": record["source"]}
    why |= {name: record[name] for name in ("competitor", "verbatim") if record[name]}
    at = datetime.fromisoformat(record["closed_at"])
    draft = ended(state, record["outcome"], at, why)
    return numbered(state, [draft], None, at, "reconcile")
