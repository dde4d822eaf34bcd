"""The demonstration keeps what it promises, and says so where it does not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ledger.ledger import Ledger
from starter.cli import app
from starter.demo.checks import checks, expected, wrong_ends

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "run"


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    """What the demonstration prints when it is run as a command, where nobody can watch."""
    command = [sys.executable, "-m", "starter.cli", "demo", "--dir", str(folder)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TEMPORAL_PROFILE": "none of its business"}
    result = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.timeout(240)
def test_every_promise_is_kept(page: str) -> None:
    promises = [line for line in page.splitlines() if line.startswith(("kept", "BROKEN"))]

    assert len(promises) >= 20
    assert not [line for line in promises if line.startswith("BROKEN")]
    assert "kept    every opportunity ended as its script says" in promises
    assert "kept    every account still runs" in promises


@pytest.mark.timeout(240)
def test_what_happens_is_shown_while_it_happens_and_added_up_at_the_end(page: str) -> None:
    lines = page.splitlines()

    assert sum(" open  " in line and " withdrawn" in line for line in lines) >= 8
    for told in (
        "the UI meanwhile: http://127.0.0.1:",
        "the worker is killed (kill -9)",
        "How they ended",
        "Who launched whom",
        "acme-comes-back~2 is the successor of acme-comes-back",
        "Stage-weighted forecast",
        "decided win rate",
        "in Temporal's UI",
    ):
        assert told in page, told


@pytest.mark.timeout(240)
def test_the_folder_keeps_the_run(page: str, folder: Path) -> None:
    ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
    rows = ledger.opportunities()
    ledger.close()

    assert {row.id for row in rows} == set(expected())
    assert not wrong_ends(rows)


def test_a_promise_that_is_broken_is_told(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.migrate()
    found = checks(ledger, running=set(), kills=0)
    ledger.close()

    assert not [check.promise for check in found if check.kept]
    assert len(wrong_ends([])) == len(expected()) >= 40


def test_it_does_not_begin_in_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_text("somebody's")

    result = CliRunner().invoke(app, ["demo", "--dir", str(tmp_path)])

    assert result.exit_code == 1
    assert "dir: not_empty" in result.stderr
    assert (tmp_path / "ledger.db").read_text() == "somebody's"
