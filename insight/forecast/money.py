"""Sums in one currency, by rates that are frozen: what has ended by those of its end, what is open
by those of the instant of the forecast. What cannot be converted keeps its own currency."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import numpy as np

from insight.forecast.deals import NO_CURRENCY, Deals
from insight.forecast.expectation import Expectation
from insight.learned.distribution import Arriving
from insight.learned.learned import NO_SHOCK
from insight.past import Floats
from sales.exchange import Exchange

PLACES: Final = 4
"""How exact a converted sum is, as in `sales.exchange`."""

SPREAD: Final = 1_000
"""How many amounts stand for those of all currencies."""

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


def expected_in_one(
    expected: Expectation, target: str, exchange: Exchange, then: datetime
) -> Expectation:
    """The same expectation in the target's currency. What strayed in common in each of several
    currencies is taken to stray in common in all, in proportion to what is expected in each."""
    coins = (*expected.coins, target)
    factor = np.array([_factor(exchange, each, target, then, then) for each in coins])
    of = factor[expected.coin]
    worth = np.where(np.isnan(of), expected.worth, expected.worth * of)
    coin = np.where(np.isnan(of), expected.coin, len(coins) - 1).astype(np.int32)
    known = {name: each for name, each in zip(coins, factor, strict=True) if not np.isnan(each)}
    coming = {name: each for name, each in expected.coming.items() if name not in known}
    theirs = {name: each for name, each in expected.coming.items() if name in known}
    if theirs:
        coming[target] = _together([(known[name], each) for name, each in theirs.items()])
    weight = dict.fromkeys(known, 1e-9)
    for i, name in enumerate(expected.coins):
        if name in known:
            among = expected.coin == i
            weight[name] += float(expected.won[among] @ worth[among])
    for name, each in theirs.items():
        weight[name] += each.wins * float(each.amounts.mean()) * known[name]
    shocks = [expected.shock.get(name, NO_SHOCK) for name in known]
    common = float(np.average(shocks, weights=[weight[name] for name in known]))
    shock = {**expected.shock, target: common}
    return replace(expected, worth=worth, coin=coin, coins=coins, coming=coming, shock=shock)


def _together(parts: Sequence[tuple[float, Arriving]]) -> Arriving:
    """Arrivals of several currencies as one: of each as many amounts as it has of the wins, spread
    over the quantiles of its own."""
    wins = sum(each.wins for _, each in parts)
    drawn = []
    for factor, each in parts:
        count = max(1, round(SPREAD * each.wins / wins))
        at = (np.arange(count) + 0.5) / count
        drawn.append(np.quantile(each.amounts, at) * factor)
    amounts = np.concatenate(drawn)
    total = sum(factor * each.wins * each.amounts.mean() for factor, each in parts)
    return Arriving(wins, amounts * (total / wins / amounts.mean()))


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
