"""Imports against a real server, worker and ledger: everything lands once, whatever happens."""

import csv
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.ledger import Ledger
from ledger.rows import OpportunityRow
from sales.facts import Fact
from tests.starter.conftest import Site, until
from tests.starter.made_export import MadeExport, add_bad_rows, ended_row, made, open_row

SEED, ENDED, OPEN = 20250304, 440, 30
PARTS = ("opened", "ended", "rejected", "already", "changed")
OUTCOMES = {"Won": "won", "Lost": "lost", "Dropped": "withdrawn", "New": None, "Talking": None}


@pytest.fixture
def ledger(site: Site) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{site.folder / 'data' / 'ledger.db'}")
    yield ledger
    ledger.close()


@pytest.fixture(scope="module")
def landed(site: Site, tmp_path_factory: pytest.TempPathFactory) -> tuple[MadeExport, Any]:
    """Five hundred rows, many with defects and some that are bad, imported undisturbed."""
    export = made(tmp_path_factory.mktemp("landed"), SEED, ENDED, OPEN, "landed")
    add_bad_rows(export)
    export.write()
    return export, import_(site, export, "--rejects", str(rejects_of(export)), code=1)


def command(export: MadeExport, *more: str) -> tuple[str, ...]:
    return ("import", str(export.file), "--mapping", str(export.mapping), "--json", *more)


def import_(site: Site, export: MadeExport, *more: str, code: int = 0) -> Any:
    """The import's account of itself, once its parts add up."""
    result = site.run(*command(export, *more))
    assert result.exit_code == code, result.output
    told = json.loads(result.stdout)
    assert told["rows"] == sum(told[part] for part in PARTS)
    return told


def parts(told: Any) -> dict[str, int]:
    """What is not nothing."""
    return {part: told[part] for part in PARTS if told[part]}


def rejects_of(export: MadeExport) -> Path:
    return export.folder / "rejects.csv"


def rows_of(ledger: Ledger, source: str) -> dict[str, OpportunityRow]:
    """What the ledger has of a source, by the number behind its name."""
    rows = {row.id: row for row in ledger.opportunities()}
    return {
        id.removeprefix(f"{source}-"): row
        for id, row in rows.items()
        if id.startswith(f"{source}-") and id.removeprefix(f"{source}-").isdigit()
    }


def everything(ledger: Ledger) -> dict[str, list[Fact]]:
    """Every journal."""
    accounts = [row.id for row in ledger.accounts()]
    opportunities = [row.id for row in ledger.opportunities()]
    return ledger.journals("account", accounts) | ledger.journals("opportunity", opportunities)


def test_every_row_lands_or_is_rejected_by_name(
    landed: tuple[MadeExport, Any], ledger: Ledger
) -> None:
    export, told = landed
    bad = add_bad_rows(MadeExport(export.folder))
    assert parts(told) == {"opened": OPEN, "ended": ENDED + 2, "rejected": len(bad)}
    assert [(each["field"], each["rule"]) for each in told["rejects"]] == bad
    assert told["unwritten"] == 0
    rows = rows_of(ledger, "landed")
    for number, row in enumerate(export.rows[: ENDED + OPEN]):
        assert rows[f"{number:04}"].outcome == OUTCOMES[row["Stage"]]


def test_rejected_rows_are_written_down_as_they_came(landed: tuple[MadeExport, Any]) -> None:
    export, told = landed
    with rejects_of(export).open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = [str(each["row"]) for each in told["rejects"]]
    assert [row["row"] for row in rows] == numbers
    assert {"field": "amount", "rule": "too_small", "Amount": "-5"}.items() <= rows[6].items()
    assert b"caf\xe9" in rejects_of(export).read_bytes()


def test_open_ones_run_under_their_account_and_ended_ones_need_no_workflow(
    site: Site, landed: tuple[MadeExport, Any], ledger: Ledger
) -> None:
    journals = ledger.journals("account", [row.id for row in ledger.accounts()])
    launched = Counter(
        fact.data["opportunity_id"]
        for journal in journals.values()
        for fact in journal
        if fact.kind == "opportunity_launched"
    )
    open_ = {row.id for row in rows_of(ledger, "landed").values() if row.outcome is None}
    assert {id: n for id, n in launched.items() if id.startswith("landed-")} == dict.fromkeys(
        open_, 1
    )
    some = min(open_)
    assert site.told("opportunity", "show", some)["deadline"]
    ended = next(row.id for row in rows_of(ledger, "landed").values() if row.outcome)
    assert {row.run_id for row in ledger.journal_rows("opportunity", ended)} == {"import"}


def test_importing_again_changes_nothing(
    site: Site, landed: tuple[MadeExport, Any], ledger: Ledger
) -> None:
    export, told = landed
    before = everything(ledger)
    again = import_(site, export, code=1)
    assert parts(again) == {"already": ENDED + OPEN + 2, "rejected": told["rejected"]}
    assert everything(ledger) == before


def kill_once(site: Site, export: MadeExport, reached: Callable[[], bool]) -> None:
    """Start the import and kill it as soon as it has got so far."""
    process = subprocess.Popen(
        [sys.executable, "-m", "starter.cli", *command(export)],
        env=site.environ,
        stdout=subprocess.DEVNULL,
    )
    while not reached():
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()


def test_killed_twice_on_its_way_it_ends_the_same(
    site: Site, landed: tuple[MadeExport, Any], ledger: Ledger, tmp_path: Path
) -> None:
    export = made(tmp_path, SEED, ENDED, OPEN, "killed").write()
    kill_once(site, export, lambda: bool(rows_of(ledger, "killed")))
    kill_once(site, export, lambda: None in {r.outcome for r in rows_of(ledger, "killed").values()})
    assert len(rows_of(ledger, "killed")) < ENDED + OPEN
    told = import_(site, export)
    assert told["already"] >= ENDED
    assert told["opened"] + told["already"] == ENDED + OPEN
    assert_same(rows_of(ledger, "killed"), rows_of(ledger, "landed"))
    refused = [f for facts in everything(ledger).values() for f in facts if f.kind == "refused"]
    assert not [fact for fact in refused if "killed" in (fact.event_id or "")]


def assert_same(these: dict[str, OpportunityRow], those: dict[str, OpportunityRow]) -> None:
    names = ("account_id", "name", "stage", "outcome", "reason", "closed_at", "amount", "owner")

    def plain(rows: dict[str, OpportunityRow]) -> dict[str, list[Any]]:
        return {id: [getattr(row, name) for name in names] for id, row in rows.items()}

    assert plain(these) == plain(those)


def test_a_dry_run_says_what_would_happen_and_writes_nothing(
    site: Site, ledger: Ledger, tmp_path: Path
) -> None:
    export = made(tmp_path, SEED, 20, 10, "dry").write()
    before = everything(ledger)
    told = import_(site, export, "--dry-run")
    assert parts(told) == {"opened": 10, "ended": 20}
    assert sum(week["opportunities"] for week in told["by_week"]) == 10
    assert {due["clock"] for due in told["deadlines"]} <= {"buyer_silence", "close_date", "end_by"}
    assert everything(ledger) == before


def test_a_dry_run_needs_neither_server_nor_ledger(site: Site, tmp_path: Path) -> None:
    export = made(tmp_path, SEED, 4, 2, "nowhere").write()
    told = import_(site, export, "--dry-run", "--dir", str(tmp_path / "none"))
    assert parts(told) == {"opened": 2, "ended": 4}
    assert not (tmp_path / "none").exists()


def test_what_the_file_says_anew_is_taken_over_where_the_rules_allow_it(
    site: Site, ledger: Ledger, tmp_path: Path
) -> None:
    rows = [open_row("ch-1"), open_row("ch-2"), ended_row("ch-3"), open_row("ch-4")]
    export = MadeExport(tmp_path, "changing", rows).write()
    assert parts(import_(site, export)) == {"opened": 3, "ended": 1}
    export.rows[0] |= {"Amount": "250", "Owner": "Bo Diaz"}
    export.rows[1] |= {"Stage": "Won", "Closed": "2025-02-25", "Amount": "7"}
    export.rows[2] |= {"Amount": "999"}
    told = import_(site, export.write())
    assert parts(told) == {"already": 1, "changed": 3}
    first, second, third = told["changes"]
    assert first["amended"] == ["amount", "owner"]
    assert first["differs"]["owner"] == ["Ann-Lee", "Bo-Diaz"]
    assert second["differs"]["stage"] == ["Talking", "Won"]
    assert (second["amended"], third["amended"]) == (["amount"], [])
    row = until(lambda: ledger.opportunity("ch-1"), lambda row: row and row.owner == "Bo-Diaz")
    assert row
    assert (str(row.amount), row.stage, row.outcome) == ("250", "second", None)
    until(lambda: ledger.opportunity("ch-2"), lambda row: row and str(row.amount) == "7")
    assert parts(import_(site, export)) == {"already": 2, "changed": 2}
    export.rows[0] |= {"Amount": "", "Owner": "Ann Lee"}
    assert import_(site, export.write())["changes"][0]["amended"] == ["amount", "owner"]
    until(lambda: ledger.opportunity("ch-1"), lambda row: row and row.owner == "Ann-Lee")


def test_what_has_happened_here_since_is_not_undone(
    site: Site, ledger: Ledger, tmp_path: Path
) -> None:
    export = MadeExport(tmp_path, "lived", [open_row("lived-on")]).write()
    import_(site, export)
    site.done("opportunity", "amend", "lived-on", "--owner", "somebody-else")
    until(lambda: ledger.opportunity("lived-on"), lambda row: row and row.owner != "Ann-Lee")
    assert parts(import_(site, export)) == {"already": 1}
    row = ledger.opportunity("lived-on")
    assert row
    assert row.owner == "somebody-else"


def test_an_account_is_told_once_and_again_when_its_profile_changes(
    site: Site, ledger: Ledger, tmp_path: Path
) -> None:
    segment = ("[account.default]", '[account]\nsegment = "Why"\n\n[account.default]')
    export = MadeExport(tmp_path, "profile", [ended_row("pr-1", Account="Prof & Co")])
    import_(site, export.write(segment))
    import_(site, export)
    export.rows[0] |= {"Why": "Did nothing", "Stage": "Lost"}
    import_(site, export.write(segment))

    def told() -> list[Any]:
        facts = ledger.journal("account", "Prof-Co")
        return [fact.data for fact in facts if fact.kind == "account_amended"]

    names = [data["segment"] for data in until(told, lambda found: len(found) > 1)]
    assert names == ["Best-fit", "Did-nothing"]
    assert told()[0]["name"] == "Prof & Co"


@pytest.mark.parametrize("row", [open_row("by-hand"), ended_row("by-hand")], ids=["open", "ended"])
def test_an_id_that_is_anothers_is_rejected(
    site: Site, ledger: Ledger, tmp_path: Path, row: dict[str, str]
) -> None:
    if ledger.opportunity("by-hand") is None:
        said = ("--account", "acme", "--process", "quick", "--name", "By hand")
        site.done("opportunity", "open", "by-hand", *said)
        until(lambda: ledger.opportunity("by-hand"))
    before = ledger.journal("opportunity", "by-hand")
    told = import_(site, MadeExport(tmp_path, "other", [row]).write(), code=1)
    assert [(each["field"], each["rule"]) for each in told["rejects"]] == [("id", "id_taken")]
    assert ledger.journal("opportunity", "by-hand") == before


def test_what_its_account_refuses_is_rejected_by_the_accounts_rule(
    site: Site, tmp_path: Path
) -> None:
    site.done("account", "open", "Leaving", "--name", "Leaving")
    site.done("account", "retire", "Leaving", "--reason", "gone")
    rows = [open_row("after-1", Account="Leaving"), ended_row("after-2", Account="Leaving")]
    told = import_(site, MadeExport(tmp_path, "after", rows).write(), code=1)
    assert parts(told) == {"ended": 1, "rejected": 1}
    assert told["rejects"][0]["rule"] == "retired"


def test_people_are_shown_tables(site: Site, tmp_path: Path) -> None:
    rows = [open_row("t-1"), ended_row("t-2", Amount="-1")]
    export = MadeExport(tmp_path, "tables", rows).write()
    result = site.run(*(word for word in command(export, "--dry-run") if word != "--json"))
    assert "opened    1" in result.stdout
    assert "3    amount  too_small" in result.stdout
    assert "buyer_silence" in result.stdout
    assert "nothing was written" in result.stderr


def test_a_mapping_that_is_wrong_ends_with_one_and_its_key(site: Site, tmp_path: Path) -> None:
    export = MadeExport(tmp_path, "wrong").write(('New = "first"', 'New = "zeroth"'))
    assert "stages.New: unknown_stage" in site.refused(*command(export))


def test_wrong_usage_ends_with_two(site: Site, tmp_path: Path) -> None:
    export = MadeExport(tmp_path, "usage").write()
    for more in (("--as-of", "2199-01-01"), ("--rejects", str(tmp_path / "no" / "file.csv"))):
        assert site.run(*command(export, *more)).exit_code == 2


def test_without_a_server_it_ends_with_three(site: Site, tmp_path: Path) -> None:
    export = MadeExport(tmp_path, "alone", [open_row("al-1")]).write()
    assert site.run(*command(export, "--address", "127.0.0.1:1")).exit_code == 3
