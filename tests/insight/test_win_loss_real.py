"""What two real exports say of wins and losses, against figures that were worked out before."""

import csv
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from insight.reading import past_of_journals
from insight.statistics.comparing import benjamini_hochberg, two_by_two
from insight.win_loss import Looking, WinLoss
from insight.win_loss.attributes import Around
from insight.win_loss.particulars import Profile
from sales.calendar import Calendar
from tests.starter.test_both_databases import DATA, Past, bank_past, maven_past

NOW: Final = datetime.now(UTC)


def at_hand(name: str) -> list[pytest.MarkDecorator]:
    folder = DATA / name
    return [
        pytest.mark.skipif(not folder.exists(), reason=f"there is no {folder}"),
        pytest.mark.skipif("CI" in os.environ, reason="CI is set, and this takes some seconds"),
    ]


def told(found: Past) -> WinLoss:
    process, plans = found
    past = past_of_journals({plan.id: plan.facts for plan in plans}, [process])
    profiles = {
        plan.account.id: Profile(*map(plan.account.fields.get, Profile._fields)) for plan in plans
    }
    return Looking(past, NOW.timestamp(), Around({}, profiles, Calendar())).all()


@pytest.fixture(scope="module", params=[pytest.param("maven_crm", marks=at_hand("maven_crm"))])
def maven() -> WinLoss:
    return told(maven_past(Path()))


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            "bpic2012",
            marks=[
                *at_hand("bpic2012"),
                pytest.mark.skipif(
                    "HUNT" not in os.environ, reason="fifteen seconds; set HUNT for it"
                ),
            ],
        )
    ],
)
def bank() -> WinLoss:
    return told(bank_past(Path()))


def percent(value: float | None) -> float | None:
    return None if value is None else round(100 * value, 1)


def test_of_all_segments_of_a_made_up_seller_none_is_significant_and_the_season_is(
    maven: WinLoss,
) -> None:
    families = {each.name: each for each in maven.separation.families}
    segments, pairs, season = (families[name] for name in ("segment", "pairs", "season"))
    assert (segments.compared, segments.nominal, segments.significant) == (145, 6, 0)
    assert segments.by_chance == pytest.approx(0.05 * 145)
    assert pairs.compared > 400
    assert pairs.nominal > 10
    assert pairs.significant == 0
    first = maven.separation.wholes[0]
    assert (first.attribute, first.n) == ("quarter_month", 6_711)
    assert first.p == pytest.approx(4e-123, rel=0.1)
    assert season.findings[0].value == "3rd of the quarter"
    assert percent(season.findings[0].won.rate) == 80.7


@pytest.mark.parametrize("_", [pytest.param("", id="maven_crm", marks=at_hand("maven_crm"))])
def test_of_the_159_segments_of_its_files_seven_seem_to_differ_and_none_does(_: str) -> None:
    rows = closed_deals()
    won, tests = np.array([row["deal_stage"] == "Won" for row in rows]), []
    for name in SEGMENTS:
        for value in sorted({row[name] for row in rows}):
            mine = np.array([row[name] == value for row in rows])
            tests.append((won[mine].sum(), mine.sum(), won[~mine].sum(), (~mine).sum()))
    p = two_by_two(*np.array(tests).T)
    assert (p.size, int((p < 0.05).sum())) == (159, 7)
    assert (benjamini_hochberg(p) >= 0.1).all()


SEGMENTS: Final = (
    *("sales_agent", "manager", "regional_office", "product", "series", "sector"),
    *("office_location", "account"),
)


def closed_deals() -> list[dict[str, str]]:
    """The deals that have closed, with what the side files say of them."""

    def read(name: str) -> list[dict[str, str]]:
        with (DATA / "maven_crm" / f"{name}.csv").open(newline="", encoding="utf-8") as lines:
            return [*csv.DictReader(lines)]

    def by(name: str, key: str) -> dict[str, dict[str, str]]:
        return {row[key]: row for row in read(name)}

    agents, accounts = by("sales_teams", "sales_agent"), by("accounts", "account")
    products = by("products", "product")
    found = []
    for row in read("sales_pipeline"):
        if row["deal_stage"] in ("Won", "Lost"):
            row["product"] = row["product"].replace("GTXPro", "GTX Pro")
            more = accounts[row["account"]], products[row["product"]], agents[row["sales_agent"]]
            found.append({**more[0], **more[1], **more[2], **row})
    return found


def test_the_rates_of_the_made_up_seller_are_those_that_were_counted_by_hand(
    maven: WinLoss,
) -> None:
    rates = {each.name: each.share for each in maven.rates}
    decided = rates["decided"]
    assert [percent(each) for each in (decided.rate, decided.low, decided.high)] == [
        63.2,
        62.0,
        64.3,
    ]
    assert (rates["cohort"].part, rates["cohort"].n) == (4_238, 8_800)
    days = {each.outcome: each.median for each in maven.cycle.took}
    assert (days["won"], days["lost"]) == (57, 14)


def test_a_record_that_begins_in_march_is_noticed_and_what_never_closes_stays_open(
    maven: WinLoss,
) -> None:
    began = maven.cycle.watched_from
    assert began is not None
    assert began.date().isoformat() == "2017-03-01"
    last = maven.cycle.reached[-1]
    assert [round(each, 2) for each in (last.won, last.lost, last.open)] == [0.53, 0.31, 0.16]


def test_the_funnel_and_the_rates_of_the_bank_are_those_of_its_log(bank: WinLoss) -> None:
    assert [(each.stage, each.reached) for each in bank.funnel] == [
        *(("submitted", 13_087), ("pre_accepted", 7_367)),
        *(("offer_sent", 5_015), ("documents_back", 3_254)),
    ]
    assert [percent(each.to_win_of_ended.rate) for each in bank.funnel[2:]] == [47.9, 71.1]
    rates = {each.name: each.share for each in bank.rates}
    resolved = rates["resolved"]
    assert [percent(x) for x in (resolved.rate, resolved.low, resolved.high)] == [17.7, 17.0, 18.4]
    assert percent(rates["value"].rate) == 20.6
    assert (bank.ended, bank.open, bank.cycle.watched_from) == (12_688, 399, None)
    expired = next(each for each in bank.cycle.took if each.outcome == "expired")
    assert expired.median == pytest.approx(30.9, abs=0.1), "a clock of thirty days"
