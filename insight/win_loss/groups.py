"""How the groups of an attribute fare: won how often, for how much, in how long."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from insight.past import OUTCOMES, Indexes
from insight.statistics.proportions import Share, share, shrunken
from insight.win_loss.attributes import NOT_STATED, Attribute
from insight.win_loss.cases import WON, Cases
from insight.win_loss.money import Money


@dataclass(frozen=True)
class Group:
    """One value of an attribute, over what ended in the window. `resolved` is won of all that
    ended and `decided` of won and lost; `shrunken` is the resolved rate drawn to that of all by as
    much as chance explains. Days and sums are those of the wins, their middle one; sums are there
    where all are in one currency."""

    value: str
    n: int
    won: int
    lost: int
    expired: int
    withdrawn: int
    resolved: Share
    decided: Share
    shrunken: float | None
    days: float | None
    amount: float | None
    total: float | None
    currency: str | None


def groups(cases: Cases, attribute: Attribute, money: Money) -> list[Group]:
    """Every value that has an end, those with the most first unless they have an order; what
    nobody stated comes last."""
    codes = np.where(attribute.codes == NOT_STATED, len(attribute.labels), attribute.codes)
    labels = [*attribute.labels, "not stated"]
    some = codes[cases.ended], cases.outcome[cases.ended]
    table = np.zeros((len(labels), len(OUTCOMES)), np.int64)
    np.add.at(table, some, 1)
    n = table.sum(axis=1)
    drawn = shrunken(table[:, WON], n)
    wins = np.flatnonzero(cases.won)
    wins = wins[np.argsort(codes[wins], kind="stable")]
    bounds = np.searchsorted(codes[wins], np.arange(len(labels) + 1))
    found = []
    order = np.arange(n.size) if attribute.ordered else np.argsort(-n, kind="stable")
    for i in map(int, order):
        if n[i]:
            won, lost, expired, withdrawn = map(int, table[i, 1:])
            usual = _usual(cases, wins[bounds[i] : bounds[i + 1]], money)
            found.append(
                Group(
                    *(labels[i], int(n[i]), won, lost, expired, withdrawn),
                    *(share(won, int(n[i])), share(won, won + lost), float(drawn[i])),
                    days=usual.days,
                    amount=usual.amount,
                    total=usual.total,
                    currency=money.currency,
                )
            )
    return sorted(found, key=lambda each: each.value == labels[-1])


class _Usual(NamedTuple):
    days: float | None
    amount: float | None
    total: float | None


def _usual(cases: Cases, wins: Indexes, money: Money) -> _Usual:
    """The usual days and sum of some wins, and all their sums."""
    days = float(np.median(cases.days[wins])) if wins.size else None
    if money.one is None:
        return _Usual(days, None, None)
    sums = money.one[wins]
    sums = sums[~np.isnan(sums)]
    if not sums.size:
        return _Usual(days, None, None)
    return _Usual(days, float(np.median(sums)), float(sums.sum()))
