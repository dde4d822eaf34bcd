"""Logs imported against a real server, worker and ledger: every case lands once, with its past."""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from ledger.ledger import Ledger
from ledger.rows import OpportunityRow
from sales.facts import Fact
from starter.importing.plan import Plan
from tests.starter.conftest import Site, until
from tests.starter.made_export import NOW
from tests.starter.made_log import Cells, MadeLog, event, made, won
from tests.starter.test_import_run import parts

SEED, ENDED, OPEN = 20250304, 240, 12


@pytest.fixture
def ledger(site: Site) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{site.folder / 'data' / 'ledger.db'}")
    yield ledger
    ledger.close()


@pytest.fixture(scope="module")
def landed(site: Site, tmp_path_factory: pytest.TempPathFactory) -> tuple[MadeLog, Any]:
    """Some hundred cases of every kind and two that are bad, imported undisturbed."""
    log = made(tmp_path_factory.mktemp("landed"), SEED, ENDED, OPEN, "cases")
    log.events += [event("", "Ask", NOW), *won("cases-bad"), event("cases-bad", "Juggle", NOW)]
    log.write(kinds=("csv", "xes.gz"))
    return log, import_(site, log, "--rejects", str(log.folder / "rejects.csv"), code=1)


def command(log: MadeLog, *more: str, kind: str = "csv") -> tuple[str, ...]:
    mapping = ("--mapping", str(log.mapping))
    return ("import", "--events", str(log.file(kind)), *mapping, "--json", *more)


def import_(site: Site, log: MadeLog, *more: str, kind: str = "csv", code: int = 0) -> Any:
    """The import's account of itself, once its parts add up."""
    result = site.run(*command(log, *more, kind=kind))
    assert result.exit_code == code, result.output
    told = json.loads(result.stdout)
    assert told["rows"] == sum(parts(told).values())
    return told


def rows_of(ledger: Ledger, source: str) -> dict[str, OpportunityRow]:
    """What the ledger has of a source, by the number behind its name."""
    begin = f"{source}-"
    rows = (row for row in ledger.opportunities() if row.id.startswith(begin))
    return {row.id.removeprefix(begin): row for row in rows}


def history(ledger: Ledger, id: str) -> list[tuple[Any, ...]]:
    """What happened, whoever wrote it down and when."""
    facts = ledger.journal("opportunity", id)
    return [(f.kind, f.occurred_at, f.known_at, f.event_id, f.actor) for f in facts]


def planned(facts: tuple[Fact, ...]) -> list[tuple[Any, ...]]:
    return [(f.kind, f.occurred_at, f.known_at, f.event_id, f.actor) for f in facts]


def test_every_case_lands_or_is_rejected_by_name(
    landed: tuple[MadeLog, Any], ledger: Ledger
) -> None:
    log, told = landed
    assert parts(told) == {"opened": OPEN, "ended": ENDED, "rejected": 2}
    assert told["unwritten"] == 0
    outcomes = [row.outcome for row in rows_of(ledger, "cases").values()]
    assert outcomes.count(None) == OPEN
    assert set(outcomes) == {None, "won", "lost", "expired", "withdrawn"}
    with (log.folder / "rejects.csv").open(encoding="utf-8", newline="") as file:
        rejects = list(csv.DictReader(file))
    said = [(each["case"], each["concept:name"], each["field"], each["rule"]) for each in rejects]
    assert said == [
        ("", "Ask", "case", "required"),
        ("cases-bad", "Juggle", "activity", "unknown_activity"),
    ]


def test_the_journal_of_an_open_case_is_its_real_past(
    site: Site, landed: tuple[MadeLog, Any], ledger: Ledger
) -> None:
    rows = {row.id: row for row in rows_of(ledger, "cases").values() if row.outcome is None}
    plans = landed[0].plans(now=max(row.landed_at for row in rows.values()))
    facts = {plan.id: plan.facts for plan in plans if isinstance(plan, Plan)}
    for id_, row in rows.items():
        assert history(ledger, id_) == planned(facts[id_])
        assert row.deadline
        assert row.deadline >= row.landed_at + timedelta(days=14)
    busy = max(rows, key=lambda id_: rows[id_].effort)
    assert rows[busy].effort > 0
    assert site.told("opportunity", "show", busy)["deadline"]


def test_importing_again_in_any_format_changes_nothing(
    site: Site, landed: tuple[MadeLog, Any], ledger: Ledger
) -> None:
    log, _ = landed
    before = {id_: history(ledger, f"cases-{id_}") for id_ in rows_of(ledger, "cases")}
    for kind in ("csv", "xes.gz"):
        again = import_(site, log, kind=kind, code=1)
        assert parts(again) == {"already": ENDED + OPEN, "rejected": 2}
    assert {id_: history(ledger, f"cases-{id_}") for id_ in before} == before


def test_killed_while_it_tells_the_past_it_ends_the_same(
    site: Site, landed: tuple[MadeLog, Any], ledger: Ledger, tmp_path: Path
) -> None:
    log = made(tmp_path, SEED, ENDED, OPEN, "cut").write()
    process = subprocess.Popen(
        [sys.executable, "-m", "starter.cli", *command(log)],
        env=site.environ,
        stdout=subprocess.DEVNULL,
    )
    while None not in {row.outcome for row in rows_of(ledger, "cut").values()}:
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    told = import_(site, log)
    assert told["already"] >= ENDED
    assert told["rejected"] == 0
    assert parts(import_(site, log)) == {"already": ENDED + OPEN}
    these, those = rows_of(ledger, "cut"), rows_of(ledger, "cases")
    for number, row in these.items():
        other = those[number]
        assert (row.stage, row.outcome, row.reason, row.effort, row.owner, row.sequence) == (
            *(other.stage, other.outcome, other.reason, other.effort, other.owner, other.sequence),
        )


LIVING: Final = "grown-1"


def grown(more: int) -> list[Cells]:
    """An open case as it stood, and as many of its next events."""
    events = won(LIVING)
    return events[: 4 + more]


def test_a_log_that_has_grown_goes_on_and_ends_what_has_ended_meanwhile(
    site: Site, ledger: Ledger, tmp_path: Path
) -> None:
    log = MadeLog(tmp_path, "grown", grown(0)).write()
    assert parts(import_(site, log)) == {"opened": 1}
    log.events = grown(3)
    told = import_(site, log.write())
    assert parts(told) == {"changed": 1}
    assert told["changes"][0]["differs"] == {"messages": [3, 5]}
    assert told["changes"][0]["told"] == 2
    row = ledger.opportunity(LIVING)
    assert row
    assert (str(row.effort), row.stage, row.outcome) == ("2.5", "second", None)
    assert parts(import_(site, log)) == {"already": 1}
    log.events = [*grown(3), event(LIVING, "Refuse", NOW, "Ann Lee")]
    assert import_(site, log.write())["changes"][0]["told"] == 1
    ended = until(lambda: ledger.opportunity(LIVING), lambda row: row and row.outcome)
    assert ended
    assert (ended.outcome, ended.reason, ended.closed_at) == ("lost", "status_quo", NOW)
    assert parts(import_(site, log)) == {"already": 1}


def test_what_a_log_no_longer_says_or_says_behind_the_end_is_shown_and_not_done(
    site: Site, ledger: Ledger, tmp_path: Path
) -> None:
    log = MadeLog(tmp_path, "shown", [*won("shown-1"), *won("shown-2")]).write()
    assert parts(import_(site, log)) == {"ended": 2}
    log.events = [row for row in log.events if row["concept:name"] != "Answer"]
    log.events.append(event("shown-2", "Answer", NOW))
    told = import_(site, log.write())
    assert [each["differs"] for each in told["changes"]] == [
        {"messages": [7, 6]},
        {"messages": [7, 7]},
    ]
    assert [each["told"] for each in told["changes"]] == [0, 0]


def test_a_dry_run_needs_neither_server_nor_ledger(site: Site, tmp_path: Path) -> None:
    log = made(tmp_path, SEED, 20, 4, "nowhere").write(kinds=("parquet",))
    told = import_(site, log, "--dry-run", "--dir", str(tmp_path / "none"), kind="parquet")
    assert parts(told) == {"opened": 4, "ended": 20}
    assert len(told["deadlines"]) == 4
    assert not (tmp_path / "none").exists()


def test_rows_or_events_and_never_both(site: Site, tmp_path: Path) -> None:
    log = MadeLog(tmp_path, "usage", won("one")).write()
    assert site.run("import", str(log.file("csv")), *command(log)[1:]).exit_code == 2
    assert site.run("import", "--mapping", str(log.mapping)).exit_code == 2


def test_a_log_that_is_none_ends_with_one(site: Site, tmp_path: Path) -> None:
    log = MadeLog(tmp_path, "none", won("one")).write(kinds=("xes",))
    text = log.file("xes").read_text()
    log.file("xes").write_text(text.replace("<log", '<!DOCTYPE log [<!ENTITY x "y">]><log', 1))
    assert "doctype: forbidden" in site.refused(*command(log, "--dry-run", kind="xes"))


def test_what_a_log_brought_is_taken_back_and_can_come_again(
    site: Site, ledger: Ledger, tmp_path: Path
) -> None:
    log = made(tmp_path, SEED, 20, 3, "undonelog").write()
    first = import_(site, log)
    before = {key: history(ledger, row.id) for key, row in rows_of(ledger, "undonelog").items()}
    told = site.told("imports", "undo", first["import"])
    assert (told["taken"], told["withdrawn"], told["left"]) == (23, 3, [])
    assert rows_of(ledger, "undonelog") == {}

    assert parts(import_(site, log)) == {"opened": 3, "ended": 20}
    again = {key: history(ledger, row.id) for key, row in rows_of(ledger, "undonelog").items()}
    assert {key: [fact[:3] for fact in facts] for key, facts in again.items()} == {
        key: [fact[:3] for fact in facts] for key, facts in before.items()
    }
    assert import_(site, log)["already"] == 23
