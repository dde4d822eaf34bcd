"""One currency for all, by the rates that were known at the instant."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import numpy as np

from insight.past import Past
from ledger.steps import Kind
from sales.drafts import Broken
from sales.exchange import Exchange


def currencies(past: Past, as_of: float) -> Counter[str]:
    """How many opportunities that were known had an amount in each currency."""
    amount, _ = past.last(Kind.AMOUNT, as_of)
    codes = past.word("currency", as_of)[~np.isnan(amount)]
    return Counter(past.texts[code] for code in codes.tolist())


def one_currency(found: Counter[str], base: str | None, asked: str | None) -> str | None:
    """The one that was asked for, else the calendar's, else the only one there is. Raises Broken
    where there are several and nobody says which; None where there is none."""
    if asked or base:
        return asked or base
    if len(found) > 1:
        told = ", ".join(f"{count} in {name}" for name, count in found.most_common())
        detail = f"{told}; name one, or a base currency with `closeline calendar set`"
        raise Broken("currency", "mixed_currencies", detail)
    return next(iter(found), None)


def factors(
    names: Iterable[str], target: str | None, exchange: Exchange, now: datetime
) -> dict[str, float]:
    """By currency its worth in the target; those without a rate are missing."""
    if target is None:
        return {}
    found = {name: exchange.current(name, target, now) for name in names}
    return {name: float(each.factor) for name, each in found.items() if each}
