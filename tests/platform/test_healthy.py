"""The health check of a worker's container asks that worker, and is not easily contented."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from starter.embedded import EmbeddedServer
from starter.healthy import problem
from starter.ports import choose_port


def healthy(metrics: str | None) -> subprocess.CompletedProcess[str]:
    """The check as a container runs it."""
    environ = {k: v for k, v in os.environ.items() if k != "CLOSELINE_METRICS"}
    if metrics:
        environ["CLOSELINE_METRICS"] = metrics
    command = [sys.executable, "-m", "starter.healthy"]
    return subprocess.run(command, env=environ, capture_output=True, text=True)


@contextmanager
def serving(text: str) -> Iterator[str]:
    """Somebody who serves that text, whatever he is asked for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_worker_is_well_while_it_asks_for_work(server: EmbeddedServer) -> None:
    metrics = f"127.0.0.1:{choose_port('127.0.0.1', 0, 0)}"
    environ = os.environ | {"CLOSELINE_DIR": str(server.folder), "CLOSELINE_METRICS": metrics}
    with subprocess.Popen([sys.executable, "-m", "worker"], env=environ) as process:
        until = time.monotonic() + 20
        while problem(metrics) and time.monotonic() < until:
            time.sleep(0.1)
        assert healthy(metrics).returncode == 0
        process.kill()
    gone = healthy(metrics)
    assert (gone.returncode, gone.stdout) == (1, "")
    assert f"no worker answers at {metrics}" in gone.stderr


@pytest.mark.parametrize(
    "text", ["", 'temporal_num_pollers{poller_type="workflow_task"} 0\n', "<h1>another</h1>"]
)
def test_who_answers_but_asks_for_no_work_is_unwell(text: str) -> None:
    with serving(text) as metrics:
        assert problem(metrics) == "the worker asks for no work"


def test_a_worker_without_metrics_cannot_be_asked() -> None:
    assert "CLOSELINE_METRICS: not set" in healthy(None).stderr
