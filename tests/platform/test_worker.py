"""The worker process starts with what it finds, and stops in order."""

import json
import os
import signal
import subprocess
import sys

import pytest

import worker
from starter.embedded import EmbeddedServer


def test_a_worker_works_until_it_is_told_to_stop_and_then_stops_in_order(
    server: EmbeddedServer,
) -> None:
    environ = os.environ | {"CLOSELINE_DIR": str(server.folder), "CLOSELINE_LOG": "json"}
    with subprocess.Popen(
        [sys.executable, "-m", "worker"], env=environ, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if json.loads(line)["event"] == "worker_started":
                process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    assert json.loads(line)["event"] == "worker_stopped"
    assert (server.folder / "ledger.db").exists()
    assert not (server.folder / "ledger.db-wal").exists()  # all of it is in one file


def test_a_worker_with_wrong_settings_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSELINE_LOG", "loud")
    with pytest.raises(SystemExit, match="CLOSELINE_LOG"):
        worker.main()
