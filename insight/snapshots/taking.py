"""Taking a snapshot: everything that is needed to score today's forecasts later, put down now."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from insight.forecast.deals import Deals, bounds
from insight.forecast.forecasting import DAY, Ground, ground
from insight.learned import Learned, fit
from insight.past import View
from insight.reading import past_of
from insight.snapshots.baselines import won_share
from insight.snapshots.columns import chances_of, columns_of
from insight.snapshots.items import write
from insight.snapshots.periods import periods_at
from insight.snapshots.said import outlook, said_of
from ledger.ledger import Ledger
from ledger.snapshots import Kept, Taken
from ledger.steps import Kind
from sales.calendar import Period

PUNCTUAL: Final = timedelta(hours=1)
"""What is taken later than this behind its instant counts as retroactive."""

Learning = Callable[[Ground, Sequence[Period]], Learned]
"""How it is learned what is to be expected of some periods."""


def take(
    ledger: Ledger, name: str, as_of: datetime, taken_at: datetime, learning: Learning | None = None
) -> Taken:
    """Keep what is known and said as of the instant. One of the name that is there stays."""
    if kept := ledger.snapshot(name):
        return Taken(name, kept.count, new=False)
    made = snapshot(ledger, name, as_of, taken_at, learning or learn)
    return Taken(name, made.count, ledger.keep_snapshot(made))


def snapshot(
    ledger: Ledger, name: str, as_of: datetime, taken_at: datetime, learning: Learning
) -> Kept:
    """What there is to keep."""
    on = ground(ledger, past_of(ledger), as_of)
    periods = periods_at(on.calendar.day(as_of), on.calendar)
    learned, chances = learning(on, periods), chances_of(on.past.at(as_of.timestamp()))
    outlooks = [outlook(on, each, learned) for each in periods]
    said = [told.plain() for each in outlooks for told in said_of(on, each, chances)]
    won_by = {each.days.last: each.expected.won + each.expected.earlier for each in outlooks}
    deals, expected = outlooks[0].deals, outlooks[0].expected
    columns = columns_of(on, deals, chances, won_by, ledger.deadlines())
    about = {**_about(on, deals, periods), "said": said}
    return Kept(
        *(name, as_of.astimezone(UTC), taken_at, taken_at - as_of > PUNCTUAL),
        count=len(columns["opportunity"]),
        about=about | {"learned_from": {"basis": expected.basis, "ends": expected.n}},
        items=write(columns),
    )


def learn(on: Ground, periods: Sequence[Period]) -> Learned:
    """What could be learned by the instant, for all of these periods."""
    instant = on.as_of.timestamp()
    ends = {bounds(each, on.calendar)[1] for each in periods}
    return fit(on.past, on.as_of, [(end - instant) / DAY for end in sorted(ends)])


def _about(on: Ground, deals: Deals, periods: Sequence[Period]) -> dict[str, Any]:
    """What the numbers rest on: days, processes, rates."""
    base = on.calendar.base_currency
    rates = {}
    for currency in deals.currencies if base else ():
        found = on.exchange.current(currency, base or "", on.as_of) if currency else None
        if found and currency != base:
            rates[currency] = {"factor": str(found.factor), "rates": list(found.rates)}
    return {
        "time_zone": on.calendar.time_zone,
        "base_currency": base,
        "rates": rates,
        "processes": _versions(on.past.at(deals.instant)),
        "won_share": won_share(on.past, deals.instant)._asdict(),
        "periods": [
            {"label": each.label, "first": str(each.first), "last": str(each.last)}
            for each in periods
        ],
    }


def _versions(view: View) -> list[dict[str, Any]]:
    """The processes that the open ones live by, and how many live by each."""
    keys = np.column_stack([view.word("process"), np.nan_to_num(view.last(Kind.VERSION)[0])])
    found, counts = np.unique(keys.astype(np.int64), axis=0, return_counts=True)
    return [
        {"name": view.past.texts[name], "version": version, "open": count}
        for (name, version), count in zip(found.tolist(), counts.tolist(), strict=True)
    ]
