"""The report of any ledger: all sections, each with its sentence, and never a made-up number."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from insight.learned import Learned
from insight.learned.blend import Judged
from insight.past import Past, Steps
from insight.reading import past_of
from insight.report.making import report
from insight.report.page import Page, Section, html
from insight.report.sections.effort import ending
from insight.report.sections.trust import SNAPSHOTS, tried_on, tried_out
from insight.snapshots.taking import take
from ledger.ledger import Ledger
from ledger.steps import Kind
from processes import library
from sales.calendar import Calendar, SetCalendar, period
from sales.owner import SetOwner
from sales.quota import SetQuota
from sales.rate import SetRate
from simulation.market import Market
from simulation.play import run
from tests.insight.reading_pages import document
from tests.insight.stand_in import stand_in
from tests.ledger.story import NOW, Story

HOSTILE = '<script>alert("1")</script> $x$'
EVERY = timedelta(hours=16)
SINCE = datetime(2025, 1, 1, 8, tzinfo=UTC)
AS_OF = datetime(2025, 11, 20, 18, tzinfo=UTC)
JULY = datetime(2025, 7, 1, tzinfo=UTC)
MANY = 480
SECTIONS = {
    "number": ["fan", "parts", "bridge"],
    "trust": ["calibration", "accuracy"],
    "buying": ["win_rates", "funnel", "cycle", "reasons"],
    "effort": ["load", "waiting", "focus", "closing"],
}
NOTHING = re.compile(r"\b(nan|NaN|None|null|inf)\b")

Fill = Callable[[Ledger], None]


def page_of(ledger: Ledger, as_of: datetime, label: str, new_a_day: float = 500) -> Page:
    days = period(label, ledger.calendar() or Calendar())
    return report(ledger, past_of(ledger), as_of, days, lambda *_: stand_in(0.004, new_a_day))


def sections(page: Page) -> dict[str, Section]:
    return {each.id: each for chapter in page.chapters for each in chapter.sections}


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{tmp_path / 'bare.db'}")
    ledger.migrate()
    yield ledger
    ledger.close()


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """Half a year of a market with quotas, rates and an owner whose name means harm."""
    ledger = Ledger(f"sqlite:///{tmp_path_factory.mktemp('market') / 'ledger.db'}")
    ledger.migrate()
    ledger.enter(
        [
            SetCalendar(time_zone="Europe/Berlin", base_currency="EUR"),
            SetRate.model_validate(
                {"currency": "USD", "base": "EUR", "rate": "0.9", "valid_from": "2025-01-01"}
            ),
            SetOwner(owner="seller-01", name=HOSTILE, hours=Decimal("36")),
            SetOwner(owner="seller-02", hours=Decimal("36")),
            SetQuota(
                owner="seller-01", period="2025-Q4", amount=Decimal(3_000_000), currency="EUR"
            ),
        ],
        SINCE - timedelta(days=1),
    )
    run(Market(3, library(), every=EVERY, since=SINCE), MANY, ledger, AS_OF)
    take(ledger, "july", JULY, JULY, lambda *_: stand_in(0.004, 500))
    yield ledger
    ledger.close()


@pytest.fixture(scope="module")
def page(market: Ledger) -> Page:
    return page_of(market, AS_OF, "2025-Q4")


def test_every_section_is_there_and_begins_with_a_sentence_that_counts(page: Page) -> None:
    told = {chapter.id: [each.id for each in chapter.sections] for chapter in page.chapters}
    assert told == SECTIONS
    for each in sections(page).values():
        assert re.fullmatch(r"\S.*\d.*\.", each.lead), each.lead
        assert each.drawing or each.table, each.lead


def test_the_same_ledger_is_the_same_page(market: Ledger, page: Page) -> None:
    assert html(page_of(market, AS_OF, "2025-Q4")) == html(page)


def test_the_page_is_whole_and_small_and_asks_nobody_for_anything(page: Page) -> None:
    text = html(page)
    read = document(text)
    assert len(text) < 200_000
    assert len(read.ids()) == len(set(read.ids()))
    assert len(read.of("svg")) == sum(bool(each.drawing) for each in sections(page).values())
    assert not {"script", "link", "img", "iframe"} & {each.tag for each in read.elements}
    assert not re.search(r"(src|href)\s*=\s*[\"'](?!#)|url\((?!#)|@import", text)


def test_the_sentence_and_the_numbers_are_one(page: Page) -> None:
    parts = sections(page)["parts"].numbers
    assert parts
    closed = next(row[2] for row in parts.rows if row[0] == "closed")
    assert str(closed) in sections(page)["fan"].lead
    assert "the quota of EUR\u00a03.00\u00a0M" in sections(page)["fan"].lead


def test_an_owner_whose_name_means_harm_is_only_named(page: Page) -> None:
    text = html(page)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_what_the_clock_ends_is_the_same_by_rows_as_by_journals(market: Ledger) -> None:
    past = past_of(market)
    open_ = [past.ids[row] for row in past.at(AS_OF.timestamp()).rows]
    by_rows = ending(market, past, open_, AS_OF)
    later = replace(past, steps={**past.steps, Kind.BUYER: told_later(past)})
    assert by_rows == ending(market, later, open_, AS_OF) != []
    assert all(at > AS_OF for at, _, _ in by_rows)


def told_later(past: Past) -> Steps:
    """The same, but that something is known that came later."""
    steps = past.steps[Kind.BUYER]
    return steps._replace(known=steps.known + 86_400)


def test_as_long_as_no_snapshot_is_over_what_the_model_tried_out_is_judged(
    market: Ledger, page: Page
) -> None:
    assert sections(page)["calibration"].notes == [SNAPSHOTS]
    early = sections(page_of(market, JULY - timedelta(days=1), "2025-Q2"))
    assert "can be scored" in early["accuracy"].lead
    assert early["calibration"].lead.startswith("Too few")

    odds = np.log([[0.25 / 0.75, np.nan], [0.5 / 0.5, np.nan]])
    judged = [Judged(day, odds, np.array([False, True])) for day in (-60, -30)]
    fitted = SimpleNamespace(judged=judged, weights=np.array([0.5, 0.5]))
    learned = cast("Learned", SimpleNamespace(fitted={30: fitted}))
    told = tried_out(learned)
    assert [each.said for each in told] == pytest.approx([0.25, 0.5])
    assert [(each.won, each.n) for each in told] == [(0, 2), (2, 2)]
    assert tried_on(learned).endswith("said on 2 past days, each for the 30 days behind it.")


def test_what_was_not_known_then_is_not_on_the_page(market: Ledger) -> None:
    early = page_of(market, SINCE + timedelta(days=40), "2025-Q1")
    assert "2025-Q1" in early.title
    assert "Nov" not in html(early)


@pytest.mark.parametrize("label", ["2025-Q2", "2025-11-20..2025-11-20", "2026-Q1", "2025"])
def test_any_period_is_told_be_it_over_or_still_to_come(market: Ledger, label: str) -> None:
    page = page_of(market, AS_OF, label)
    assert [chapter.id for chapter in page.chapters] == [*SECTIONS]
    forecast = [tile for tile in page.tiles if tile.label.startswith("forecast for")]
    assert bool(forecast) == (label != "2025-Q2")


def opened(number: int, **said: Any) -> Story:
    return Story(f"o-{number}", **said)


def write(ledger: Ledger, story: Story) -> None:
    ledger.record(story.batch())


def nothing(ledger: Ledger) -> None:
    pass


def one(ledger: Ledger) -> None:
    write(ledger, opened(1, amount={"amount": "1000.00", "currency": "EUR"}))


def without_amounts(ledger: Ledger) -> None:
    for number in range(30):
        story = opened(number)
        if number % 2:
            story.lose()
        write(ledger, story)


def all_open(ledger: Ledger) -> None:
    for number in range(30):
        write(ledger, opened(number, amount={"amount": "1000.00", "currency": "EUR"}))


def all_won(ledger: Ledger) -> None:
    for number in range(30):
        story = opened(number, amount={"amount": "1000.00", "currency": "EUR"})
        story.say(
            "record_purchase", reasons=["value"], evidence={"kind": "payment", "reference": "r-1"}
        )
        write(ledger, story)


def two_currencies(ledger: Ledger) -> None:
    for number in range(30):
        currency = "EUR" if number % 3 else "USD"
        write(ledger, opened(number, amount={"amount": "1000.00", "currency": currency}))


@pytest.mark.parametrize("fill", [nothing, one, without_amounts, all_open, all_won, two_currencies])
def test_a_ledger_that_says_little_is_told_so_and_nothing_is_made_up(
    bare: Ledger, fill: Fill
) -> None:
    fill(bare)
    page = page_of(bare, NOW + timedelta(days=3), "2026-Q1", 0)
    told = {chapter.id: [each.id for each in chapter.sections] for chapter in page.chapters}
    assert told == SECTIONS
    text = " ".join(each.text for each in document(html(page)).of("main"))
    assert not NOTHING.search(text)
    for each in sections(page).values():
        assert each.lead.endswith(".")
