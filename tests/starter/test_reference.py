"""Owners, quotas, rates and the calendar by command: no server is needed, only the ledger."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from insight.reading import past_of
from ledger.ledger import Ledger
from tests.starter.conftest import Site, make_site


@pytest.fixture
def desk(tmp_path: Path) -> Site:
    """A site without a server, whose ledger is empty."""
    site = make_site(tmp_path)
    (tmp_path / "data").mkdir()
    ledger = Ledger(f"sqlite:///{tmp_path / 'data' / 'ledger.db'}")
    ledger.migrate()
    ledger.close()
    return site


def import_(desk: Site, noun: str, *lines: str, dry: bool = False, code: int = 0) -> Any:
    """What the import of a file says of itself."""
    file = desk.folder / f"{noun}.csv"
    file.write_text("\n".join(lines))
    more = ("--dry-run",) if dry else ()
    result = desk.run(noun, "import", str(file), "--json", *more)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def rejects(told: Any) -> list[tuple[int, str, str]]:
    return [(each["row"], each["field"], each["rule"]) for each in told["rejects"]]


def test_an_owner_is_set_and_shown_and_fields_can_be_taken_away(desk: Site) -> None:
    desk.done("owner", "set", "bo", "--name", "Bo Diaz", "--team", "emea")
    said = ("--manager", "bo", "--hours", "32.5", "--team", "emea", "--active-from", "2020-01-01")
    desk.done("owner", "set", "ann", *said)
    assert desk.told("owner", "set", "ann", "--hours", "32.50")["changed"] is False
    desk.done("owner", "set", "ann", "--clear", "team", "--active-until", "2020-12-31")

    ann = desk.told("owner", "show", "ann")
    assert (ann["team"], ann["hours"], ann["active"], ann["sequence"]) == (None, "32.5", False, 2)
    assert desk.told("owner", "show", "bo")["reports"] == ["ann"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("owner", "set", "a b"), "owner: malformed"),
        (("owner", "set", "bo", "--manager", "bo"), "manager: cycle"),
        (("owner", "set", "bo", "--hours", "169"), "hours: too_large"),
        (("owner", "set", "bo", "--active-from", "soon"), "active_from: not_a_date"),
        (("owner", "show", "bo"), "owner: unknown_owner"),
        (("quota", "set", "2027", "--owner", "bo", "--amount", "1"), "owner: unknown_owner"),
        (("quota", "set", "2027", "--amount", "1"), "owner: required"),
        (("quota", "list", "--period", "someday"), "period: not_a_period"),
        (("rate", "set", "USD", "0.9", "--from", "2027-01-01"), "base: required"),
        (("rate", "set", "USD", "0", "--from", "2027-01-01"), "rate: too_small"),
        (("rate", "set", "XXX", "1", "--from", "2027-01-01"), "currency: unknown_currency"),
        (("calendar", "set", "--time-zone", "Mars/Olympus"), "time_zone: unknown_time_zone"),
        (("calendar", "set"), "body: nothing_to_set"),
        (("calendar", "show"), "calendar: not_set"),
        (("imports", "show", "nothing"), "id: unknown_import"),
        (("imports", "undo", "nothing"), "id: unknown_import"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_name(
    desk: Site, said: tuple[str, ...], words: str
) -> None:
    assert desk.refused(*said).startswith(f"refused: {words}")


def test_wrong_usage_ends_with_two(desk: Site) -> None:
    for said in (("owner", "set", "bo", "--clear", "id"), ("quota", "list", "--by", "team")):
        assert desk.run(*said).exit_code == 2


def test_without_a_ledger_it_ends_with_three(tmp_path: Path) -> None:
    assert make_site(tmp_path).run("owner", "set", "bo").exit_code == 3
    assert not (tmp_path / "data").exists()


def test_owners_are_listed_below_their_managers_wherever_they_stand_in_the_file(
    desk: Site,
) -> None:
    told = import_(
        desk,
        "owner",
        *("owner,manager,team,hours,name", "cy,bo,emea,40,", "bo,ann,emea,,Bo", "ann,,,,"),
    )
    assert told == {
        **{"rows": 3, "changed": 3, "already": 0, "rejected": 0, "dry_run": False, "rejects": []}
    }
    table = desk.done("owner", "list").splitlines()
    assert [line.split()[0] for line in table[1:]] == ["ann", "bo", "cy"]
    assert [len(line) - len(line.lstrip()) for line in table[1:]] == [0, 2, 4]
    assert [row["owner"] for row in desk.told("owner", "list", "--team", "emea")] == ["bo", "cy"]


def test_good_rows_land_and_bad_ones_are_rejected_by_name(desk: Site) -> None:
    lines = (
        "owner,manager,team,hours",
        "ann,,emea,40",
        "bo,stranger,,",
        "cy,di,,",
        "di,cy,,",
        "e f,,,",
        "gu,,,a lot",
        "short",
        "",
        "ann,,-,",
    )
    bad = [
        *((3, "manager", "unknown_owner"), (4, "manager", "unknown_owner")),
        *((5, "manager", "unknown_owner"), (6, "owner", "malformed")),
        *((7, "hours", "not_a_decimal"), (8, "row", "column_count")),
    ]
    dry = import_(desk, "owner", *lines, dry=True, code=1)
    assert desk.told("owner", "list") == []
    told = import_(desk, "owner", *lines, code=1)
    assert (told["rows"], told["changed"], told["rejected"]) == (8, 2, 6)
    assert rejects(told) == rejects(dry) == bad
    (ann,) = desk.told("owner", "list")
    assert (ann["team"], ann["sequence"]) == (None, 2)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("owner,boss", "header: unknown_field"),
        ("owner,team,team", "header: defined_twice"),
        ("name", "header: required"),
        ("", "header: required"),
    ],
)
def test_a_file_with_another_header_is_refused(desk: Site, header: str, words: str) -> None:
    file = desk.folder / "owners.csv"
    file.write_text(header)
    assert words in desk.refused("owner", "import", str(file))
    assert "file: unreadable" in desk.refused("owner", "import", str(desk.folder))


def test_quotas_are_set_imported_and_rolled_up(desk: Site) -> None:
    import_(desk, "owner", "owner,manager,team,territory", "bo,,emea,north", "ann,bo,emea,south")
    desk.done("quota", "set", "2027-Q3", "--team", "emea", "--amount", "900", "--currency", "EUR")
    told = import_(
        desk,
        "quota",
        *("owner,team,period,amount,currency", "bo,,2027-Q3,250.50,EUR", "ann,,2027-07,50,EUR"),
        *("ann,,2027-08,60,USD", "ann,,2027-09,99999999999999999999,EUR"),
        code=1,
    )
    assert rejects(told) == [(5, "amount", "too_large")]

    rows = desk.told("quota", "list", "--period", "2027-Q3")
    assert [(r["whose"], r["currency"], r["own"], r["below"], r["whole"]) for r in rows] == [
        ("bo", "EUR", "250.50", "50", False),
        ("bo", "USD", None, "60", False),
        ("ann", "EUR", "50", None, False),
        ("ann", "USD", "60", None, False),
    ]
    team = desk.told("quota", "list", "--period", "2027-Q3", "--by", "team")
    assert [(row["own"], row["below"]) for row in team] == [("900", "300.50"), (None, "60")]
    assert "  ann" in desk.done("quota", "list", "--period", "2027-07")
    desk.done("quota", "set", "2027-Q3", "--owner", "bo", "--void")
    assert [row["owner"] for row in desk.told("quota", "list")] == ["ann", "ann", None]


def test_the_calendar_says_which_days_and_which_money(desk: Site) -> None:
    said = ("--time-zone", "Europe/Berlin", "--base-currency", "EUR", "--year-starts", "4")
    desk.done("calendar", "set", *said)
    assert desk.told("calendar", "show") == {
        **{"time_zone": "Europe/Berlin", "base_currency": "EUR"},
        **{"year_starts": 4, "year_named": "start", "country": None, "subdivision": None},
    }
    desk.done("owner", "set", "bo")
    desk.done("quota", "set", "2027-Q1", "--owner", "bo", "--amount", "1", "--currency", "EUR")
    (quota,) = desk.told("quota", "list")
    assert (quota["first"], quota["last"]) == ("2027-04-01", "2027-06-30")
    assert desk.told("rate", "set", "USD", "0.9", "--from", "2027-01-01")["base"] == "EUR"


def test_the_calendar_holds_the_holidays_of_a_country_for_the_forecast(desk: Site) -> None:
    said = desk.told("calendar", "set", "--country", "DE", "--subdivision", "BY")
    assert "2026-01-06" in said["holidays"]["days"]  # a day of Bavaria's
    shown = desk.told("calendar", "show")
    assert (shown["country"], shown["subdivision"]) == ("DE", "BY")
    ledger = Ledger(f"sqlite:///{desk.folder / 'data' / 'ledger.db'}")
    assert np.datetime64("2026-01-06") in past_of(ledger).holidays
    ledger.close()
    unknown = desk.refused("calendar", "set", "--country", "XX")
    assert "holidays.country: unknown_country" in unknown


def test_rates_are_listed_as_they_are_known_now_with_their_corrections(desk: Site) -> None:
    lines = ("currency,rate,valid_from,base", "USD,0.9,2027-01-01,EUR", "GBP,1.2,2027-01-01,EUR")
    import_(desk, "rate", *lines)
    desk.done("rate", "set", "USD", "0.91", "--from", "2027-01-01", "--base", "EUR")
    assert desk.told("rate", "list", "--currency", "USD") == [
        {
            **{"id": "USD:EUR:2027-01-01", "sequence": 2, "corrections": 1},
            **{"currency": "USD", "base": "EUR", "valid_from": "2027-01-01", "rate": "0.91"},
        }
    ]
    assert len(desk.told("rate", "list", "--currency", "EUR")) == 2
    assert import_(desk, "rate", lines[0], lines[2])["already"] == 1
