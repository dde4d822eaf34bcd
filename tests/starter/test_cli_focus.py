"""`closeline focus` and `closeline limits` on a market that is still open in part; no server."""

import csv
import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from ledger.ledger import Ledger
from processes import library
from simulation.market import Market
from simulation.play import batches
from tests.ledger.story import Story
from tests.starter.conftest import Site, make_site

MANY: Final = 250
EURO: Final = ("--currency", "EUR")
"""The market sells in several currencies, and has no rates."""
SHOWS: Final = ("work", "stop", "closing", "load", "effort", "segments")


def ledger_of(site: Site) -> Ledger:
    (site.folder / "data").mkdir(exist_ok=True)
    ledger = Ledger(f"sqlite:///{site.folder / 'data' / 'ledger.db'}")
    ledger.migrate()
    return ledger


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, str]:
    """Everything that was known on the day when two thirds had begun, and that day."""
    site = make_site(tmp_path_factory.mktemp("market"))
    lives = list(Market(11, library()).lives(MANY))
    today = lives[2 * MANY // 3][0].at + timedelta(minutes=1)
    ledger = ledger_of(site)
    for script, facts in lives:
        known = [fact for fact in facts if fact.recorded_at <= today]
        if known:
            (batch,) = batches(replace(script), known, library().find)
            ledger.record(batch)
    ledger.close()
    for number in range(1, 13):
        team = "north" if number % 2 else "south"
        owner = ("owner", "set", f"seller-{number:02d}", "--team", team, "--hours", "20")
        site.done(*owner, "--actor", "jane", "--json")
    return site, today.isoformat()


@pytest.fixture
def ask(market: tuple[Site, str]) -> Any:
    """Ask a command about that day, as JSON."""
    site, today = market
    return lambda *words: site.told(*words, "--as-of", today)


def test_the_work_of_each_owner_fits_into_their_week(ask: Any) -> None:
    found = ask("focus", *EURO, "--most", "1000")
    given: dict[str, float] = {}
    for row in found["rows"]:
        given[row["to"]] = given.get(row["to"], 0) + (row["given"] or 0)
    assert max(given.values()) == pytest.approx(20, abs=0.1)
    assert {row["verdict"] for row in found["rows"]} >= {"work", "wait"}
    density = [row["per_hour"] for row in found["rows"] if row["per_hour"] is not None]
    assert density == sorted(density, reverse=True)
    assert all(row["action"] and row["deadline"] for row in found["rows"])
    assert any("Without a worth in EUR" in note for note in found["notes"])
    assert any("open. Chances: " in note for note in found["notes"])
    assert any("nobody knows without an experiment" in note for note in found["notes"])


def test_one_owner_and_one_process_can_be_looked_at_alone(ask: Any) -> None:
    everything = ask("focus", *EURO, "--most", "1000")["rows"]
    one = everything[0]
    asked = ("--owner", one["owner"], "--process", one["process"])
    found = ask("focus", *EURO, *asked, "--most", "1000")["rows"]
    assert found == [
        row
        for row in everything
        if (row["owner"], row["process"]) == (one["owner"], one["process"])
    ]


def test_what_moves_brings_more_and_the_bound_is_told(ask: Any) -> None:
    found = ask("focus", *EURO, "--move", "anyone", "--bound", "--most", "1000")
    assert any(row["to"] != row["owner"] for row in found["rows"])
    (told,) = (note for note in found["notes"] if "bound" in note)
    assert 60 < float(told.split()[-3].strip("%")) <= 100, "the bound may share one among many"


def test_the_clock_closes_what_is_due_first(ask: Any, market: tuple[Site, str]) -> None:
    found = ask("focus", *EURO, "--show", "closing", "--within", "21d", "--most", "1000")["rows"]
    deadlines = [row["deadline"] for row in found]
    assert deadlines == sorted(deadlines)
    site, _ = market
    ledger = ledger_of(site)
    for row in found:
        assert (held := ledger.opportunity(row["id"]))
        assert held.deadline
        assert held.clock == row["clock"]
    ledger.close()


def test_load_effort_and_segments_add_up(ask: Any, market: tuple[Site, str]) -> None:
    site, _ = market
    rows = [ask("focus", *EURO, "--show", show, "--most", "1000")["rows"] for show in SHOWS[:2]]
    opened = sum(map(len, rows))
    for by in ("owner", "team", "process"):
        assert (
            sum(row["open"] for row in ask("focus", *EURO, "--show", "load", "--by", by)["rows"])
            == opened
        )
    for by in ("owner", "team", "process", "segment", "lead_source"):
        whole, *groups = ask("focus", *EURO, "--show", "effort", "--by", by)["rows"]
        assert sum(row["hours"] for row in groups) == pytest.approx(whole["hours"], abs=0.1)
    file = site.folder / "segments.csv"
    rows = ask("focus", *EURO, "--show", "segments", "--export", str(file))["rows"]
    with file.open() as written:
        assert len(list(csv.DictReader(written))) == len(rows) > 1
    assert sum(row["ended"] + row["open"] for row in rows) == whole["n"]


def test_the_table_for_people_and_the_file_hold_the_rows(market: tuple[Site, str]) -> None:
    site, today = market
    file = site.folder / "rows.csv"
    for show in SHOWS:
        asked = ("focus", *EURO, "--show", show, "--as-of", today, "--csv", str(file))
        printed = site.done(*asked)
        with file.open() as written:
            rows = list(csv.DictReader(written))
        assert all((row.get("id") or row.get("group") or row["process"]) in printed for row in rows)
        assert "nan" not in printed


def test_when_one_leaves_the_rest_is_told(ask: Any, market: tuple[Site, str]) -> None:
    site, _ = market
    (found,) = ask("focus", *EURO, "--leaves", "seller-01")["rows"]
    assert found["open"] > 0
    assert set(found["peers"]) == {f"seller-{number:02d}" for number in (3, 5, 7, 9, 11)}
    assert found["after"] > 0
    assert 0 < found["taken"] <= found["open"]
    said = site.refused("focus", *EURO, "--leaves", "moon")
    assert said == "refused: leaves: unknown_owner (nobody knows an owner 'moon')"


def test_currencies_are_never_mixed(market: tuple[Site, str]) -> None:
    site, today = market
    said = site.refused("focus", "--as-of", today)
    assert said.startswith("refused: currency: mixed_currencies (")


def test_limits_are_learned_replayed_and_written_down(ask: Any, market: tuple[Site, str]) -> None:
    site, today = market
    found = {each["process"]: each for each in ask("limits", "--limit", "proposal=5d")}
    assert set(found) == {"new_business", "expansion", "renewal", "renewal_auto"}
    names = [each["name"] for each in found["new_business"]["replays"]]
    assert names == ["today", "recommended", "given"]
    assert found["new_business"]["replays"][2]["cut"] > 0
    text = site.done("limits", "--as-of", today, "--process", "new_business", "--toml")
    told = tomllib.loads(text)
    stages = [stage["name"] for stage in told["stages"]]
    process = next(each for each in library().all() if each.name == "new_business")
    assert stages == [stage.name for stage in process.stages]
    assert "not enough to say" in text or "still win" in text


def test_limits_for_people_and_every_point_of_a_curve(market: tuple[Site, str]) -> None:
    site, today = market
    printed = site.done("limits", "--as-of", today, "--process", "new_business")
    assert "buyer_silence" in printed
    assert "still won by number of pushes" in printed
    file = site.folder / "curves.csv"
    site.done("limits", "--as-of", today, "--curves", "--csv", str(file))
    with file.open() as written:
        points = list(csv.DictReader(written))
    assert {row["clock"] for row in points} == {"stage_limit", "buyer_silence"}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("limits", "--limit", "moon=3d"), 1, "refused: limit: unknown_stage"),
        (("limits", "--process", "moon"), 1, "refused: process: unknown"),
        (("limits", "--limit", "proposal"), 2, "Invalid value for --limit"),
        (("limits", "--limit", "proposal=0d"), 2, "Invalid value for --limit"),
        (("focus", "--within", "soon"), 2, "Invalid value for --within"),
        (("focus", "--within", "0d"), 2, "Invalid value for --within"),
        (("focus", "--as-of", "someday"), 2, "Invalid value for --as-of"),
    ],
)
def test_what_makes_no_sense_is_refused(
    market: tuple[Site, str], words: tuple[str, ...], code: int, said: str
) -> None:
    found = market[0].run(*words)
    assert found.exit_code == code
    assert said in found.stderr


@pytest.fixture
def small(tmp_path: Path) -> Iterator[tuple[Site, Ledger]]:
    """A ledger with nothing in it yet."""
    site = make_site(tmp_path)
    ledger = ledger_of(site)
    yield site, ledger
    ledger.close()


def test_an_empty_ledger_says_so(small: tuple[Site, Ledger]) -> None:
    site, _ = small
    for show in SHOWS:
        assert "nothing to" in site.done("focus", "--show", show)
        assert json.loads(site.done("focus", "--show", show, "--json"))["show"] == show
    assert "nothing to learn from" in site.done("limits")
    assert site.told("limits") == []


def test_all_open_all_won_and_no_amounts_are_told_as_they_are(small: tuple[Site, Ledger]) -> None:
    site, ledger = small
    ledger.record(Story("o-1").batch())
    when = ("--as-of", "2026-01-06T09:00:00Z")
    for show in SHOWS:
        site.done("focus", "--show", show, *when)
    (row,) = site.told("focus", *when)["rows"]
    assert (row["worth"], row["expected"], row["hours"], row["verdict"]) == (None,) * 3 + (
        "unknown",
    )
    then = site.told("focus", "--show", "closing", *when)["rows"]
    now = site.told("focus", "--show", "closing")["rows"]  # the ledger's own deadline
    assert [(r["deadline"], r["clock"]) for r in then] == [(r["deadline"], r["clock"]) for r in now]
    assert len(now) == 1
    assert "No hours were logged" in site.done("focus", "--show", "effort", *when)
    assert "1 no_amount" in site.done("focus", *when)
    (study,) = site.told("limits", *when)
    assert {each["verdict"] for each in study["recommended"]} == {"not_enough"}

    story = Story("o-1")
    proof = {"kind": "signed_contract", "reference": "c-1"}
    story.say("record_purchase", evidence=proof, reasons=["value"], origin="buyer")
    assert story.state.outcome
    ledger.record(story.batch())
    assert "Nothing is open" in site.done("focus", *when)
    for show in SHOWS:
        assert "nan" not in site.done("focus", "--show", show, *when)
    assert "not enough to say" in site.done("limits", *when)
