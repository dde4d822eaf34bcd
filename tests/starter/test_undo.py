"""Undo of an import: what it brought is gone and can come again, what people touched stays."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ledger.ledger import Ledger
from sales.receipt import Receipt
from settings import Settings
from starter.client import CloselineClient
from tests.starter.conftest import Site, until
from tests.starter.made_export import Cells, MadeExport, ended_row, open_row


@pytest.fixture
def ledger(site: Site) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{site.folder / 'data' / 'ledger.db'}")
    yield ledger
    ledger.close()


def import_(site: Site, folder: Path, source: str, *rows: Cells) -> Any:
    """The import's account of itself, which nothing was rejected of."""
    export = MadeExport(folder, source, list(rows)).write()
    return site.told("import", str(export.file), "--mapping", str(export.mapping))


def undo(site: Site, id: str, *more: str, code: int = 0) -> Any:
    result = site.run("imports", "undo", id, *more, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_what_an_import_brought_is_taken_back_and_can_come_again(
    site: Site, ledger: Ledger, tmp_path: Path
) -> None:
    rows = [open_row("un-1"), ended_row("un-2"), ended_row("un-3", Stage="Lost", Why="")]
    first = import_(site, tmp_path, "undone", *rows)
    assert undo(site, first["import"]) == {
        **{"import": first["import"], "taken": 3, "withdrawn": 1, "left": [], "dry_run": False}
    }
    assert [ledger.opportunity(id) for id in ("un-1", "un-2", "un-3")] == [None] * 3
    kinds = [row.fact.kind for row in ledger.journal_rows("opportunity", "un-1", superseded=True)]
    assert kinds == ["opened", "ended"]

    rows[1] |= {"Amount": "250"}
    again = import_(site, tmp_path, "undone", *rows)
    assert (again["opened"], again["ended"], again["already"]) == (1, 2, 0)
    row = ledger.opportunity("un-2")
    assert row
    assert str(row.amount) == "250"
    assert site.told("opportunity", "show", "un-1")["source"] == "workflow"
    assert import_(site, tmp_path, "undone", *rows)["already"] == 3

    remade = f"sqlite:///{tmp_path / 'remade.db'}"
    told = json.loads(site.run("rebuild", "--to", remade, "--from-temporal", "--json").stdout)
    assert "opportunity:un-1" not in told["incomplete"]
    other = Ledger(remade)
    assert other.opportunity("un-1") == ledger.opportunity("un-1")
    other.close()


def test_what_people_touched_stays_and_goes_by_force_where_that_is_safe(
    site: Site, ledger: Ledger, tmp_path: Path
) -> None:
    rows = [open_row("to-1"), open_row("to-2"), ended_row("to-3"), open_row("to-4")]
    told = import_(site, tmp_path, "touched", *rows)
    site.done("opportunity", "amend", "to-1", "--name", "By hand", "--actor", "jane")
    site.done("opportunity", "decide", "to-2", "no", "--reason", "status_quo")
    assert asyncio.run(reopen(site, "to-3")).accepted
    until(lambda: ledger.opportunity("to-3~2"))
    until(lambda: ledger.end_of("to-2"))
    until(lambda: len(ledger.journal("opportunity", "to-1")) > 1)

    rehearsed = undo(site, told["import"], "--dry-run", code=1)
    assert rules(rehearsed) == {"to-1": "touched", "to-2": "ended_since", "to-3": "reopened"}
    assert (rehearsed["taken"], rehearsed["withdrawn"]) == (1, 1)
    assert ledger.brought(told["import"]).taken_back == 0
    assert rules(undo(site, told["import"], code=1)) == rules(rehearsed)
    forced = undo(site, told["import"], "--force", code=1)
    assert rules(forced) == {"to-2": "ended_since", "to-3": "reopened"}
    assert ledger.opportunity("to-1") is None

    shown = site.told("imports", "show", told["import"])
    assert (shown["standing"], shown["taken_back"]) == (2, 2)
    assert shown["undone"] == {"taken_back": 2, "left": 2}
    assert rules(undo(site, told["import"], "--force", code=1)) == rules(forced)
    assert site.told("imports", "show", told["import"]) == shown


async def reopen(site: Site, id: str) -> Receipt:
    client = await CloselineClient.connect(Settings.load(dir=site.folder / "data"))
    return await client.reopen(id, "they came back", account_id="Acme")


def rules(told: Any) -> dict[str, str]:
    """Why each that is left is left."""
    return {each["id"]: each["rule"] for each in told["left"]}


def test_an_undo_that_is_killed_ends_the_same_when_it_is_run_again(
    site: Site, ledger: Ledger, tmp_path: Path
) -> None:
    rows = [open_row(f"ki-{number}") for number in range(12)]
    told = import_(site, tmp_path, "killed", *rows, ended_row("ki-12"))
    command = [sys.executable, "-m", "starter.cli", "imports", "undo", told["import"]]

    def withdrawn() -> bool:
        return any(ledger.end_of(row["Id"]) for row in rows)

    with subprocess.Popen(command, env=site.environ, stdout=subprocess.DEVNULL) as process:
        while not withdrawn():
            assert process.poll() is None
            time.sleep(0.02)
        process.kill()
    assert ledger.brought(told["import"]).standing
    again = undo(site, told["import"])
    assert again["left"] == []
    assert ledger.brought(told["import"]) == ([], 13)
    assert import_(site, tmp_path, "killed", *rows)["opened"] == 12
    until(
        lambda: ledger.opportunities(outcome="open", owner="Ann-Lee"), lambda rows: len(rows) > 11
    )


def test_a_run_is_known_by_what_it_read(site: Site, tmp_path: Path) -> None:
    told = import_(site, tmp_path, "known", ended_row("kn-1"), open_row("kn-2"))

    shown = site.told("imports", "show", told["import"])
    digest = sha256((tmp_path / "known.csv").read_bytes()).hexdigest()
    assert {"source": "known", "file": "known.csv", "sha256": digest}.items() <= shown.items()
    assert shown["counts"] == {
        **{"rows": 2, "opened": 1, "ended": 1, "rejected": 0, "already": 0, "changed": 0}
    }
    assert told["import"] in [run["id"] for run in site.told("imports", "list")]


def test_what_never_had_a_workflow_is_taken_back_without_a_server(
    site: Site, ledger: Ledger, tmp_path: Path
) -> None:
    told = import_(site, tmp_path, "alone", ended_row("al-1"), ended_row("al-2"))

    assert undo(site, told["import"], "--address", "127.0.0.1:1")["taken"] == 2
    assert ledger.opportunity("al-1") is None
