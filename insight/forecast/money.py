"""Sums in one currency, by rates that are frozen: what has ended by those of its end, what is open
by those of the instant of the forecast. What cannot be converted keeps its own currency."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import numpy as np

from insight.forecast.deals import NO_CURRENCY, Deals
from insight.past import Floats
from sales.exchange import Exchange

PLACES: Final = 4
"""How exact a converted sum is, as in `sales.exchange`."""

EndedAt = Callable[[Sequence[str]], Mapping[str, datetime]]
"""When the end of each of these was recorded."""


def in_one(deals: Deals, target: str, exchange: Exchange, ended_at: EndedAt) -> Deals:
    """The same opportunities with their sums in the target's currency, as far as there are rates.

    For what is open the rates of the instant count as they were known then, or where that was not
    enough, as soon as they were: the rule by which ends are frozen, so an instant converts the same
    whenever it is looked at.
    """
    then = datetime.fromtimestamp(deals.instant, UTC)
    factor = np.full(len(deals), np.nan)
    of_open = [_factor(exchange, each, target, then, then) for each in deals.currencies]
    factor[deals.open] = np.array(of_open)[deals.currency[deals.open]]
    factor[: deals.closed] = _of_closed(deals, target, exchange, ended_at)
    found = ~np.isnan(factor)
    currencies = (*deals.currencies, target)
    amount = np.where(found, np.round(deals.amount * factor, PLACES), deals.amount)
    currency = np.where(found, len(deals.currencies), deals.currency).astype(np.int32)
    return replace(deals, amount=amount, currency=currency, currencies=currencies)


def converted(
    amount: Decimal, currency: str, target: str, exchange: Exchange, then: datetime
) -> Decimal | None:
    """Another sum of that instant, such as a quota; nothing where there is no rate."""
    conversion = exchange.frozen(currency, target, then, then)
    return conversion.convert(amount) if conversion else None


def _of_closed(deals: Deals, target: str, exchange: Exchange, ended_at: EndedAt) -> Floats:
    own = [deals.currencies[code] for code in deals.currency[: deals.closed]]
    foreign = [i for i, each in enumerate(own) if each not in (NO_CURRENCY, target)]
    recorded = ended_at([deals.ids[i] for i in foreign]) if foreign else {}
    factor = np.array([1.0 if each == target else np.nan for each in own])
    for i in foreign:
        closed = datetime.fromtimestamp(deals.past.closed[deals.rows[i]], UTC)
        factor[i] = _factor(exchange, own[i], target, closed, recorded.get(deals.ids[i], closed))
    return factor


def _factor(exchange: Exchange, source: str, target: str, at: datetime, known: datetime) -> float:
    if source == NO_CURRENCY:
        return np.nan
    conversion = exchange.frozen(source, target, at, known)
    return float(conversion.factor) if conversion else np.nan
