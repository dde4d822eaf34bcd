"""What a fact does to the state. Total: any fact that `decide` made folds, and folding is all."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from sales.changes import (
    CHANGES,
    PLAIN,
    SUMS,
    Changes,
    instant,
    maps_of,
    money_of,
    optional_instant,
    outcome_of,
)
from sales.facts import Fact
from sales.journal import MOST_SOURCES, remembered
from sales.opportunity import Heard, Opportunity, adapter, changed, made
from sales.process import Process

Lookup = Callable[[str, int], Process]

REFERRING: Final = frozenset({"opened", "migrated", "restored"})
"""The kinds of facts that name a process."""


def fold(facts: Iterable[Fact], process_of: Lookup) -> Opportunity | None:
    """The state a journal tells; `process_of(name, version)` finds the processes it refers to."""
    state: Opportunity | None = None
    for fact in facts:
        ref = fact.data.get("process") if fact.kind in REFERRING else None
        process = process_of(ref["name"], ref["version"]) if ref else None
        state = evolve(state, fact, process)
    return state


def evolve(state: Opportunity | None, fact: Fact, process: Process | None = None) -> Opportunity:
    """The state after the fact. `process` comes with the facts that name one."""
    if fact.kind == "restored":
        return adapter().validate_python({**fact.data["state"], "process": process})
    if state is None:
        if process is None:
            raise ValueError("a journal begins with `opened`, and `opened` needs its process")
        return _opened(fact, process)
    changes: Changes = {"sequence": fact.sequence}
    if fact.event_id and fact.event_id not in state.heard:
        changes["heard"] = remembered(state.heard, fact)
    if fact.source and fact.source_seq is not None:
        changes["sources"] = _counted(state.sources, fact.source, fact.source_seq)
    if fact.kind == "migrated":
        changes["process"] = process or state.process
    elif rule := CHANGES.get(fact.kind):
        changes.update(rule(state, fact))
    return changed(state, changes)


def _opened(fact: Fact, process: Process) -> Opportunity:
    data = fact.data
    plain = [name for name in PLAIN if name in data]
    close_date = date.fromisoformat(data["close_date"]) if data.get("close_date") else None
    state = made(
        id=data["opportunity_id"],
        account_id=data["account_id"],
        process=process,
        opened_at=fact.occurred_at,
        landed_at=fact.recorded_at,
        end_by=instant(data["end_by"]),
        stage=data["stage"],
        stage_entered_at=instant(data["stage_entered_at"]),
        engaged_at=instant(data["engaged_at"]),
        engaged=data["engaged"],
        engaged_before=instant(data["engaged_at"]) if data["engaged"] else None,
        rules_version=data["rules_version"],
        sequence=fact.sequence,
        attempt=data["attempt"],
        predecessor_id=data.get("predecessor_id"),
        landing_until=optional_instant(data.get("landing_until")),
        notice_by=optional_instant(data.get("notice_by")),
        close_date=close_date,
        first_close_date=close_date,
        close_at=optional_instant(data.get("close_at")),
        close_set_at=fact.occurred_at if close_date else None,
        heard={name: _heard(row) for name, row in data.get("heard", {}).items()},
        overrides=int("overridden" in data),
        amended_at={name: fact.occurred_at for name in [*plain, *SUMS] if name in data},
        **{name: data[name] for name in plain},
        **money_of(data),
        **maps_of(None, data),
    )
    if fact.event_id:
        state = changed(state, {"heard": remembered(state.heard, fact)})
    return state


def stored_end(state: Opportunity, record: Mapping[str, Any]) -> Opportunity:
    """The state with an end that the ledger holds and this run did not know of."""
    outcome = outcome_of(record, record["source"])
    return changed(state, {"outcome": outcome, "stage": record["stage"]})


def _counted(sources: dict[str, int], source: str, number: int) -> dict[str, int]:
    if source not in sources and len(sources) >= MOST_SOURCES:
        return sources
    return {**sources, source: number}


def _heard(row: Any) -> Heard:
    return Heard(row[0], instant(row[1]), row[2])
