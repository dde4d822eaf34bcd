"""What the ledger alone remembers is no dead end: it takes what comes late, and can begin again."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.ledger import Ledger
from tests.starter.conftest import Site, until
from tests.starter.made_export import MadeExport, ended_row


@pytest.fixture
def ledger(site: Site) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{site.folder / 'data' / 'ledger.db'}")
    yield ledger
    ledger.close()


def kept(kinds: list[str]) -> bool:
    return "late_message_kept" in kinds


def test_what_came_with_its_end_can_be_reopened_and_keeps_what_comes_late(
    site: Site, ledger: Ledger, tmp_path: Path
) -> None:
    export = MadeExport(tmp_path, "past", [ended_row("past-1", Account="Past")]).write()
    told = site.told("import", str(export.file), "--mapping", str(export.mapping))
    assert told["ended"] == 1
    engage = ("opportunity", "engage", "past-1", "--by", "buyer", "--channel", "mail", "--json")
    late = site.run(*engage)
    assert late.exit_code == 1
    assert json.loads(late.stdout)["rule"] == "ended"
    told = site.told("opportunity", "reopen", "past-1", "--reason", "they called again")
    assert told["workflow_id"] == "opportunity:past-1~2"
    until(lambda: ledger.opportunity("past-1~2"), bool)
    until(lambda: [fact.kind for fact in ledger.journal("account", "Past")], kept)
