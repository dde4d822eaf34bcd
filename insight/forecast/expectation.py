"""What is expected of every open opportunity and of business to come, as it was learned."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import numpy as np

from insight.forecast.deals import NO_CURRENCY, Deals
from insight.learned import Chances, Learned, NewBusiness
from insight.learned.distribution import Arriving
from insight.learned.fit import ENOUGH
from insight.learned.learned import BOTH, LEARNED, NO_SHOCK
from insight.past import Codes, Floats

REST: Final = ("earlier", "lost", "expired", "withdrawn", "still")
OVER: Final = "The period is over: nothing more is to come."


@dataclass(frozen=True)
class Expectation:
    """Of every open opportunity the chance to be `won` in the period, to be won `earlier`, between
    the instant of the forecast and the period, and of the other ends by the period's end.

    `worth` is what each will come to if it is won, in `coins[coin]`; of one without an amount it
    is what such wins came to, and the first coin is none. `coming` is the business in the period
    that is not yet in the pipeline, `shock` how far all of it strays in common, both by currency.
    `basis` says in a sentence what this rests on, `n` how many ends that were.
    """

    won: Floats
    earlier: Floats
    lost: Floats
    expired: Floats
    withdrawn: Floats
    still: Floats
    worth: Floats
    coin: Codes
    coins: tuple[str, ...]
    coming: Mapping[str, Arriving]
    shock: Mapping[str, float]
    basis: str
    n: int


def expectation(learned: Learned, deals: Deals, before: float, last: float) -> Expectation:
    """What is expected of the period between the two instants."""
    view, since = deals.past.at(deals.instant), _when(max(before, deals.instant))
    by = learned.chances(view, _when(last))
    won, earlier, still = by.p_won, np.zeros(len(view)), by.p_open
    if before > deals.instant:
        earlier = np.minimum(learned.chances(view, since).p_won, won)
    over = last <= deals.instant
    coins, scales = (NO_CURRENCY, *by.currencies), [(1.0, NO_SHOCK)]
    scales += [_scale(learned, by.days, i) for i in range(len(by.currencies))]
    coin = (by.currency + 1).astype(np.int32)
    return Expectation(
        *(won - earlier, earlier, by.p_lost, by.p_expired, by.p_withdrawn, still),
        worth=by.worth * np.array([level for level, _ in scales])[coin],
        coin=coin,
        coins=coins,
        coming={} if over else _coming(learned, deals.instant, since, _when(last)),
        shock={name: shock for name, (_, shock) in zip(coins, scales, strict=True)},
        basis=OVER if over else _basis(by),
        n=sum(by.ends),
    )


def given(
    expected: Expectation, which: int, chance: float | None, worth: tuple[float, str] | None
) -> Expectation:
    """The same, where one is won with that chance, and what else may become of it shares the rest
    as before (where nothing else was expected, it stays open); and where it is worth that sum."""
    columns = {name: getattr(expected, name).copy() for name in ("won", *REST, "worth", "coin")}
    if chance is not None:
        rest = 1.0 - expected.won[which]
        for name in REST:
            alone = 1.0 if name == "still" else 0.0
            share = columns[name][which] / rest if rest > 0 else alone
            columns[name][which] = share * (1.0 - chance)
        columns["won"][which] = chance
    coins = expected.coins
    if worth:
        sum_, currency = worth
        coins = coins if currency in coins else (*coins, currency)
        columns["worth"][which], columns["coin"][which] = sum_, coins.index(currency)
    return replace(expected, **columns, coins=coins)


def _scale(learned: Learned, days: int, currency: int) -> tuple[float, float]:
    """What a pipeline in that currency comes to, as a share of what it is said to, and how far it
    strays in common."""
    if not learned.fitted:
        return 1.0, NO_SHOCK
    near = min(learned.fitted, key=lambda each: (abs(np.log(each / max(days, 1))), each))
    fitted = learned.fitted[near]
    return float(fitted.level[currency]), float(fitted.shock[currency])


def _coming(
    learned: Learned, instant: float, since: datetime, last: datetime
) -> dict[str, Arriving]:
    """What will be won by the last instant, less what will be won before the period."""
    by, before = (learned.new_business(_when(instant), until) for until in (last, since))
    found = {}
    for currency in by.wins:
        wins, sum_ = (_less(by, before, name, currency) for name in ("wins", "amounts"))
        amounts = learned.wins[currency]
        if wins > 0 and sum_ > 0 and len(amounts):
            found[currency] = Arriving(wins, amounts * (sum_ / wins / amounts.mean()))
    return found


def _less(by: NewBusiness, before: NewBusiness, name: str, currency: str) -> float:
    return float(getattr(by, name)[currency] - getattr(before, name).get(currency, 0.0))


def _basis(by: Chances) -> str:
    won, others = by.ends
    if by.basis == LEARNED:
        return f"Learned from {won + others} ends, {won} of them won."
    if by.basis == BOTH:
        few = int((~by.learned).sum())
        return (
            f"Learned from {won + others} ends, {won} of them won; of the processes of {few} of "
            f"{len(by.learned)} opportunities too few have ended, so their stages' own "
            "probabilities count."
        )
    return (
        f"Too few ends to learn from ({won} won, {others} not; {ENOUGH} of each are needed in a "
        "process): the stages' own probabilities count."
    )


def _when(instant: float) -> datetime:
    return datetime.fromtimestamp(instant, UTC)
