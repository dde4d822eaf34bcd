"""The forecast and what people judge of it, by command: only the ledger is needed."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from ledger.ledger import Ledger
from sales.owner import SetOwner
from tests.ledger.story import NOW, Story
from tests.starter.conftest import Site, make_site

AS_OF = ("--as-of", "2026-01-31", "--period", "2026-Q1")
SIGNED = ("--actor", "ann", "--reason", "heard so")


@pytest.fixture
def desk(tmp_path: Path) -> Site:
    """A site without a server, whose ledger knows three opportunities and two owners."""
    site = make_site(tmp_path)
    (tmp_path / "data").mkdir()
    ledger = Ledger(f"sqlite:///{tmp_path / 'data' / 'ledger.db'}")
    ledger.migrate()
    won = Story("won", owner="bo", amount={"amount": "60.50", "currency": "EUR"})
    proof = {"kind": "signed_contract", "reference": "C-1"}
    won.say("record_purchase", evidence=proof, reasons=["value"])
    said: dict[str, Any] = {
        "close_date": "2026-03-01",
        "amount": {"amount": "2000.00", "currency": "EUR"},
    }
    stories = (won, Story("o-1", owner="bo", **said), Story("o-2", owner="cy"))
    ledger.record_many([each.batch() for each in stories])
    ledger.enter([SetOwner(owner="ann"), SetOwner(owner="bo", manager="ann")], NOW)
    ledger.close()
    return site


def test_one_screen_tells_the_number_its_range_what_it_is_made_of_and_the_quota(
    desk: Site,
) -> None:
    quota = ("quota", "set", "2026-Q1", "--owner", "ann", "--amount", "1000", "--currency", "EUR")
    desk.done(*quota)
    page = desk.done("forecast", *AS_OF)
    lines = page.splitlines()
    assert lines[0].startswith("Forecast 2026-Q1: 2026-01-01 to 2026-03-31, as of 2026-01-31")
    assert lines[1].startswith("Too few ends to learn from (1 won, 0 not; ")
    first = {line.split()[0]: line for line in lines if line}
    assert "(P10)" in first["range"]
    assert "60.50 closed" in first["made"]
    assert "1,000.00, 6% of it closed, 939.50 to go, covered 2.1 times" in first["quota"]
    assert first["pipeline"].split()[:4] == ["pipeline", "1", "2,000.00", "2,060.50"]
    assert "without an amount: 1, of these 0 open in the period" in page


def test_it_is_told_by_group_for_programs_and_for_spreadsheets(desk: Site) -> None:
    file = desk.folder / "forecast.csv"
    told = desk.told("forecast", "show", *AS_OF, "--by", "manager", "--csv", str(file))
    found = told["forecast"]
    assert [(line["whose"], line["depth"], line["currency"]) for line in found["lines"]] == [
        *(("ann", 0, "EUR"), ("bo", 1, "EUR"), ("cy", 0, None)),
    ]
    (euro, _) = found["whole"]
    assert euro["columns"]["single"]["closed"] == {"n": 1, "amount": "60.50"}
    assert euro["columns"]["cumulative"]["pipeline"] == "2060.50"
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert [row["whose"] for row in rows] == ["", "", "ann", "bo", "cy"]
    assert rows[0]["pipeline"] == "2000.00"
    assert "  bo" in desk.done("forecast", *AS_OF, "--by", "manager")


def test_every_opportunity_has_chances_that_add_up_to_one(desk: Site) -> None:
    each = desk.told("forecast", "show", *AS_OF, "--each")["forecast"]["opportunities"]
    assert {row["id"] for row in each} == {"o-1", "o-2"}
    for row in each:
        assert sum(row[name] for name in row if name.startswith("p_")) == pytest.approx(1)
    assert "p_expired" in desk.done("forecast", *AS_OF, "--each")


def test_a_scenario_is_shown_beside_what_it_changes(desk: Site) -> None:
    file = desk.folder / "scenario.toml"
    file.write_text('[o-1]\namount = "3000.00"\n\n[o-2]\noutcome = "lost"\n')
    told = desk.told("forecast", *AS_OF, "--scenario", str(file), "--assume", "o-1=won")
    (euro, *_) = told["difference"]
    assert euro["columns"]["single"]["closed"] == {"n": 1, "amount": "3000.00"}
    assert euro["columns"]["single"]["pipeline"] == {"n": -1, "amount": "-2000.00"}
    with_, without = told["forecast"]["whole"][0], told["without"]["whole"][0]
    assert with_["columns"]["single"]["closed"]["amount"] == "3060.50"
    assert without["columns"]["single"]["closed"]["amount"] == "60.50"
    page = desk.done("forecast", *AS_OF, "--assume", "o-1=10%", "--assume", "o-2=700 EUR")
    assert "What the assumptions change" in page


def test_a_quota_can_be_tried_out(desk: Site) -> None:
    told = desk.told("forecast", *AS_OF, "--quota", "60.50 EUR")["forecast"]["whole"][0]
    assert (told["against"]["quota"], told["against"]["chance"]) == ("60.50", 1.0)


def test_a_category_and_a_submission_count_until_they_are_taken_back(desk: Site) -> None:
    said = ("forecast", "override", "o-1", "commit", "--until", "2190-01-01", *SIGNED)
    assert desk.told(*said)["category"] == "commit"
    assert desk.told(*said)["changed"] is False
    sums = ("--amount", "900.00", "--currency", "EUR")
    desk.done("forecast", "submit", "2190-Q1", "--owner", "ann", *sums, *SIGNED)

    rows = desk.told("forecast", "judgements")
    assert [(row["standing"], row["about"], row["what"]) for row in rows] == [
        ("counts", "ann 2190-Q1", "900.00 EUR"),
        ("counts", "o-1", "commit"),
    ]
    now = desk.told("forecast", "--period", "2026-Q1")["forecast"]["whole"][0]
    then = desk.told("forecast", *AS_OF)["forecast"]["whole"][0]
    assert now["columns"]["single"]["commit"]["n"] == 1
    assert then["columns"]["single"]["commit"]["n"] == 0  # nobody had said so yet
    coming = desk.told("forecast", "--period", "2190-Q1")["forecast"]["whole"][0]
    assert coming["submitted"] == {"amount": "900.00", "by": "ann", "reason": "heard so"}

    desk.done("forecast", "override", "o-1", "--void", "--actor", "ann")
    assert len(desk.told("forecast", "judgements")) == 1
    assert [row["standing"] for row in desk.told("forecast", "judgements", "--all")] == [
        *("void", "counts")
    ]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("--period", "someday"), "period: not_a_period"),
        (("--in", "XXX"), "in.currency: unknown_currency"),
        (("--quota", "much"), "quota.amount: not_a_decimal"),
        (("--quota", "5"), "quota: currency_required"),
        (("--assume", "o-1"), "assume: malformed"),
        (("--assume", "o 1=won"), "assume: malformed"),
        (("--assume", "o-1=soon"), "o-1.amount: not_a_decimal"),
        (("--assume", "o-1=5 XXX"), "o-1.currency: unknown_currency"),
        (("--assume", "o-1=200%"), "o-1.chance: too_large"),
        (("--assume", "o-2=5"), "assume: currency_required"),
        (("--assume", "won=lost"), "assume: not_open"),
        (("--scenario", "nowhere.toml"), "scenario: unreadable"),
        (("override", "o-9", "commit", "--until", "2190-01-01", *SIGNED), "opportunity: unknown"),
        (("override", "o-1", "commit", "--until", "2190-01-01"), "actor: required"),
        (("override", "o-1", "commit", "--until", "2020-01-01", *SIGNED), "until: in_the_past"),
        (("submit", "2190-Q1", "--owner", "x", "--currency", "EUR", *SIGNED), "owner: unknown"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_name(
    desk: Site, said: tuple[str, ...], words: str
) -> None:
    assert desk.refused("forecast", *said).startswith(f"refused: {words}")


def test_a_file_that_assumes_nonsense_is_refused(desk: Site) -> None:
    file = desk.folder / "scenario.toml"
    for text, words in (("x = 1", "scenario: not_a_table"), ("[o-1]\nluck = 1", "o-1.luck")):
        file.write_text(text)
        assert words in desk.refused("forecast", "--scenario", str(file))


def test_an_empty_ledger_says_so(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    (tmp_path / "data").mkdir()
    ledger = Ledger(f"sqlite:///{tmp_path / 'data' / 'ledger.db'}")
    ledger.migrate()
    ledger.close()
    page = site.done("forecast")
    assert "Nothing was won in the period, and nothing is open." in page
    told = site.told("forecast", "--by", "team", "--each")["forecast"]
    assert (told["whole"], told["lines"], told["opportunities"]) == ([], [], [])
    assert "NaN" not in json.dumps(told)
