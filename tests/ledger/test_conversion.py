"""Sums of many opportunities in one currency: frozen for what has ended, current for the rest."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ledger.ledger import Ledger
from sales.calendar import SetCalendar
from sales.drafts import Broken
from sales.rate import SetRate
from tests.ledger.story import NOW, Story

DAY = timedelta(days=1)
EUROS = SetCalendar(time_zone="Europe/Berlin", base_currency="EUR")


def usd(text: str) -> SetRate:
    return SetRate(currency="USD", base="EUR", rate=Decimal(text), valid_from=date(2026, 1, 1))


def told(ledger: Ledger, **currencies: str | None) -> dict[str, Story]:
    """Opportunities with a sum of 100, by the currency of each."""
    stories = {}
    for id_, currency in currencies.items():
        amount = {"amount": "100", "currency": currency} if currency else None
        stories[id_] = Story(id_, amount=amount)
        ledger.record(stories[id_].batch())
    return stories


def worth(ledger: Ledger, **more: str) -> tuple[dict[str, Decimal], list[tuple[str, ...]]]:
    """What each is worth, and what cannot be said."""
    found = ledger.conversions(ledger.opportunities(), NOW + 30 * DAY, **more)
    sums = {id_: each.convert(Decimal(100)) for id_, each in found.conversions.items()}
    return sums, [tuple(each) for each in found.missing]


def test_what_has_ended_keeps_its_rate_and_what_is_open_follows(ledger: Ledger) -> None:
    ledger.enter([EUROS, usd("0.9")], NOW - DAY)
    stories = told(ledger, open="USD", over="USD", plain="EUR", none=None, odd="JPY")
    stories["over"].lose()
    ledger.record(stories["over"].batch())
    assert worth(ledger)[0] == {"open": 90, "over": 90, "plain": 100}

    ledger.enter([usd("0.5")], NOW + DAY)

    sums, missing = worth(ledger)
    assert sums == {"open": 50, "over": 90, "plain": 100}
    assert missing == [("odd", "JPY", "no_rate")]
    assert worth(ledger, target="USD")[0] == {"open": 100, "over": 100, "plain": 200}


def test_without_a_calendar_nobody_knows_the_day(ledger: Ledger) -> None:
    ledger.enter([usd("0.9")], NOW)
    told(ledger, open="USD")

    with pytest.raises(Broken, match="base_currency: required"):
        worth(ledger)
    assert worth(ledger, target="EUR") == ({}, [("open", "USD", "no_calendar")])


def test_an_end_that_was_recorded_before_any_rate_keeps_the_one_learned_first(
    ledger: Ledger,
) -> None:
    (story,) = told(ledger, over="USD").values()
    story.lose()
    ledger.record(story.batch())

    ledger.enter([EUROS, usd("0.9")], NOW + DAY)
    ledger.enter([usd("0.8")], NOW + 2 * DAY)

    assert worth(ledger)[0] == {"over": 90}
