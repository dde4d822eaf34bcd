"""Same rules, same result: one seeded market, played through Temporal and through the simulation,
leaves the same ledger.

Temporal runs on the server whose time can be skipped, so its workflows live through the very months
of the script. Only `recorded_at` and the cause may differ: a message takes some milliseconds to
arrive, and comes by signal or by update. Everything else is equal without any help.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any, Final

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from ledger.ledger import Ledger
from sales.facts import Fact
from sales.messages import KINDS
from settings import TASK_QUEUE
from simulation.market import Market
from simulation.play import Tally, batches, play
from simulation.script import Said, Script
from tests.server import patiently
from tests.simulation.agreed import LIBRARY, MIX
from worker import make_worker
from workflows.attributes import ATTRIBUTES
from workflows.ids import opportunity_workflow

COUNT: Final = 200
BETWEEN_MAILS: Final = timedelta(days=3)
SINCE: Final = datetime(2040, 1, 1, tzinfo=UTC)
"""Later than today: a server's time is skipped forwards only."""
AT_ONCE: Final = 8
"""How many opportunities are spoken to at the same time."""
PROGRAM: Final = Path(sys.executable).with_name("temporal-test-server")

Journals = dict[str, list[Fact]]


def delivered(script: Script) -> Script:
    """The same by slow mail: what is said arrives later than it was sent, some of it too late, and
    many hear something at the same time."""
    return replace(script, said=tuple(said._replace(at=mail(said.at)) for said in script.said))


def managed(number: int, script: Script) -> Script:
    """One in seven also wants the hours of a pool, returns them, and goes to another account."""
    if number % 7 or not script.said:
        return script
    first = script.said[0]
    asked: tuple[dict[str, Any], ...] = (
        {"kind": "request_capacity", "pool": "engineers", "hours": "8"},
        {"kind": "release_capacity", "pool": "engineers"},
        {
            "kind": "change_account",
            "account_id": "account-9",
            "from_account": script.start.account_id,
        },
    )
    stamps = {"sent_at": first.body["sent_at"]}
    more = [
        Said(first.at, {**body, **stamps, "event_id": f"{script.id}/{body['kind']}"})
        for body in asked
    ]
    return replace(script, said=(*more, *script.said))


def mail(at: datetime) -> datetime:
    """When the next mail comes, at half past midnight: an hour at which no clock stands."""
    first = SINCE + timedelta(minutes=30)
    return first - (first - at) // BETWEEN_MAILS * BETWEEN_MAILS


@pytest.fixture(scope="module")
def scripts() -> list[Script]:
    every = timedelta(hours=4)
    market = Market(
        40, LIBRARY, mix=MIX, refusals=0.35, patience=(0, 2), since=SINCE, every=every, accounts=3
    )
    said = (managed(number, script) for number, script in enumerate(market.scripts(COUNT)))
    return [delivered(script) for script in said]


@pytest.fixture(scope="module")
def simulated(scripts: list[Script]) -> Journals:
    return {script.id: play(script, LIBRARY.find) for script in scripts}


@pytest.fixture
async def server() -> AsyncIterator[WorkflowEnvironment]:
    if not PROGRAM.exists():
        pytest.skip("the server whose time can be skipped comes for Linux and macOS only")
    async with await patiently(
        lambda: WorkflowEnvironment.start_time_skipping(
            data_converter=pydantic_data_converter, test_server_existing_path=str(PROGRAM)
        )
    ) as server:
        types = {key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in ATTRIBUTES}
        await server.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace="default", search_attributes=types)
        )
        yield server


def test_the_script_holds_everything_that_can_happen(
    scripts: list[Script], simulated: Journals
) -> None:
    facts = [fact for journal in simulated.values() for fact in journal]
    ends = [fact.data for fact in facts if fact.kind == "ended"]
    tally = Tally()
    for journal in simulated.values():
        tally.add(journal)

    assert {each.kind for script in scripts for each in script.said} >= set(KINDS)
    assert {fact.kind for fact in facts} == {
        *{"opened", "stage_changed", "engaged", "amended", "decided", "purchased", "extended"},
        *{"parked", "unparked", "migrated", "effort_logged", "corrected"},
        *{"erased", "capacity_requested", "capacity_released", "account_changed"},
        *{"warned", "refused", "ended"},
    }
    assert {end["outcome"] for end in ends} == {"won", "lost", "expired", "withdrawn"}
    assert {end.get("clock") for end in ends} == {
        *{"end_by", "close_date", "stage_limit", "buyer_silence", "action_window", "notice_by"},
        None,
    }
    assert any(fact.kind == "unparked" and fact.cause == "clock" for fact in facts)
    assert tally.refusals >= 0.3 * tally.messages
    # Were it otherwise, it would matter which of two messages share a workflow task.
    mails = {each.at for script in scripts for each in script.said}
    assert not [fact for fact in facts if fact.cause == "clock" and fact.recorded_at in mails]


@pytest.mark.timeout(300)
# On a busy machine a local activity is slow and then cancelled when it is done already: the SDK
# warns, and as an error the warning would end the worker.
@pytest.mark.filterwarnings("default:Cannot find activity to cancel")
async def test_temporal_and_the_simulation_leave_the_same_ledger(
    server: WorkflowEnvironment, scripts: list[Script], simulated: Journals, tmp_path: Path
) -> None:
    with ledger_in(tmp_path / "simulated.db") as expected, ledger_in(tmp_path / "real.db") as real:
        for script in scripts:
            expected.record_many(list(batches(script, simulated[script.id], LIBRARY.find)))

        async with make_worker(server.client, real, TASK_QUEUE, LIBRARY):
            await live_through(server, scripts)

        differences = [
            (script.id, one, other)
            for script in scripts
            for one, other in zip_longest(told(real, script.id), told(expected, script.id))
            if one != other
        ]
        assert not differences[:1]
        assert real.opportunities() == expected.opportunities()


async def live_through(server: WorkflowEnvironment, scripts: list[Script]) -> None:
    """Every message at its time, and after the last one as long as anything can still run."""
    some = asyncio.Semaphore(AT_ONCE)
    ended: set[str] = set()

    async def speak(script: Script, said: list[Said | None]) -> None:
        async with some:
            for each in said:
                if each is None:
                    await begin(server.client, script)
                elif script.id not in ended and not await tell(server.client, script, each):
                    ended.add(script.id)

    moments = [(mail(script.at), n, None) for n, script in enumerate(scripts)] + [
        (said.at, n, said) for n, script in enumerate(scripts) for said in script.said
    ]
    moments.sort(key=lambda moment: moment[:2])  # what is said stays behind its start
    for at, now in groupby(moments, key=lambda moment: moment[0]):
        await sleep_until(server, at)
        await asyncio.gather(
            *(
                speak(scripts[n], [said for *_, said in its])
                for n, its in groupby(now, key=lambda moment: moment[1])
            )
        )
    await server.sleep(timedelta(days=100))


async def sleep_until(server: WorkflowEnvironment, at: datetime) -> None:
    left = at - await server.get_current_time()
    if left > timedelta(0):
        await server.sleep(left)


async def begin(client: Client, script: Script) -> None:
    """As its account would; what is due at once is done before anybody speaks."""
    handle = await client.start_workflow(
        "Opportunity", script.start, id=opportunity_workflow(script.id), task_queue=TASK_QUEUE
    )
    await handle.query("state")


async def tell(client: Client, script: Script, said: Said) -> bool:
    """By update or by signal: whether it was still open. Nobody hears both, for an update may
    overtake a signal; a migration waits for its process, so what follows waits for its receipt."""
    handle = client.get_workflow_handle(opportunity_workflow(script.id))
    kinds = {each.kind for each in script.said}
    try:
        if "migrate" in kinds:
            await handle.execute_update("submit", said.body)
        else:
            await handle.signal(said.kind, said.words)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True


@contextmanager
def ledger_in(file: Path) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{file}")
    ledger.migrate()
    yield ledger
    ledger.close()


def told(ledger: Ledger, opportunity_id: str) -> list[Fact]:
    """The journal without the two things that may differ."""
    journal = ledger.journal("opportunity", opportunity_id)
    return [replace(fact, recorded_at=SINCE, cause="signal") for fact in journal]
