"""What a life costs, by the server's own `action` counter and by the length of its histories.

The reference life is one of the built-in `new_business`. The property of that process that counts
here: the first timer, 16 days on, is earlier than the first notice of the action window, which
lies 31 days behind the yes; the timer moves only when the next look gets earlier, so it is set
once. `u` counts the messages that change something that can be searched for.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from bench.billing import MARKED, Size, size
from bench.reference import FACTS, LIFE, SEARCHABLE_LIFE
from ledger.ledger import Ledger
from sales.opening import OpenOpportunity, Start, begin
from sales.process import Process
from starter.program import find_program
from tests.server import patiently
from tests.workflows.office import Office, opened_office
from tests.workflows.processes import LONG
from worker import make_worker
from workflows.attributes import ATTRIBUTES
from workflows.ids import opportunity_workflow
from workflows.showing import at_start, of_opportunity

IDLE_SECONDS = 3.0
CASES = {
    "four of six by signal": ("signal", LIFE, 4, 42),
    "six of six by signal": ("signal", SEARCHABLE_LIFE, 6, 42),
    "four of six by update": ("update", LIFE, 4, 73),
    "six of six by update": ("update", SEARCHABLE_LIFE, 6, 73),
}
"""How it is said, what is said, u, and how many events beside u were promised."""


@dataclass(frozen=True)
class Cost:
    """What one life came to, on both sides."""

    own: Size
    accounts: Size
    facts: int
    slowest_write: timedelta


@dataclass(frozen=True)
class Costs:
    """What the lives came to, and what the server counted meanwhile."""

    lives: dict[str, Cost]
    counted: int


@pytest.fixture(scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with opened_office(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture(scope="module")
async def costs(office: Office) -> Costs:
    """Each life in an account of its own, all at once."""
    accounts = [await office.open_account() for _ in CASES]
    counted = await office.actions()
    before = [await size(account) for account in accounts]
    each = zip(accounts, CASES.values(), strict=True)
    ids = await asyncio.gather(
        *(office.live(account, how, said) for account, (how, said, *_) in each)
    )
    counted = await office.actions() - counted
    found = [
        Cost(
            own=await size(office.closeline.opportunity(opportunity_id)),
            accounts=(await size(account)).since(earlier),
            facts=len(office.ledger.journal("opportunity", opportunity_id)),
            slowest_write=office.slowest_write(opportunity_id),
        )
        for opportunity_id, account, earlier in zip(ids, accounts, before, strict=True)
    ]
    return Costs(dict(zip(CASES, found, strict=True)), counted)


@pytest.mark.parametrize("case", CASES)
def test_an_opportunity_costs_no_more_actions_and_events_than_was_promised(
    costs: Costs, case: str
) -> None:
    found, (_, _, u, events) = costs.lives[case].own, CASES[case]
    assert found.actions["upsert_workflow_search_attributes"] == u
    assert found.actions["timer_started"] == 1
    assert found.actions.total() <= 15 + u
    assert found.events <= events + u


@pytest.mark.parametrize("case", CASES)
def test_a_child_costs_its_account_at_most_five_actions_and_nineteen_events(
    costs: Costs, case: str
) -> None:
    found = costs.lives[case].accounts
    # A first win sets the one timer: somebody is to be asked how satisfied they are.
    timers = found.actions["timer_started"]
    assert timers <= 1
    assert found.actions.total() <= 5 + timers
    assert found.events <= 19 + timers


@pytest.mark.parametrize("case", CASES)
def test_every_fact_is_in_the_ledger_within_a_second_of_its_message(
    costs: Costs, case: str
) -> None:
    assert costs.lives[case].facts == FACTS
    assert costs.lives[case].slowest_write < timedelta(seconds=1)


def test_the_server_itself_counts_the_actions_that_the_histories_show(costs: Costs) -> None:
    shown = [life.own.actions + life.accounts.actions for life in costs.lives.values()]
    assert costs.counted == sum(each.total() for each in shown)


async def test_nothing_happens_while_everybody_is_silent(office: Office) -> None:
    account = await office.open_account()
    ids = [await office.open(account) for _ in range(3)]
    everybody = [account, *map(office.closeline.opportunity, ids)]
    counted, before = await office.actions(), [await size(each) for each in everybody]

    await asyncio.sleep(IDLE_SECONDS)

    assert await office.actions() == counted
    assert [await size(each) for each in everybody] == before


def silent_after(days: int, *warn: str) -> Process:
    """A buyer may be silent for so many days; with `warn`, not without a word before the end."""
    clocks = {
        "end_by": {"limit": "200d"},
        "buyer_silence": {"limit": f"{days}d", "warn": warn},
        "action_window": {"limit": "30d"},
    }
    return Process.model_validate({**LONG.model_dump(mode="json"), "clocks": clocks})


async def half_a_year(folder: Path, process: Process) -> Size:
    """The buyer is heard every 27 days, five times, and 45 days later, on day 180, it expires."""
    ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
    ledger.migrate()
    said = {"opportunity_id": "o", "process": process.name, "name": "Lifts"}
    opening, at = OpenOpportunity.model_validate(said), datetime.now(UTC)
    start = Start(account_id="a", opening=opening, process=process, at=at)
    state, _ = begin(start, at)
    async with (
        await patiently(
            lambda: WorkflowEnvironment.start_time_skipping_v2(
                data_converter=pydantic_data_converter,
                search_attributes=ATTRIBUTES,
                dev_server_existing_path=str(find_program().path),
                dev_server_log_level="error",
                dev_server_extra_args=[
                    "--dynamic-config-value",
                    "frontend.WorkflowTimeSkippingEnabled=true",
                ],
            )
        ) as environment,
        make_worker(environment.client, ledger, "skipping"),
    ):
        handle = await environment.client.start_workflow(
            "Opportunity",
            start,
            id=opportunity_workflow("o"),
            task_queue="skipping",
            search_attributes=at_start(of_opportunity(state, at)),
        )
        for number in range(5):
            await environment.fast_forward(handle, timedelta(days=27))
            call = {"origin": "buyer", "channel": "call"}
            await handle.signal("record_engagement", {"event_id": f"call/{number}", **call})
        await environment.fast_forward(handle, timedelta(days=46))
        record = await handle.result()
        found = await size(handle)
    opened, *_, ended = ledger.journal("opportunity", "o")
    ledger.close()
    assert record["reason"] == "buyer_silence"
    assert (ended.occurred_at - opened.occurred_at).days == 180
    return found


TOLD_AND_WRITTEN = {
    "workflow_execution_started": 1,
    "workflow_execution_signaled": 5,
    MARKED: 6,  # the opening and the five calls, written down
    "activity_task_scheduled": 1,  # so is the end
    "upsert_workflow_search_attributes": 1,
}


async def test_half_a_year_costs_one_action_for_each_early_look_of_the_timer(
    tmp_path: Path,
) -> None:
    """It is set for day 45, and looks at 72, 99, 126, 153 and 180 what the calls have moved."""
    found = await half_a_year(tmp_path, silent_after(45))
    assert found.actions == {**TOLD_AND_WRITTEN, "timer_started": 1 + 5}


async def test_a_warning_costs_the_look_that_gives_it_and_one_write(tmp_path: Path) -> None:
    """Looks at 31, 58, 85, 112 and 139 find the buyer heard; the one at 166 warns; then the end."""
    found = await half_a_year(tmp_path, silent_after(45, "14d"))
    assert found.actions == {
        **TOLD_AND_WRITTEN,
        "timer_started": 1 + 6,
        "activity_task_scheduled": 1 + 1,
    }
