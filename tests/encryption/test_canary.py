"""What is said in cipher is nowhere to be read but in the ledger; what is declared as clear is.

Each word is looked for as bytes. The same life in clear is led beside it, so that a place in which
nothing could ever be found would be noticed.
"""

import asyncio
import io
import urllib.request
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    ListWorkflowExecutionsRequest,
)
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from starter.embedded import EmbeddedServer
from tests.encryption.canaries import Words, failures, life, unwritten
from tests.encryption.conftest import new_world
from tests.workflows.poisoning import attempts
from tests.workflows.world import World, eventually, new_id


async def lead(world: World, word: Words) -> Words:
    async with world.worker():
        await life(world, word)
        await failures(world, word)
        await unwritten(world, word)
    return word


def database(server: EmbeddedServer) -> bytes:
    """All that the server keeps, and what it has not put in its place yet."""
    files = sorted(server.folder.glob("temporal.*"))
    assert [file.name for file in files][:2] == ["temporal.db", "temporal.db-shm"]
    return b"".join(file.read_bytes() for file in files)


async def visible(client: Client) -> bytes:
    """What the server lists, and what it describes."""
    request = ListWorkflowExecutionsRequest(namespace=client.namespace, page_size=1_000)
    found = await client.workflow_service.list_workflow_executions(request)
    parts = [found.SerializeToString()]
    for each in found.executions:
        described = await client.workflow_service.describe_workflow_execution(
            DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=each.execution)
        )
        parts.append(described.SerializeToString())
    return b"".join(parts)


def found_in(place: bytes, words: set[str]) -> set[str]:
    return {word for word in words if word.encode() in place}


async def test_a_life_in_cipher_is_read_nowhere_but_in_the_ledger(
    server: EmbeddedServer,
    world: World,
    plain: Client,
    tmp_path: Path,
    logged: io.StringIO,
    metrics: str,
) -> None:
    in_clear = new_world(plain, tmp_path / "clear.db")
    sealed, control = await asyncio.gather(
        lead(world, Words("sealed", "7315.79")), lead(in_clear, Words("plain", "8315.79"))
    )
    await in_clear.close()
    page = await asyncio.to_thread(urllib.request.urlopen, f"http://{metrics}/metrics")
    with page:
        told = page.read()
    kept, shown, log = database(server), await visible(plain), logged.getvalue().encode()

    everywhere = {"database": kept, "visibility": shown, "log": log, "metrics": told}
    read = {name: found_in(place, sealed.secret) for name, place in everywhere.items()}
    assert read == {name: set() for name in everywhere}

    assert found_in(kept, control.secret) == control.secret
    assert found_in(shown, control.secret) >= {"canary-plain-summary", "canary-plain-name"}
    assert found_in(kept, sealed.clear) == sealed.clear
    assert found_in(shown, sealed.clear) >= {f"canary-sealed-clear-{w}" for w in ("owner", "memo")}
    assert found_in(log, sealed.clear)
    assert b"temporal_" in told

    ledger = b"".join(file.read_bytes() for file in tmp_path.glob("ledger.db*"))
    assert {"canary-sealed-name", "canary-sealed-verbatim"} <= found_in(ledger, sealed.secret)


@workflow.defn(name="Choking", sandboxed=False)
class Choking:
    @workflow.run
    async def run(self, words: str) -> None:
        raise RuntimeError(words)


@pytest.mark.parametrize("cipher", [True, False], ids=["in cipher", "in clear"])
async def test_what_a_failing_task_says_of_itself_is_sealed_like_all_else(
    server: EmbeddedServer, client: Client, plain: Client, cipher: bool
) -> None:
    queue, word = new_id("choking"), new_id("canary")
    speaker = client if cipher else plain
    runner = UnsandboxedWorkflowRunner()
    async with Worker(speaker, task_queue=queue, workflows=[Choking], workflow_runner=runner):
        handle = await speaker.start_workflow("Choking", word, id=queue, task_queue=queue)
        await eventually(lambda: attempts(handle), lambda attempts: attempts > 1)
        await handle.terminate()
    kept = database(server)
    assert (word.encode() not in kept) is cipher
    assert queue.encode() in kept
