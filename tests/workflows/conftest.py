"""One server for all tests of the drivers; a world of its own for each."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from ledger.ledger import Ledger
from settings import NAMESPACE
from starter.program import BLOB_BYTES, find_program
from tests.workflows.world import World
from workflows.attributes import ATTRIBUTES

LAST = "test_replay.py"
"""Replays what all the other tests have made."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name == LAST)


@pytest.fixture(scope="session")
async def client() -> AsyncIterator[Client]:
    async with await WorkflowEnvironment.start_local(
        namespace=NAMESPACE,
        data_converter=pydantic_data_converter,
        search_attributes=ATTRIBUTES,
        dev_server_existing_path=str(find_program().path),
        dev_server_log_level="error",
        dev_server_extra_args=["--dynamic-config-value", f"limit.blobSize.error={BLOB_BYTES}"],
    ) as environment:
        yield environment.client


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, to be copied."""
    file = tmp_path_factory.mktemp("empty") / "ledger.db"
    ledger = Ledger(f"sqlite:///{file}")
    ledger.migrate()
    ledger.close()
    return file


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
