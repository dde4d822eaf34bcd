"""One server for all tests of the drivers; a world of its own for each."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, Worker

from ledger.ledger import Ledger
from settings import NAMESPACE
from starter.namespace import ensure_namespace, register_attributes
from starter.program import BLOB_BYTES
from tests.server import dev_server
from tests.workflows.killing import ACTS, Killing, killed
from tests.workflows.outage import Outage, without_a_server_too, without_a_worker
from tests.workflows.poisoning import Poisoning, poisoned
from tests.workflows.storm import Storm, stormed
from tests.workflows.world import SANDBOX, World
from worker import INTERCEPTORS, WORKFLOWS

SERVER = {
    "limit.blobSize.error": BLOB_BYTES,
    # A run that is to be deleted is gone when the server's queues have taken note of its end.
    "history.transferProcessorUpdateAckInterval": '"1s"',
    "history.visibilityProcessorUpdateAckInterval": '"1s"',
}
"""How the server is told to behave."""
LAST = "test_replay.py"
"""Replays what all the other tests have made."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name == LAST)


@pytest.fixture(scope="session")
async def client() -> AsyncIterator[Client]:
    words = (("--dynamic-config-value", f"{name}={value}") for name, value in SERVER.items())
    async with await dev_server(
        *chain(*words), data_converter=pydantic_data_converter
    ) as environment:
        yield environment.client


@pytest.fixture(scope="session")
async def aside(client: Client) -> Client:
    """A namespace of its own, for those who look at everything that runs."""
    return await in_namespace(client, f"{NAMESPACE}-aside")


async def in_namespace(client: Client, name: str) -> Client:
    """A client of another namespace, made ready."""
    await ensure_namespace(client.service_client, name)
    await register_attributes(client.service_client, name)
    return Client(client.service_client, namespace=name, data_converter=pydantic_data_converter)


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, to be copied."""
    file = tmp_path_factory.mktemp("empty") / "ledger.db"
    ledger = Ledger(f"sqlite:///{file}")
    ledger.migrate()
    ledger.close()
    return file


@dataclass(frozen=True)
class Stories:
    """What takes long because it waits, for outages and for timeouts."""

    outages: dict[str, Outage]
    killings: dict[str, Killing]
    poisoning: Poisoning
    storm: Storm


@pytest.fixture(scope="session")
async def stories(
    client: Client, aside: Client, empty_ledger: Path, tmp_path_factory: pytest.TempPathFactory
) -> Stories:
    """All are waited for at the same time, once."""
    folder = tmp_path_factory.mktemp("stories")

    def ledger(name: str) -> Path:
        return Path(shutil.copy(empty_ledger, folder / f"{name}.db"))

    (worker, server), killings, poisoning, storm = await asyncio.gather(
        asyncio.gather(
            without_a_worker(client, ledger("worker")),
            without_a_server_too(folder / "server", ledger("server")),
        ),
        asyncio.gather(*(killed(World(client, ledger(name)), name) for name in ACTS)),
        poisoned(World(aside, ledger("poisoned"))),
        stormed(folder / "storm", ledger("storm")),
    )
    outages = {"worker": worker, "worker and server": server}
    return Stories(outages, dict(zip(ACTS, killings, strict=True)), poisoning, storm)


@pytest.fixture
async def world(client: Client, empty_ledger: Path, tmp_path: Path) -> AsyncIterator[World]:
    world = World(client, Path(shutil.copy(empty_ledger, tmp_path / "ledger.db")))
    yield world
    await world.close()


@pytest.fixture
async def worker(world: World) -> AsyncIterator[Worker]:
    """A worker for the whole of the test."""
    async with world.worker() as worker:
        yield worker


@pytest.fixture
async def replayer(world: World) -> Replayer:
    """With everything that a worker has: workflows, interceptors, sandbox and converter."""
    return Replayer(
        workflows=WORKFLOWS,
        interceptors=INTERCEPTORS,
        workflow_runner=SANDBOX,
        data_converter=world.client.data_converter,
    )
