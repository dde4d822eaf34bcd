"""Exchange rates: what a unit of a currency is worth, from a day on. A rate is never altered: a
correction is known later, and what was converted by then stays as it was."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from sales.calendar import Calendar
from sales.drafts import Broken
from sales.entries import Entered, Entry, news
from sales.values import Currency, Date


def _as_text(value: Any) -> Any:
    # 0.1 arrives as a binary fraction, which is another number.
    if isinstance(value, bool | float):
        raise ValueError("rate_is_text")
    return value


Factor = Annotated[
    Decimal,
    BeforeValidator(_as_text),
    Field(gt=0, max_digits=24, decimal_places=12, allow_inf_nan=False),
]


class SetRate(Entry):
    """One unit of `currency` is worth `rate` units of `base` from a day on; without `base`, of the
    ledger's base currency."""

    currency: Currency
    rate: Factor
    valid_from: Date
    base: Currency | None = None


class Rate(Entered):
    """The rate of one pair from one day on, as it was said last."""

    currency: str
    base: str
    valid_from: date
    rate: Decimal


def rate_id(entry: SetRate, calendar: Calendar | None) -> str:
    """Which pair, from which day on. Raises Broken."""
    base = entry.base or (calendar.base_currency if calendar else None)
    if base is None:
        raise Broken("base", "required", "the ledger's calendar names no base currency")
    if base == entry.currency:
        raise Broken("base", "same_currency", f"{base} is always worth itself")
    return f"{entry.currency}:{base}:{entry.valid_from}"


def decide_rate(
    held: Rate | None, entry: SetRate, calendar: Calendar | None
) -> dict[str, Any] | None:
    """What the fact says; nothing where it is so already. Raises Broken."""
    id_ = rate_id(entry, calendar)
    return news(Rate, held, {**entry.said(), "id": id_, "base": id_.split(":")[1]})
