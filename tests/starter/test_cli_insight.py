"""Snapshots, bridges and accuracy by command: no server is needed, only the ledger."""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from insight.forecast.forecasting import Ground
from insight.learned import Learned
from sales.calendar import Period
from tests.insight.market import AS_OF, DAY, go_on, market, submit
from tests.insight.stand_in import stand_in
from tests.starter.conftest import Site, make_site

FRIDAY = "2024-03-01T08:00:00Z"


def learn(_on: Ground, _periods: Sequence[Period]) -> Learned:
    return stand_in(0.004, 100.0)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site without a server, whose ledger holds a market that is over and four snapshots."""
    folder = tmp_path_factory.mktemp("desk")
    site = make_site(folder)
    (folder / "data").mkdir()
    ledger = market(folder / "data" / "ledger.db")
    submit(ledger, AS_OF - DAY, "150000")
    go_on(ledger)
    ledger.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("insight.snapshots.taking.learn", learn)
        site.done("snapshot", "take", "--as-of", FRIDAY)
        site.done("snapshot", "take", "--as-of", "2024-02-01", "--name", "ground hog")
        for day in (10, 20):
            site.done("snapshot", "take", "--as-of", f"2024-03-{day}")
        yield site


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def test_a_snapshot_is_taken_once_and_says_so_when_it_is_there(desk: Site) -> None:
    told = desk.told("snapshot", "take", "--as-of", FRIDAY)
    assert (told["name"], told["new"]) == (FRIDAY, False)
    listed = desk.told("snapshot", "list")
    assert [each["name"] for each in listed] == [
        *("ground hog", FRIDAY, "2024-03-10T22:59:59Z", "2024-03-20T22:59:59Z"),
    ]
    assert all(each["retroactive"] for each in listed)
    said = desk.refused("snapshot", "take", "--as-of", "2099-01-01")
    assert said.startswith("refused: as_of: in_the_future")


def test_a_snapshot_is_shown_and_its_opportunities_are_a_file(desk: Site, tmp_path: Path) -> None:
    items, sheet = tmp_path / "items.parquet", tmp_path / "said.csv"
    page = desk.done("snapshot", "show", FRIDAY, "--items", str(items), "--csv", str(sheet))
    assert "judge:boss" in page
    told = desk.told("snapshot", "show", FRIDAY)
    assert pq.read_table(items).num_rows == told["count"] > 20
    assert len(rows(sheet)) == len(told["said"])
    assert desk.refused("snapshot", "show", "none") == (
        "refused: name: unknown_snapshot (there is none of the name 'none')"
    )


def test_a_bridge_leads_from_a_snapshot_to_a_day_and_adds_up(desk: Site, tmp_path: Path) -> None:
    sheet = tmp_path / "bridge.csv"
    ask = ("bridge", FRIDAY, "2024-03-31", "--period", "2024-Q1", "--by", "segment")
    told = desk.told(*ask)
    assert told["before"] == {"as_of": FRIDAY, "snapshot": FRIDAY}
    assert told["after"]["snapshot"] is None
    page = desk.run(*ask, "--csv", str(sheet))
    assert page.exit_code == 0
    assert "Currencies are never added up" in page.stderr
    written = rows(sheet)
    assert {"segment", "currency", "line", "n", "amount"} == written[0].keys()
    assert len(written) == sum(len(each["lines"]) + 2 for each in told["bridges"])
    (one, *_) = (each for each in told["bridges"] if len(each["lines"]) > 2)
    sums = [float(line["amount"]) for line in (one["opening"], *one["lines"])]
    assert sum(sums) == pytest.approx(float(one["closing"]["amount"]))


def test_a_bridge_between_snapshots_is_the_one_between_their_moments(desk: Site) -> None:
    kept = desk.told("bridge", FRIDAY, "2024-03-20T22:59:59Z", "--period", "2024-03")
    made = desk.told("bridge", "2024-03-01T09:00:00+01:00", "2024-03-20", "--period", "2024-03")
    assert kept["bridges"] == made["bridges"] != []


def test_a_bridge_in_one_currency_says_what_has_no_rate(desk: Site) -> None:
    ask = ("bridge", FRIDAY, "--as-of", "2024-03-31")
    apart = {each["currency"]: each["opening"] for each in desk.told(*ask)["bridges"]}
    told = desk.told(*ask, "--in", "EUR")
    (one,) = told["bridges"]
    assert one["currency"] == "EUR"
    both = float(apart["EUR"]["amount"]) + 0.9 * float(apart["USD"]["amount"])
    assert float(one["opening"]["amount"]) == pytest.approx(both, abs=0.01)
    without = desk.told(*ask, "--in", "JPY")
    assert without["bridges"] == []
    assert "no rate to JPY" in without["notes"][0]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (("soon",), "from: unknown_moment ('soon' is neither a snapshot nor a day nor an instant)"),
        (("2024-03-02", "2024-03-01"), "to: before_from"),
        (("2024-03-01", "--period", "spring"), "period: not_a_period"),
        (("2024-03-01", "--in", "money"), "in.currency: unknown_currency"),
    ],
)
def test_what_is_no_bridge_is_refused(desk: Site, ask: tuple[str, ...], words: str) -> None:
    assert desk.refused("bridge", *ask).startswith(f"refused: {words}")


def test_accuracy_shows_every_forecaster_beside_the_others(desk: Site, tmp_path: Path) -> None:
    sheet = tmp_path / "scores.csv"
    told = desk.told("accuracy", "--as-of", "2024-06-10", "--csv", str(sheet))
    assert {each["forecaster"] for each in told["revenue"]} >= {"learned", "judge:boss", "run_rate"}
    assert {each["of"] for each in rows(sheet)} == {"chances", "sums", "categories"}
    page = desk.run("accuracy", "--as-of", "2024-06-10", "--by", "segment", "--calibration")
    assert page.exit_code == 0
    titles = [line for line in page.stdout.splitlines() if line in TITLES]
    assert titles == TITLES
    assert "only the periods count as independent" in page.stderr


TITLES = ["chances", "sums", "categories", "calibration"]


def test_accuracy_of_a_time_before_any_period_was_over_is_a_sentence(desk: Site) -> None:
    page = desk.run("accuracy", "--as-of", "2024-02-05")
    assert (page.exit_code, page.stdout) == (0, "")
    assert page.stderr.startswith("No period is over yet: the first of them, 2024-02")


def test_nothing_at_all_is_a_sentence_too(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    (tmp_path / "data").mkdir()
    market_less(tmp_path / "data" / "ledger.db")
    assert site.done("snapshot", "list") == "none\n"
    assert site.done("bridge", "2024-01-01") == "none\n"
    assert site.run("accuracy").stderr.startswith("No snapshot was taken yet")
    assert json.loads(site.run("accuracy", "--json").stdout)["chances"] == []


def market_less(file: Path) -> Any:
    from ledger.ledger import Ledger

    ledger = Ledger(f"sqlite:///{file}")
    ledger.migrate()
    ledger.close()
