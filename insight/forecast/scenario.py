"""Scenarios: assumptions about chosen opportunities, laid over a forecast."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from insight.forecast.deals import CLOSED, COLUMNS, NO_CURRENCY, Deals, day_number
from insight.forecast.expectation import Expectation, given
from sales.calendar import Period
from sales.drafts import Broken

GONE: Final = -1
"""The column of what an assumption takes out of the forecast."""


@dataclass(frozen=True)
class Assumption:
    """What is assumed of one open opportunity; what is None stays as it is.

    Won or lost means in the period. A close date outside of the period means that it is not won in
    the period; one in the period leaves its chance as it was learned.
    """

    id: str
    outcome: Literal["won", "lost"] | None = None
    amount: Decimal | None = None
    currency: str | None = None
    close_date: date | None = None
    chance: float | None = None


def assumed(
    deals: Deals, expected: Expectation, some: Sequence[Assumption], days: Period
) -> tuple[Deals, Expectation]:
    """The opportunities and what is expected of them, under the assumptions. Raises Broken."""
    deals = replace(deals, column=deals.column.copy(), amount=deals.amount.copy())
    deals = replace(deals, currency=deals.currency.copy(), close=deals.close.copy())
    for each in some:
        which = deals.where.get(each.id)
        if which is None or which < deals.closed:
            raise Broken("assume", "not_open", f"{each.id!r} was not open then")
        deals, worth = _sum(deals, which, each)
        chance = _place(deals, which, each, days)
        expected = given(expected, which - deals.closed, chance, worth)
    return deals, expected


def _place(deals: Deals, which: int, each: Assumption, days: Period) -> float | None:
    """Where it counts then, and the chance that follows, if any does."""
    chance = each.chance
    if day := each.close_date:
        within = days.holds(day, day)
        deals.close[which] = day_number(day)
        deals.column[which] = deals.category[which] if within else COLUMNS.index("outside")
        chance = chance if within else 0.0
    if each.outcome:
        won = each.outcome == "won"
        deals.column[which] = CLOSED if won else GONE
        chance = 1.0 if won else 0.0
    return chance


def _sum(deals: Deals, which: int, each: Assumption) -> tuple[Deals, tuple[float, str] | None]:
    """The opportunities with the amount, if one is assumed, and it by itself."""
    if each.amount is None:
        return deals, None
    currency = each.currency or deals.currencies[deals.currency[which]]
    if currency == NO_CURRENCY:
        raise Broken("assume", "currency_required", f"{each.id!r} has no sum yet; say 1200.00 EUR")
    if currency not in deals.currencies:
        deals = replace(deals, currencies=(*deals.currencies, currency))
    deals.amount[which] = float(each.amount)
    deals.currency[which] = deals.currencies.index(currency)
    return deals, (float(each.amount), currency)
