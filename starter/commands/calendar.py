"""`closeline calendar`: where a day begins, when the fiscal year does, which money counts, and when
nobody works."""

from datetime import UTC, datetime
from typing import Annotated, Final

from typer import Option, Typer

from processes.public_holidays import UnknownHolidays, to_forecast
from sales.calendar import SetCalendar
from sales.holidays import Holidays
from starter.commands.common import Shown, Where
from starter.commands.entering import Signed, enter, entry
from starter.commands.failing import Refusal
from starter.commands.spreading import command

app = Typer(no_args_is_help=True, help="The calendar: time zone, fiscal year, money, holidays.")

COLUMNS: Final = ("time_zone", "year_starts", "year_named", "base_currency")


@command(
    app,
    "set",
    "closeline calendar set --time-zone Europe/Berlin --base-currency EUR \\",
    "  --year-starts 4 --year-named start",
)
async def set_(
    time_zone: Annotated[str | None, Option(help="Where a day begins and ends.")] = None,
    year_starts: Annotated[
        int | None, Option(help="The first month of the fiscal year, 1 to 12.")
    ] = None,
    year_named: Annotated[
        str | None, Option(help="start or end: the calendar year that gives it its number.")
    ] = None,
    base_currency: Annotated[str | None, Option(help="What money is converted to.")] = None,
    country: Annotated[
        str | None, Option(help="Whose public holidays a forecast reckons with, such as NL or DE.")
    ] = None,
    subdivision: Annotated[str | None, Option(help="A part of the country, such as BY.")] = None,
    *,
    signed: Signed,
    shown: Shown,
    where: Where,
) -> None:
    """Say how days, years and money are counted; what has ended stays as it was counted."""
    fields = {"time_zone": time_zone, "year_starts": year_starts, "year_named": year_named}
    holidays = {"country": country, "subdivision": subdivision}
    asked = {name: value for name, value in holidays.items() if value is not None} or None
    said = entry(SetCalendar, signed, base_currency=base_currency, holidays=asked, **fields)
    assert isinstance(said, SetCalendar)
    if said.holidays:
        said = said.model_copy(update={"holidays": _known(said.holidays)})
    await enter(where, shown, said)


@command(app, "show", "closeline calendar show")
async def show(*, shown: Shown, where: Where) -> None:
    """Show how days, years and money are counted."""
    found = await where.ask(lambda ledger: ledger.calendar())
    if found is None:
        raise Refusal("calendar", "not_set", "see `closeline calendar set`")
    free = found.holidays
    told = {"country": free and free.country, "subdivision": free and free.subdivision}
    shown.record({name: getattr(found, name) for name in COLUMNS} | told)


def _known(asked: Holidays) -> Holidays:
    try:
        return to_forecast(asked, datetime.now(UTC).year)
    except UnknownHolidays as unknown:
        raise Refusal(unknown.key, unknown.rule, unknown.detail) from unknown
