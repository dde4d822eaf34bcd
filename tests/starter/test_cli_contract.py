"""`closeline account contract` and `closeline retention`, as people use them."""

import csv
from pathlib import Path
from typing import Any, Final

import pytest

from ledger.batch import Batch
from ledger.ledger import Ledger
from tests.insight.test_retention import amended, customer, gone
from tests.sales.contracts_world import euros
from tests.starter.conftest import Site, make_site

MONEY: Final = ("--recurring", "12000.00", "--currency", "EUR")


def test_a_contract_from_its_record_to_its_notice(site: Site) -> None:
    site.done("account", "open", "terms", "--name", "Terms")

    def say(command: str, *more: str) -> Any:
        return site.told("account", "contract", command, "terms", *more)

    dated = ("--start", "2035-01-01", "--end", "2035-12-31", "--notice", "60d", "--auto-renew")
    assert say("record", "c7", *dated, *MONEY, "--product", "Lifts")["accepted"]
    assert say("record", "c8", "--start", "2034-01-01", "--length", "3mo")["accepted"]
    first, second = say("list")
    assert (first["contract"], first["end"], first["renewal"]) == ("c8", "2034-03-31", "to come")
    assert (second["recurring"], second["decided_by"]) == (
        "12000.00",
        "2035-11-01T23:59:59.999999Z",
    )
    assert second["launches_at"].startswith("2035-06-04")
    say("amend", "c7", "--recurring", "12500.00", "--currency", "EUR", "--escalated")
    say("end", "c7", "--reason", "low_usage", "--by-seller")
    assert say("list")[1]["renewal"] == "ends (low_usage)"
    say("amend", "c7", "--keep")
    page = site.done("account", "contract", "list", "terms").splitlines()
    assert page[0].split()[:4] == ["contract", "term", "start", "end"]
    assert "12500.00" in page[2]
    told = site.refused("account", "contract", "record", "terms", "c7", *dated)
    assert told.startswith("refused: contract_id: recorded_already")
    told = site.refused("account", "contract", "end", "terms", "c9", "--reason", "price")
    assert told.startswith("refused: contract_id: unknown_contract")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site without a server, whose ledger holds three customers."""
    site = make_site(tmp_path_factory.mktemp("retention"))
    (site.folder / "data").mkdir()
    sums = {"a1": 500, "a2": 410, "a3": 90}
    kept, less, left = (customer(id=id, recurring=euros(sum_)) for id, sum_ in sums.items())
    kept.say("amend", segment="industry")
    amended(kept, "2026-05-01", 680)
    amended(less, "2026-06-01", 350)
    gone(left, "2026-09-30")
    ledger = Ledger(f"sqlite:///{site.folder / 'data' / 'ledger.db'}")
    ledger.migrate()
    for each in (kept, less, left):
        ledger.record(Batch("account", each.state.id, "run", tuple(each.facts)))
    ledger.close()
    return site


YEAR: Final = ("--period", "2026", "--as-of", "2027-01-10T00:00:00Z")


def test_retention_is_one_screen_and_adds_up(desk: Site, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    page = desk.done("retention", *YEAR, "--cohorts", "year", "--csv", str(file))
    assert len(page.splitlines()) < 25
    assert "85.0 %" in page
    assert "103.0 %" in page
    assert "66.7 % of 3 customers kept" in page
    assert "Up for renewal" not in page
    assert "2 / 103.0 %" in page
    (row,) = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    assert [row[name] for name in ("start", "expansion", "contraction", "churn", "end")] == [
        *("1000", "180", "-60", "-90", "1030"),
    ]
    told = desk.told("retention", *YEAR, "--by", "segment")
    assert [(each["group"], each["grr"]) for each in told["flows"]] == [
        ("industry", 1.0),
        (None, 0.7),
    ]
    assert told["notes"] == []


def test_a_period_is_checked_and_nothing_is_made_of_nothing(desk: Site) -> None:
    assert desk.refused("retention", "--period", "soon").startswith("refused: period: not_a_period")
    before = ("--since", "2026-05-01", "--until", "2026-04-01")
    assert desk.refused("retention", *before).startswith("refused: until: before_since")
    assert desk.run("retention", "--period", "2026", "--since", "2026-01-01").exit_code == 2
    assert desk.done("retention", "--period", "2019").strip() == "no contract ran in that time"
    told = desk.told("retention", "--since", "2026-04-01T00:00:00Z", "--until", "2026-05-31")
    assert told["flows"][0]["nrr"] == 1.18
    assert told["until"] == "2026-06-01T00:00:00Z"
