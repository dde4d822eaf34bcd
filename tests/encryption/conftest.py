"""One server, its database in a file, for all that is said to it in cipher and in clear."""

import io
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from temporalio.client import Client
from temporalio.runtime import Runtime

from encryption.ring_file import RingFile
from ledger.ledger import Ledger
from settings import Settings, connect
from starter.embedded import EmbeddedServer
from telemetry import HANDLER, configure_logs, make_runtime
from tests.workflows.world import World


@pytest.fixture(scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    async with EmbeddedServer(tmp_path_factory.mktemp("sealed"), port=0, headless=True) as server:
        yield server


@pytest.fixture(scope="session")
def metrics() -> str:
    """Where this process tells of itself."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture(scope="session")
def runtime(metrics: str) -> Runtime:
    return make_runtime(metrics)


@pytest.fixture
def ring(tmp_path: Path) -> RingFile:
    file = RingFile(tmp_path / "keys.json")
    file.create()
    return file


@pytest.fixture
async def plain(server: EmbeddedServer, runtime: Runtime) -> Client:
    """A client that has no key."""
    return await connect(Settings.load({}, dir=server.folder), runtime)


@pytest.fixture
async def client(server: EmbeddedServer, runtime: Runtime, ring: RingFile) -> Client:
    """A client that encrypts."""
    return await connect(Settings.load({}, dir=server.folder).with_ring(ring.path), runtime)


@pytest.fixture
async def world(client: Client, tmp_path: Path) -> AsyncIterator[World]:
    """All in it encrypt."""
    world = new_world(client, tmp_path / "ledger.db")
    yield world
    await world.close()


def new_world(client: Client, database: Path) -> World:
    """With a ledger of its own."""
    ledger = Ledger(f"sqlite:///{database}")
    ledger.migrate()
    ledger.close()
    return World(client, database)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """The log lines of this process, as they are written."""
    root, stream = logging.getLogger(), io.StringIO()
    level = root.level
    configure_logs("json", stream)
    yield stream
    root.setLevel(level)
    root.handlers = [handler for handler in root.handlers if handler.get_name() != HANDLER]
    structlog.reset_defaults()
