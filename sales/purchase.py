"""What a buyer's purchase is made of: its proof, and the contract that it leaves behind."""

from datetime import date, datetime, timedelta
from typing import Literal, Self

from pydantic import model_validator

from sales.values import Day, Duration, Flag, Instant, Label, Model, Money


class Evidence(Model):
    """What proves that the buyer has acted."""

    kind: Literal["signed_contract", "payment", "purchase_order", "written_acceptance"]
    reference: Label
    at: Instant | None = None


class Contract(Model):
    """What a win leaves behind: a term, its notice, and the sum that returns each year.

    A day is the contract's first or last one; with an instant, the term lasts to the instant.
    """

    start: Day
    end: Day
    notice: Duration | None = None
    auto_renew: Flag = False
    recurring: Money | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        check_term(self.start, self.end)
        return self


def check_term(start: date, end: date) -> None:
    """A term has days or instants at both ends, and lasts a day or a second at least."""
    if isinstance(start, datetime) and isinstance(end, datetime):
        if end - start < timedelta(seconds=1):
            raise ValueError("end: before_the_start")
    elif isinstance(start, datetime) or isinstance(end, datetime):
        raise ValueError("end: not_like_the_start (two days, or two instants)")
    elif end < start:
        raise ValueError("end: before_the_start")
