"""Public holidays, asked of the calendar that the library `holidays` keeps.

It is asked when a policy is read from its file, or the ledger's calendar is set, and never again:
its data changes from release to release, and a workflow that asked for itself would decide its past
anew. The days become a part of what was said, so whoever is told again is told what is known by
then.
"""

from datetime import date
from typing import Final

from sales.account.policy import Policy
from sales.holidays import Holidays

YEARS_AHEAD: Final = 10
"""How many years beyond the present one a policy knows."""
YEARS_LEARNED: Final = 10
YEARS_FORECAST: Final = 5
"""So many before the present one and beyond it are learned from and forecast."""


class UnknownHolidays(ValueError):
    """The calendar knows no such country, or no such part of it."""

    def __init__(self, key: str, rule: str, detail: str) -> None:
        """`key` and `rule` are stable codes; `detail` is prose for people."""
        super().__init__(f"{key}: {rule} ({detail})")
        self.key, self.rule, self.detail = key, rule, detail


def frozen(policy: Policy, year: int) -> Policy:
    """The policy with the holidays from the year before on, without those on which nobody works
    anyway. One that names the days itself, or no country, stays as it is. Raises UnknownHolidays.
    """
    hours = policy.hours
    asked = hours.holidays
    if asked is None or asked.days:
        return policy
    years = range(year - 1, year + YEARS_AHEAD + 1)
    days = tuple(day for day in _days(asked, years, "hours.holidays.") if hours.works_on(day))
    told = Holidays.model_validate({**asked.model_dump(exclude_unset=True), "days": days})
    return policy.model_copy(update={"hours": hours.model_copy(update={"holidays": told})})


def to_forecast(asked: Holidays, year: int) -> Holidays:
    """The holidays with the days that a forecast of that year learns from and reckons with. Raises
    UnknownHolidays."""
    years = range(year - YEARS_LEARNED, year + YEARS_FORECAST + 1)
    days = _days(asked, years, "holidays.")
    return Holidays.model_validate({**asked.model_dump(exclude_unset=True), "days": days})


def _days(asked: Holidays, years: range, under: str) -> list[date]:
    import holidays  # a twentieth of a second that only those who name a country need

    countries = holidays.list_supported_countries(include_aliases=True)
    if asked.country not in countries:
        key = f"{under}country"
        raise UnknownHolidays(key, "unknown_country", f"no holidays of {asked.country!r}")
    try:
        found = holidays.country_holidays(asked.country, subdiv=asked.subdivision, years=years)
    except NotImplementedError as error:
        known = ", ".join(countries[asked.country]) or "none"
        key, rule = f"{under}subdivision", "unknown_subdivision"
        raise UnknownHolidays(key, rule, f"{asked.country} has {known}") from error
    return sorted(found)
