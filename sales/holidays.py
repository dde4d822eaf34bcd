"""Public holidays: the days of a country on which nobody works."""

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from sales.values import Date, Model

MOST_DAYS: Final = 400
"""How many closed days of either kind are carried."""

Days = Annotated[tuple[Date, ...], Field(max_length=MOST_DAYS)]


class Holidays(Model):
    """The public holidays of a country by its code, such as DE, or of a part of it, such as BY.

    `days` are what a calendar knew of them when they were asked for, frozen so that what was
    decided stays decided; what lies before the first or behind the last of them has no holidays.
    """

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    subdivision: Annotated[str, StringConstraints(min_length=1, max_length=60)] | None = None
    days: Days = ()
