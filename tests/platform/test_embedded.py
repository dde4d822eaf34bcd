"""The embedded server is ready once started, keeps its data, and leaves nothing behind."""

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    RemoveSearchAttributesRequest,
)
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError

from settings import NAMESPACE, TASK_QUEUE, Settings, UpFile, connect
from starter.embedded import EmbeddedError, EmbeddedServer
from starter.namespace import check_attributes, ensure_namespace
from starter.pidfile import PidFile
from starter.ports import PortTaken

UP_AND_WAIT = """
import asyncio, pathlib, sys
from starter.embedded import EmbeddedServer

async def up():
    async with EmbeddedServer(pathlib.Path(sys.argv[1]), port=0, headless=True):
        print("up", flush=True)
        await asyncio.Event().wait()

asyncio.run(up())
"""

HOLD_A_LOCK = "import time; print('held', flush=True); time.sleep(60)"


async def started_workflow(client: Client, workflow_id: str) -> str:
    handle = await client.start_workflow("Waiting", id=workflow_id, task_queue=TASK_QUEUE)
    return handle.first_execution_run_id or ""


async def test_the_namespace_keeps_histories_for_ninety_days(client: Client) -> None:
    request = DescribeNamespaceRequest(namespace=NAMESPACE)
    found = await client.workflow_service.describe_namespace(request)
    assert found.config.workflow_execution_retention_ttl.ToTimedelta().days == 90


async def test_all_search_attributes_are_registered_with_their_types(client: Client) -> None:
    assert await check_attributes(client.service_client, NAMESPACE) == []


async def test_a_missing_attribute_and_a_wrong_type_are_named_with_what_was_expected(
    client: Client,
) -> None:
    keys: list[SearchAttributeKey[Any]] = [
        SearchAttributeKey.for_int("Stage"),
        SearchAttributeKey.for_bool("Nowhere"),
    ]
    assert await check_attributes(client.service_client, NAMESPACE, keys) == [
        "search attribute Stage: expected Int, found Keyword",
        "search attribute Nowhere: expected Bool, found none",
    ]


async def test_making_the_namespace_again_changes_nothing(client: Client) -> None:
    await ensure_namespace(client.service_client, NAMESPACE)
    assert await check_attributes(client.service_client, NAMESPACE) == []


async def test_a_message_over_the_limit_is_refused_to_its_sender(client: Client) -> None:
    handle = await client.start_workflow("Waiting", id="big", task_queue=TASK_QUEUE)
    await handle.signal("said", "x" * 240_000)
    with pytest.raises(RPCError, match="exceeds limit"):
        await handle.signal("said", "x" * 300_000)
    await handle.terminate()


def test_the_database_is_written_ahead(server: EmbeddedServer) -> None:
    with closing(sqlite3.connect(server.folder / "temporal.db")) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_the_web_interface_answers_where_the_server_says(server: EmbeddedServer) -> None:
    assert server.ui_address is not None
    reply = await asyncio.to_thread(urllib.request.urlopen, server.ui_address, timeout=5)
    with reply:
        assert reply.status == 200


def test_ctrl_c_reaches_only_us_so_that_the_server_can_be_stopped_last(
    server: EmbeddedServer,
) -> None:
    pid = PidFile(server.folder / "server.lock").holder()
    assert pid is not None
    assert os.getpgid(pid) != os.getpgrp()


async def test_a_second_start_in_the_same_folder_is_refused(server: EmbeddedServer) -> None:
    with pytest.raises(EmbeddedError, match=f"already runs in .*process {os.getpid()}"):
        await EmbeddedServer(server.folder, port=0).start()
    assert UpFile.read(server.folder) is not None


async def test_a_port_that_was_asked_for_and_is_taken_is_an_error_that_names_it(
    folder: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} "):
            await EmbeddedServer(folder, port=port).start()


async def test_a_server_started_again_has_its_data_and_names_an_attribute_that_was_spoiled(
    folder: Path,
) -> None:
    async with EmbeddedServer(folder, port=0, headless=True) as server:
        watch = asyncio.create_task(server.died())
        client = await connect(Settings.load({}, dir=folder))
        run_id = await started_workflow(client, "lasting")
    await watch  # a stop is no death
    assert UpFile.read(folder) is None

    async with EmbeddedServer(folder, port=0, headless=True):
        client = await connect(Settings.load({}, dir=folder))
        found = await client.get_workflow_handle("lasting").describe()
        assert found.run_id == run_id
        await spoil_an_attribute(client)

    with pytest.raises(EmbeddedError, match="attribute Stage: expected Keyword, found Int"):
        await EmbeddedServer(folder, port=0, headless=True).start()


async def spoil_an_attribute(client: Client) -> None:
    """What an admin may do by hand, and the server then keeps without a word."""
    remove = RemoveSearchAttributesRequest(namespace=NAMESPACE, search_attributes=["Stage"])
    await client.operator_service.remove_search_attributes(remove)
    wrong = {"Stage": SearchAttributeKey.for_int("Stage").indexed_value_type.value}
    add = AddSearchAttributesRequest(namespace=NAMESPACE)
    add.search_attributes.update(wrong)  # type: ignore[arg-type]  # enums are plain ints on the wire
    await client.operator_service.add_search_attributes(add)


async def test_a_server_that_ends_by_itself_is_noticed(folder: Path) -> None:
    server = EmbeddedServer(folder, port=0, headless=True)
    await server.start()
    watch = asyncio.create_task(server.died())
    await asyncio.sleep(0)
    pid = PidFile(folder / "server.lock").holder()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)

    with pytest.raises(EmbeddedError, match=r"ended by itself \(exit -9\)"):
        await watch
    await server.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
async def test_a_killed_up_takes_its_server_along(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", UP_AND_WAIT, str(folder)], stdout=subprocess.PIPE
    ) as up:
        assert up.stdout is not None
        assert up.stdout.readline() == b"up\n"
        up.kill()
    server = PidFile(folder / "server.lock")
    for _ in range(200):
        if server.take():
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("the server outlives the process that started it")
    server.release()


async def test_a_server_left_over_is_stopped_first(folder: Path) -> None:
    folder.mkdir()
    lock = PidFile(folder / "server.lock")
    assert lock.take()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_A_LOCK], pass_fds=[lock.fd], stdout=subprocess.PIPE
    ) as leftover:
        assert leftover.stdout is not None
        assert leftover.stdout.readline() == b"held\n"
        lock.name(leftover.pid)
        lock.release()

        async with EmbeddedServer(folder, port=0, headless=True):
            assert leftover.wait(5) == -signal.SIGTERM
