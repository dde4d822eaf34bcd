"""Undo of an import: what it brought is gone and can come again, what people touched stays."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.ledger import Ledger
from tests.starter.conftest import Site
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
