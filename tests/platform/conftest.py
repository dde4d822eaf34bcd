"""One embedded server and one client for all tests of the platform."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client

from settings import Settings, connect
from starter.embedded import EmbeddedServer
from telemetry import make_runtime


@pytest.fixture(scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    folder = tmp_path_factory.mktemp("embedded")
    async with EmbeddedServer(folder, port=0, ui_port=0) as server:
        yield server


@pytest.fixture(scope="session")
async def client(server: EmbeddedServer) -> Client:
    """A client as any process of ours makes it: by what the server left in its folder."""
    return await connect(Settings.load({}, dir=server.folder), make_runtime())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".closeline"
