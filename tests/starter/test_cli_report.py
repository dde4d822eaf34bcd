"""`closeline report` writes one page from the ledger, and says in a line why if it cannot."""

import json
from pathlib import Path

import pytest

from ledger.ledger import Ledger
from tests.insight.reading_pages import document
from tests.ledger.story import NOW, Story
from tests.starter.conftest import Site, make_site

AS_OF = "2026-03-01"


@pytest.fixture
def alone(tmp_path: Path) -> Site:
    """A site where nothing runs, with a ledger in which little is known."""
    site = make_site(tmp_path)
    (tmp_path / "data").mkdir()
    ledger = Ledger(f"sqlite:///{tmp_path / 'data' / 'ledger.db'}")
    ledger.migrate()
    for number in range(3):
        story = Story(f"o-{number}", amount={"amount": "1000.00", "currency": "EUR"})
        ledger.record(story.batch())
    ledger.close()
    return site


def test_the_page_is_written_and_its_sentences_are_said(alone: Site) -> None:
    file = alone.folder / "report.html"
    said = alone.done("report", "--html", str(file), "--as-of", AS_OF)
    page = document(file.read_text(encoding="utf-8"))
    leads = [each.text for each in page.of("p") if each.attributes.get("class") == "lead"]
    assert page.of("h1")[0].text == "Sales report 2026-Q1"
    assert len(leads) == len(said.splitlines())
    assert all(lead in said for lead in leads)

    told = json.loads(alone.done("report", "--html", str(file), "--as-of", AS_OF, "--json"))
    assert [each["lead"] for each in told] == leads
    assert file.read_text(encoding="utf-8").count("<section") == len(told)


def test_the_same_instant_writes_the_same_bytes(alone: Site) -> None:
    files = [alone.folder / name for name in ("one.html", "other.html")]
    for file in files:
        alone.done("report", "--html", str(file), "--as-of", AS_OF, "--period", "2026-02")
    assert files[0].read_bytes() == files[1].read_bytes()
    assert NOW.strftime("%H:%M:%S") not in files[0].read_text(encoding="utf-8")


def test_what_cannot_be_done_is_said_in_a_line(alone: Site) -> None:
    file = str(alone.folder / "report.html")
    assert alone.refused("report", "--html", file, "--period", "soon").startswith(
        "refused: period: not_a_period"
    )
    nowhere = str(alone.folder / "no" / "such" / "folder.html")
    assert alone.refused("report", "--html", nowhere).startswith("refused: html: not_writable")
    assert alone.run("report", "--html", file, "--as-of", "soon").exit_code == 2
    assert not Path(file).exists()
