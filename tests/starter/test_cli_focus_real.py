"""Where a bank's 9,687 hours went, and what other limits would have saved, where its log is at
hand."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from starter.cli import app
from tests.starter.bank import AT_HAND, bank_ledger

pytestmark = AT_HAND

AS_OF: Final = ("--as-of", "2012-03-14T22:00:00Z")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    found = f"sqlite:///{tmp_path_factory.mktemp('bank') / 'ledger.db'}"
    bank_ledger(found).close()
    return found


def told(url: str, *words: str) -> Any:
    result = CliRunner().invoke(app, [*words, *AS_OF, "--ledger-url", url, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_more_than_half_of_the_hours_went_to_what_did_not_end_in_a_win(url: str) -> None:
    whole, *_ = told(url, "focus", "--show", "effort", "--by", "process")["rows"]
    assert (whole["n"], whole["won"]) == (13_087, 2_246)
    assert whole["hours"] == pytest.approx(9_676, abs=1), "eleven more came behind the ends"
    assert whole["wasted"] == pytest.approx(0.525, abs=0.01)
    assert whole["hours_open"] / whole["hours"] == pytest.approx(0.047, abs=0.005)
    assert whole["per_won_hour"] == pytest.approx(8_510, rel=0.01)


def test_recommended_limits_save_hours_at_the_loss_of_few_wins(url: str) -> None:
    (study,) = told(url, "limits")
    found = {each["stage"]: each for each in study["recommended"]}
    assert [stage for stage, each in found.items() if each["verdict"] == "limit"] == [
        "pre_accepted"
    ]
    again = {each["name"]: each for each in study["replays"]}
    recommended, today = again["recommended"], again["today"]
    assert recommended["wins_cut"] <= 0.005 * recommended["wins"]
    assert recommended["hours_saved"] > today["hours_saved"]
    assert recommended["wins_cut"] < today["wins_cut"]
    assert recommended["saved_on_lost"] > 0.85 * recommended["hours_saved"]
    assert recommended["after"]["brier"] < today["after"]["brier"]


def test_the_work_is_listed_with_what_the_clock_will_close(url: str, tmp_path: Path) -> None:
    found = told(url, "focus", "--most", "5", "--export", str(tmp_path / "segments.csv"))
    assert len(found["rows"]) == 5
    assert found["currency"] == "EUR"
    density = [row["per_hour"] for row in found["rows"]]
    assert density == sorted(density, reverse=True)
    assert all(row["deadline"] and row["action"] for row in found["rows"])
    header, row = (tmp_path / "segments.csv").read_text().splitlines()
    assert header.startswith("process,segment,source,ended,won,rate,low,high")
    assert row.startswith("loan_application,,,12688,2246,0.177,")
