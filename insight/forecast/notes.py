"""What the numbers of a forecast leave out, in sentences."""

from collections.abc import Iterator

import numpy as np

from insight.forecast.deals import CLOSED, NO_CURRENCY, Deals
from sales.calendar import Calendar


def notes(deals: Deals, into: str | None, calendar: Calendar) -> list[str]:
    """What somebody has to know who reads only the totals."""
    return list(_notes(deals, into, calendar))


def _notes(deals: Deals, into: str | None, calendar: Calendar) -> Iterator[str]:
    counted = deals.column >= CLOSED
    if not counted.any():
        yield "Nothing was won in the period, and nothing is open."
        return
    if not counted[deals.open].any():
        yield "Nothing is open: what is closed is all there is."
    held = np.bincount(deals.currency[counted], minlength=len(deals.currencies))
    sums = {name: int(held[i]) for i, name in enumerate(deals.currencies) if held[i]}
    if without := sums.pop(NO_CURRENCY, 0):
        yield f"{_many(without)} no amount: counted, and in no sum."
    for name, count in sorted(sums.items()):
        if into and name != into:
            # Which day it is, and so which rate rules, the calendar says.
            why = f"no rate to {into}" if calendar.sequence else "the calendar is not set"
            yield f"{_many(count)} sums in {name}, but {why}: they stand by themselves."
    if not into and len(sums) > 1:
        base = calendar.base_currency
        hint = f"--in {base}" if base else "--in CURRENCY, with rates,"
        yield f"Sums in {', '.join(sorted(sums))} are never added up; {hint} converts them."


def _many(count: int) -> str:
    return "1 opportunity has" if count == 1 else f"{count} opportunities have"
