"""`closeline win-loss`, over a market that a seed made: what it shows, says and writes."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from insight.win_loss.attributes import NAMES
from ledger.batch import Batch
from ledger.ledger import Ledger
from processes import library
from simulation.market import Market
from starter.insight.win_loss_pages import SECTIONS
from tests.starter.conftest import Site, make_site

MANY = 120


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site without a server, whose ledger holds a market."""
    site = make_site(tmp_path_factory.mktemp("market"))
    (site.folder / "data").mkdir()
    ledger = Ledger(f"sqlite:///{site.folder / 'data' / 'ledger.db'}")
    ledger.migrate()
    market = Market(3, library())
    ledger.record_many(
        [
            Batch("opportunity", script.id, "simulation", tuple(facts), script.start.process)
            for script, facts in market.lives(MANY)
        ]
    )
    ledger.close()
    return site


@pytest.fixture
def empty(tmp_path: Path) -> Site:
    """A site whose ledger is empty."""
    site = make_site(tmp_path)
    (tmp_path / "data").mkdir()
    ledger = Ledger(f"sqlite:///{tmp_path / 'data' / 'ledger.db'}")
    ledger.migrate()
    ledger.close()
    return site


def win_loss(desk: Site, *more: str) -> Any:
    return desk.told("win-loss", *more)


def test_the_overview_fits_a_screen_and_names_every_rate_with_its_size(desk: Site) -> None:
    page = desk.done("win-loss")
    assert len(page.splitlines()) <= 60
    assert len([line for line in page.splitlines() if line]) > 20
    for name in ("decided", "resolved", "cohort", "value", "pursuit"):
        (line,) = [line for line in page.splitlines() if line.startswith(f"{name} ")][:1]
        assert "%" in line
    assert "sums are in EUR, USD, and the calendar names no base currency" in page


def test_as_json_it_is_everything(desk: Site) -> None:
    told = win_loss(desk)
    assert (told["ended"] + told["open"] + told["left_out"]) == MANY
    assert {each["name"] for each in told["rates"]} == {"decided", "resolved", "cohort", "value"}
    assert {each["currency"] for each in told["rates"] if each["name"] == "value"} == {"EUR", "USD"}
    assert told["horizon"][0]["days"] == 30
    assert win_loss(desk, "--horizon", "7")["horizon"][0]["days"] == 7
    assert win_loss(desk, "--least", "100")["separation"]["reason"].startswith("too few have ended")


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_is_shown_and_written(desk: Site, tmp_path: Path, section: str) -> None:
    file = tmp_path / "rows.csv"
    page = desk.done("win-loss", "--section", section, "--csv", str(file))
    assert page.strip()
    assert "nan" not in page.lower().replace("finance", "")
    with file.open(newline="", encoding="utf-8") as lines:
        rows = [*csv.DictReader(lines)]
    assert rows
    assert "nan" not in {value for row in rows for value in row.values()}


def test_every_attribute_can_be_asked_for_and_adds_up(desk: Site) -> None:
    ended = win_loss(desk)["ended"]
    for name in ("owner", "champion", "plan", "with_champion", "competitor", "stage", "month"):
        assert name in NAMES
        assert sum(each["n"] for each in win_loss(desk, "--by", name)) == ended
    owners = desk.done("win-loss", "--by", "owner")
    assert "shrunken" in owners


def test_a_window_and_an_instant_count_only_what_lies_in_them(desk: Site) -> None:
    whole = win_loss(desk)
    before = win_loss(desk, "--until", "2024-02-29")
    behind = win_loss(desk, "--since", "2024-03-01")
    assert before["ended"] + behind["ended"] == whole["ended"]
    assert 0 < before["ended"] < whole["ended"]
    assert before["until"] == "2024-02-29T23:59:59.999999Z"
    assert behind["since"] == "2024-03-01T00:00:00Z"
    then = win_loss(desk, "--as-of", "2024-02-29")
    assert (then["ended"], then["until"]) == (before["ended"], before["until"])


def test_base_currency_and_rates_make_one_value_of_them(desk: Site, tmp_path: Path) -> None:
    site = copied(desk, tmp_path)
    site.done("calendar", "set", "--base-currency", "EUR")
    site.done("rate", "set", "USD", "0.5", "--from", "2020-01-01")
    (value,) = [each for each in win_loss(site)["rates"] if each["name"] == "value"]
    parts = {e["currency"]: e["share"] for e in win_loss(desk)["rates"] if e["name"] == "value"}
    for name in ("part", "n"):
        both = parts["EUR"][name] + 0.5 * parts["USD"][name]
        assert (value["currency"], value["share"][name]) == ("EUR", pytest.approx(both))


def test_an_empty_ledger_is_said_to_be_empty(empty: Site) -> None:
    page = empty.done("win-loss")
    assert page.startswith("the ledger holds no opportunity that was known then")
    told = win_loss(empty)
    json.dumps(told, allow_nan=False)
    assert {each["share"]["rate"] for each in told["rates"]} == {None}
    assert empty.done("win-loss", "--by", "owner")
    for section in SECTIONS:
        empty.done("win-loss", "--section", section)


def test_wrong_usage_ends_with_two_and_says_what_there_is(desk: Site) -> None:
    for said in (("--by", "colour"), ("--since", "soon"), ("--as-of", "soon"), ("--section", "x")):
        assert desk.run("win-loss", *said).exit_code == 2
    assert "champion" in desk.run("win-loss", "--by", "colour").output


def test_interviews_are_asked_for_recorded_listed_and_compared(desk: Site, tmp_path: Path) -> None:
    site = copied(desk, tmp_path)
    lost = [r for r in rows(site) if r["outcome"] == "lost" and r["reason"] != "not_stated"][:3]
    ids = [row["id"] for row in lost]
    file = tmp_path / "asked.csv"
    file.write_text(
        "\n".join(["opportunity,of", *(f"{id_},champion" for id_ in ids), "nobody,kim"])
    )
    told = json.loads(site.run("interview", "import", str(file), "--json").stdout)
    assert (told["changed"], told["rejects"][0]["rule"]) == (3, "unknown_opportunity")
    asked = site.told("interview", "ask", ids[0], "--of", "kim", "--why", "to learn")
    assert (asked["interview"], asked["of"]) == (ids[0], "kim")
    for row in lost[:2]:
        said = ("--reason", row["reason"], "--verbatim", "As we said.", "--decision-maker", "kim")
        site.done("interview", "record", row["id"], *said)
    assert "reasons: unknown_reason" in site.refused(
        "interview", "record", ids[2], "--reason", "the_moon"
    )
    assert [row["opportunity"] for row in site.told("interview", "list", "--waiting")] == [ids[2]]
    first = site.told("interview", "list")[0]
    assert first["buyer"] == first["recorded"] is not None
    voices = win_loss(site)["voices"]
    assert (voices["asked"], voices["answered"], voices["primary"]["part"]) == (3, 2, 2)
    page = site.done("win-loss", "--section", "reasons")
    assert "3 were asked and 2 have answered" in page
    assert "of 2 compared 100.0 % agree in the primary reason" in page
    site.done("interview", "erase", ids[0], "--actor", "privacy")
    assert "As we said." not in site.done("interview", "list", "--json").split(ids[1])[0]


def rows(site: Site) -> list[dict[str, Any]]:
    ledger = Ledger(f"sqlite:///{site.folder / 'data' / 'ledger.db'}")
    found = [{"id": r.id, "outcome": r.outcome, "reason": r.reason} for r in ledger.opportunities()]
    ledger.close()
    return found


def copied(desk: Site, folder: Path) -> Site:
    """The same ledger, free to be written to."""
    site = make_site(folder)
    (folder / "data").mkdir()
    source = (desk.folder / "data" / "ledger.db").read_bytes()
    (folder / "data" / "ledger.db").write_bytes(source)
    return site
