"""`closeline account commitment` and `closeline attainment`, as people use them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from ledger.ledger import Ledger
from tests.starter.conftest import Site, until

WHO: Final = ("--actor", "jane", "--note", "as Kim asked")


@pytest.fixture
def account(site: Site, request: pytest.FixtureRequest) -> str:
    id = request.node.name[:60]
    site.done("account", "open", id, "--name", "Acme")
    return str(id)


@pytest.fixture
def say(site: Site, account: str) -> Callable[..., Any]:
    def said(command: str, *more: str) -> Any:
        return site.told("account", "commitment", command, account, *more)

    return said


def test_a_commitment_from_its_making_to_its_end(
    site: Site, account: str, say: Callable[..., Any], tmp_path: Path
) -> None:
    made = say("make", "c7", "--title", "answer their audit", "--level", "urgent")
    assert made["accepted"]
    say("make", "c8", "--title", "a price list", "--due", "2035-01-31", "--no-severe")
    say("make", "c9", "--title", "a second site", "--due", "2035-02-28", "--owner", "kim")
    first, second, third = say("list")
    assert (first["commitment"], first["stands"], first["severe"]) == ("c7", "in time", True)
    assert first["respond_by"] < first["due"]
    assert (second["due"], second["severe"]) == ("2035-01-31T23:59:59.999999Z", False)
    assert third["owner"] == "kim"
    say("respond", "c7")
    say("pause", "c7", "--note", "we wait for them")
    assert [each["stands"] for each in say("list")].count("paused") == 1
    say("resume", "c7")
    say("meet", "c7")
    say("waive", "c8", *WHO)
    assert [each["commitment"] for each in say("list")] == ["c9"]
    page = site.done("account", "commitment", "list", account)
    assert page.splitlines()[0].split()[:3] == ["commitment", "title", "stands"]
    assert "a second site" in page

    asked = ("attainment", "--by", "level", "--account", account)
    rows = until(lambda: site.told(*asked), lambda rows: sum(row["waived"] for row in rows))
    assert [(each["level"], each["clock"], each["attainment"]) for each in rows] == [
        ("by date", "resolve", None),
        ("urgent", "resolve", 1.0),
        ("urgent", "respond", 1.0),
    ]
    assert (rows[0]["waived"], rows[0]["open"]) == (1, 1)
    file = tmp_path / "kept.csv"
    told = site.done(*asked, "--csv", str(file))
    assert told.splitlines()[2].split()[:4] == ["urgent", "resolve", "100.0", "%"]
    assert file.read_text().startswith("level,clock,attainment,low,high,met,breached,waived,open\n")
    months = site.told("attainment", "--by", "month", "--account", account)
    assert {each["open"] for each in months} == {0}
    assert json.loads(site.done(*asked, "--period", "2001-Q1", "--json")) == []
    assert "none was met" in site.done(*asked, "--period", "2001-Q1")


def test_what_a_win_promised_somebody_by_name_is_erased_with_them(
    site: Site, account: str, say: Callable[..., Any], opened: Callable[..., str]
) -> None:
    person, promise = "Zaphira Canary", "Halve the time that Zaphira Canary waits"
    about = ("--stakeholder", f"kim:champion:{person}", "--objective", promise)
    id = opened(*about, account=account)
    signed = ("--evidence", "signed_contract", "--reference", "1")
    site.done("opportunity", "purchase", id, *signed)
    (made,) = until(lambda: say("list"))
    assert (made["title"], made["opportunity"]) == (promise, id)
    plan = ("erase", "kim", "--opportunity", id, "--actor", "privacy-desk")
    steps = until(lambda: site.told(*plan, "--dry-run"), lambda steps: len(steps) == 2)
    assert steps[0]["details"] == [f"commitments.{made['commitment']}"]
    site.told(*plan)
    assert [each["title"] for each in say("list")] == ["[erased]"]
    ledger = Ledger(f"sqlite:///{site.folder / 'data' / 'ledger.db'}")
    try:
        until(lambda: ledger.journal("account", account)[-1].kind == "erased")
        facts = ledger.journal("account", account)
    finally:
        ledger.close()
    kinds = {fact.kind: fact.data for fact in facts}
    assert [*kinds["opportunity_ended"]["promises"].values()] == ["[erased]"]
    assert kinds["commitment_made"]["title"] == "[erased]"


def test_what_cannot_be_is_refused_by_its_field(site: Site, account: str) -> None:
    command = ("account", "commitment")
    said = site.refused(*command, "meet", account, "nothing")
    assert said.startswith("refused: commitment_id: unknown_commitment")
    made = (*command, "make", account, "c1", "--title", "x")
    assert site.refused(*made).startswith("refused: due: required")
    assert site.refused(*made, "--level", "golden").startswith("refused: level: unknown_level")
    assert site.refused(*command, "list", "nobody").startswith("refused: account_id: unknown")
    assert site.refused("attainment", "--period", "soon").startswith("refused: period: not_a")
