"""The stored histories show every branch of the rules and of the drivers, or this says which not.

Both what there is to show and what is shown are derived: from the code, and from what is stored.
"""

import ast
import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from sales.account.messages import ACCOUNT_KINDS
from sales.account.shapes import ACCOUNT_SHAPES
from sales.facts import Cause, Fact
from sales.messages import KINDS
from sales.opportunity import OutcomeName
from sales.pool.messages import POOL_KINDS
from sales.pool.shapes import POOL_SHAPES
from sales.process import Clocks
from sales.shapes import SHAPES, Source
from tests.sales.reached import matches, rules_in, rules_of
from tests.stored import FILES, stored
from tests.tracing import Trace, lines
from workflows.account import Account
from workflows.capacity_pool import CapacityPool
from workflows.forecast_snapshot import ForecastSnapshot
from workflows.hearing import Guard
from workflows.opportunity import Opportunity
from workflows.reconcile import Reconcile

ROOT: Final = Path(__file__).parents[1]
WITHOUT_A_WORKFLOW: Final = {"import", "command"}
"""Causes of facts that go straight to the ledger."""
NOT_BY_A_RUN: Final = {"restored"}
"""Kinds of facts that only a ledger made anew can hold."""
TOO_MUCH: Final = {"account_id: too_many_open", "pool_id: too_many_waiting"}
"""Rules that take hundreds or thousands of opportunities to break."""
NOT_BY_A_SENDER: Final = {"kind: only_imported"}
"""Rules about what cannot be said on the wire."""

MANAGING: Final = [
    *(ROOT / "sales" / "account" / f"{name}.py" for name in ("decide", "evolve", "parts")),
    *sorted((ROOT / "sales" / "account").glob("*/rules.py")),
    *(ROOT / "sales" / "account" / "commitments" / f"{name}.py" for name in ("clocks", "folds")),
    *(
        ROOT / "sales" / "account" / "health" / f"{name}.py"
        for name in ("checkpoints", "folds", "turning")
    ),
    *(ROOT / "sales" / "account" / "needs" / f"{name}.py" for name in ("finding", "triggers")),
    *(
        ROOT / "sales" / "account" / "contracts" / f"{name}.py"
        for name in ("clock", "folds", "renewing", "wins")
    ),
]
"""The rules of an account, and those of each of its parts."""

OF_POOLS: Final = [
    ROOT / "sales" / "pool" / f"{name}.py"
    for name in ("asking", "decide", "evolve", "queue", "rules", "state", "terms", "viewing")
]
"""The rules of a pool, and what an opportunity has to do with it."""

OPPORTUNITY: Final = {
    *rules_of("decide", "erasing", "journal", "patching", "rules", "pool/asking")
} - NOT_BY_A_SENDER
POOL: Final = {*rules_in(*OF_POOLS[1:]), *rules_of("erasing", "journal")}
ACCOUNT: Final = {
    *rules_in(*MANAGING),
    *rules_of("erasing", "journal", "opening"),
    *rules_in(ROOT / "activities" / "admission.py"),
}


def facts(subject: str) -> Iterator[Fact]:
    return (fact for each in stored() if each.subject == subject for fact in each.facts())


def broken(subject: str) -> set[str]:
    """The rules that senders were told they broke, by receipt or by refusal."""
    refused = [fact.data for fact in facts(subject) if fact.kind == "refused"]
    told = [receipt for each in stored() if each.subject == subject for receipt in each.receipts()]
    return {f"{each['field']}: {each['rule']}" for each in (*refused, *told) if each["field"]}


@pytest.mark.parametrize(
    ("subject", "shapes"),
    [("opportunity", SHAPES), ("account", ACCOUNT_SHAPES), ("pool", POOL_SHAPES)],
)
def test_every_kind_of_fact_is_stored(subject: str, shapes: dict[str, Any]) -> None:
    assert shapes.keys() - {fact.kind for fact in facts(subject)} == NOT_BY_A_RUN


@pytest.mark.parametrize(
    ("subject", "stated"),
    [("opportunity", OPPORTUNITY), ("account", ACCOUNT - TOO_MUCH), ("pool", POOL - TOO_MUCH)],
)
def test_every_rule_was_broken_in_a_stored_history(subject: str, stated: set[str]) -> None:
    hits = broken(subject)
    assert {rule for rule in stated if not any(matches(rule, hit) for hit in hits)} == set()


def test_every_way_in_which_nothing_could_be_read_is_stored() -> None:
    trees = [ast.parse(file.read_text()) for file in (ROOT / "workflows").glob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    stated = {
        call.args[1].value
        for call in calls
        if ast.unparse(call.func) == "unreadable" and isinstance(call.args[1], ast.Constant)
    }
    subjects = ("opportunity", "account", "pool")
    told = {hit.rpartition(": ")[2] for each in subjects for hit in broken(each)}
    assert stated
    assert stated - told == set()


def test_every_clock_outcome_and_source_of_a_reason_is_stored() -> None:
    ends = [fact.data for fact in facts("opportunity") if fact.kind == "ended"]
    assert Clocks.model_fields.keys() - {end.get("clock") for end in ends} == set()
    assert {*get_args(OutcomeName)} - {end["outcome"] for end in ends} == set()
    assert {*get_args(Source)} - {end["reason_source"] for end in ends} == set()


def test_every_cause_of_a_fact_is_stored() -> None:
    causes = {fact.cause for subject in ("opportunity", "account") for fact in facts(subject)}
    assert {*get_args(Cause)} - WITHOUT_A_WORKFLOW - causes == set()


@pytest.mark.parametrize(
    ("subject", "kinds"),
    [("opportunity", KINDS), ("account", ACCOUNT_KINDS), ("pool", POOL_KINDS)],
)
def test_every_message_is_stored(subject: str, kinds: dict[str, Any]) -> None:
    said = {kind for each in stored() if each.subject == subject for kind, _ in each.messages()}
    assert kinds.keys() - said == set()


DRIVERS: Final = sorted((ROOT / "workflows").glob("*.py"))
RULES: Final = [
    ROOT / "sales" / f"{name}.py"
    for name in (
        *("changes", "clocks", "decide", "erasing", "evolve", "gates", "journal"),
        *("opening", "patching", "reading", "receipt", "rules"),
    )
] + [*MANAGING, *OF_POOLS]
NOT_IN_A_REPLAY: Final = {
    *("show_state", "show_opportunities", "show_refusals", "show_journal", "show_deadlines"),
    *("wish", "workflow_interceptor_class", "account_workflow", "fold", "load_account"),
    *("sequence", "heard", "sources", "adapter", "_adapter", "_in_a_state", "_joined", "_changed"),
    *("show_leases", "show_queue", "pool_workflow", "load_pool", "lease_views"),
    *("_changing", "told_others"),
}
"""Functions: queries leave no trace, and these run when modules load or outside of workflows."""
CHANCE: Final = {
    "workflows/entity.py: return not self.refused",
    "workflows/entity.py: self.dirty = True",
    'workflows/entity.py: await workflow.sleep(SOON, summary="asks to roll over")',
    "workflows/leave.py: except FailureError:",
    "workflows/leave.py: return False",
}
"""A try to roll over that fails, or its local activity: nobody can bring it about."""
UNSTORED: Final = CHANCE | {
    "workflows/entity.py: raise NotImplementedError",
    "workflows/hearing.py: raise",
    'sales/evolve.py: raise ValueError("a journal begins with `opened`, '
    'and `opened` needs its process")',
    'sales/reading.py: return where, "malformed", first["msg"]',
    # What only an import can say, and what only a ledger made anew can hold.
    'sales/decide.py: raise Broken("kind", "only_imported")',
    'sales/evolve.py: return adapter().validate_python({**fact.data["state"], "process": process})',
    'sales/account/evolve.py: return load_account(fact.data["state"])',
    # What a worker with a standard policy does at an account's start: these have none.
    'sales/account/decide.py: return numbered(state, [policy_draft(policy)], None, now, "start")',
    "sales/account/evolve.py: return {}  # it has had its answer",
    # What only the ledger redacts.
    'sales/erasing.py: found += [Place(("promises", objective)) '
    'for objective in fact.data.get("promises", ())]',
    'sales/erasing.py: found.append(Place(("title",), f"commitments.{commitment}"))',
    'sales/pool/evolve.py: return load_pool(fact.data["state"])',
    "sales/pool/evolve.py: del gone[next(iter(gone))]",
    'sales/pool/rules.py: raise Broken("pool_id", "too_many_waiting", '
    'f"{MOST_WAITING} requests wait already")',
    'sales/erasing.py: found += _in_a_state(fact.data["state"])',
    "sales/erasing.py: return [*data[:first], inner, *data[first + 1 :]]",
    # What takes very much: thousands of opportunities, of messages or of brackets.
    'sales/account/decide.py: raise Broken("account_id", "too_many_open", '
    'f"{len(state.open)} opportunities are open")',
    "sales/journal.py: del kept[next(iter(kept))]",
    "sales/journal.py: letters = sum(map(len, kept))",
    "sales/journal.py: while letters > REMEMBERED_LETTERS:",
    "sales/journal.py: letters -= len(first := next(iter(kept)))",
    "sales/journal.py: del kept[first]",
    "sales/reading.py: except RecursionError:",
    'sales/reading.py: return _malformed(name, "body", "too_deep", "nested beyond reason", body)',
}
"""Lines that no stored history runs through, or need not."""


@pytest.mark.timeout(120)
async def test_every_line_of_the_rules_and_the_drivers_runs_in_the_replay_of_a_history() -> None:
    trace = Trace({*DRIVERS, *RULES})
    with ThreadPoolExecutor(4, initializer=trace.begin) as threads:
        replayer = Replayer(
            workflows=[Opportunity, Account, CapacityPool, Reconcile, ForecastSnapshot],
            interceptors=[Guard()],
            workflow_runner=UnsandboxedWorkflowRunner(),
            data_converter=pydantic_data_converter,
            workflow_task_executor=threads,
        )
        for file in FILES:
            await replayer.replay_workflow(WorkflowHistory.from_json(file.stem, file.read_text()))
    gc.collect()  # what the SDK throws away of runs that were started wrongly, with its warning
    missed = {
        f"{file.relative_to(ROOT)}: {text}"
        for file in (*DRIVERS, *RULES)
        for number, text in lines(file, NOT_IN_A_REPLAY)
        if number not in trace.seen[file]
    }
    left = missed - UNSTORED
    assert not left, "no life in tests/lives leads there: " + "; ".join(sorted(left))
