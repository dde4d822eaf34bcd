"""Every log line comes once, names its workflow and shows nothing of what was said in it."""

import asyncio
import io
import json
import logging
import socket
import urllib.request
from collections.abc import Iterator
from typing import Any, Literal

import pytest
import structlog
from pydantic import BaseModel, ValidationError
from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from settings import Settings, connect
from starter.embedded import EmbeddedServer
from telemetry import HANDLER, NoMetrics, configure_logs, make_runtime
from tests.platform.logging_workflow import SECRET, Choking, Talking, whisper

QUEUE = "telemetry"


class Lines(io.StringIO):
    """What was logged as JSON, read back."""

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.all() if line["event"].startswith(event)]


@pytest.fixture
def lines() -> Iterator[Lines]:
    yield from logged_as("json")


@pytest.fixture
def text() -> Iterator[Lines]:
    yield from logged_as("console")


def logged_as(style: Literal["console", "json"]) -> Iterator[Lines]:
    root, stream = logging.getLogger(), Lines()
    level = root.level
    configure_logs(style, stream)
    yield stream
    root.setLevel(level)
    root.handlers = [handler for handler in root.handlers if handler.get_name() != HANDLER]
    structlog.reset_defaults()


def worker(client: Client) -> Worker:
    """No run is cached, so that every task replays the whole history."""
    passed = SandboxRestrictions.default.with_passthrough_modules("structlog")
    return Worker(
        client,
        task_queue=QUEUE,
        workflows=[Talking, Choking],
        activities=[whisper],
        workflow_runner=SandboxedWorkflowRunner(restrictions=passed),
        max_cached_workflows=0,
    )


async def test_nothing_is_logged_twice_when_a_history_is_replayed(
    client: Client, lines: Lines
) -> None:
    async with worker(client):
        handle = await client.start_workflow(Talking.run, id="talking", task_queue=QUEUE)
        while not lines.of("from_the_activity"):
            await asyncio.sleep(0.02)
        await handle.signal(Talking.hear)
        await handle.signal(Talking.hear)
        await handle.result()

    for event in ("from_the_workflow", "from_structlog", "from_the_activity", "from_the_end"):
        assert len(lines.of(event)) == 1, event
    assert [line["heard"] for line in lines.of("from_the_signal")] == [1, 2]
    run = {"workflow_id": "talking", "run_id": handle.first_execution_run_id}
    for event in ("from_the_workflow", "from_the_signal", "from_the_activity", "from_the_end"):
        assert lines.of(event)[0].items() >= run.items(), event


async def test_a_failing_task_is_logged_without_the_words_that_made_it_fail(
    client: Client, lines: Lines
) -> None:
    async with worker(client):
        handle = await client.start_workflow(Choking.run, SECRET, id="choking", task_queue=QUEUE)
        while not (lines.of("Failed activation") and lines.of("Failing workflow task")):
            await asyncio.sleep(0.02)
        await handle.terminate()

    assert SECRET not in lines.getvalue()
    failed = lines.of("Failed activation")[0]
    assert failed["workflow_id"] == "choking"
    assert "ValidationError: : Input should be a valid integer" in failed["exception"]
    assert failed["exception"].endswith("ValueError: the words were no number")


def test_an_exception_shows_its_causes_and_parts_but_never_a_refused_value(text: Lines) -> None:
    class Message(BaseModel):
        amount: int

    with pytest.raises(ValidationError) as refused:
        Message.model_validate({"amount": SECRET})
    try:
        raise ExceptionGroup("several", [KeyError("part"), refused.value]) from OSError("cause")
    except ExceptionGroup:
        structlog.get_logger().exception("it_failed")

    logged = text.getvalue()
    assert SECRET not in logged
    for words in ("it_failed", "OSError: cause", "KeyError: 'part'", "amount: Input should be"):
        assert words in logged


def test_configuring_again_does_not_log_twice(lines: Lines) -> None:
    configure_logs("json", lines)
    logging.getLogger("anyone").warning("said %s", "once")
    assert [line["event"] for line in lines.all()] == ["said once"]


async def test_metrics_are_served_where_they_were_asked_for(server: EmbeddedServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    runtime = make_runtime(f"127.0.0.1:{port}")
    await connect(Settings.load({}, dir=server.folder), runtime)
    page = await asyncio.to_thread(urllib.request.urlopen, f"http://127.0.0.1:{port}/metrics")
    with page:
        assert b"temporal_request_total" in page.read()


def test_an_address_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(NoMetrics, match=f"metrics: {address}: .*already in use"):
            make_runtime(address)
