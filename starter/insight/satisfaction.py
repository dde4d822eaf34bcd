"""`closeline satisfaction`: CSAT, NPS and how many answer."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from typer import Option, Typer

from starter.commands.common import Where
from starter.commands.failing import Refusal, warn
from starter.commands.spreading import command
from starter.insight.common import AsOf, Tabled
from starter.output import print_json

if TYPE_CHECKING:
    from insight.satisfaction import Satisfied
    from ledger.ledger import Ledger
    from sales.calendar import Calendar

app = Typer()

By = Literal["segment", "tier", "owner", "why", "month", "quarter"]
COLUMNS: Final = (
    *("group", "csat", "csat_low", "csat_high", "csat_n"),
    *("nps", "nps_low", "nps_high", "nps_n", "promoters", "passives", "detractors"),
    *("asked", "answered", "lapsed", "waiting", "response_rate"),
)
FEW: Final = 30
"""With fewer answers than this the line below the table says so."""


@command(app, "satisfaction", "closeline satisfaction --by segment --period 2027-Q1")
async def satisfaction(
    by: Annotated[By | None, Option(help="By these groups.")] = None,
    in_: Annotated[
        str | None,
        Option("--period", help="Answers of this period, such as 2027-Q1 or 2027-03."),
    ] = None,
    *,
    as_of: AsOf,
    shown: Tabled,
    where: Where,
) -> None:
    """Show how satisfied customers are: CSAT, NPS, and how many answer at all.

    CSAT is the share of ratings of 4 and 5, NPS promoters less detractors in
    points; each with its 95 % interval and the number of answers.
    """

    def asked(ledger: "Ledger") -> "list[Satisfied]":
        from insight.satisfaction import satisfaction
        from sales.calendar import Calendar

        calendar = ledger.calendar() or Calendar()
        since, until = _window(in_, calendar)
        return satisfaction(ledger, as_of.instant(calendar), by, since, until)

    found = await where.ask(asked)
    rows = [_row(each) for each in found]
    shown.file(rows)
    if shown.json:
        print_json(found)
        return
    shown.table(rows, COLUMNS if by else COLUMNS[1:])
    for note in _notes(found):
        warn(note)


def _window(
    label: str | None, calendar: "Calendar"
) -> tuple[datetime, datetime] | tuple[None, None]:
    """The instants at which the period begins and is over."""
    from sales.calendar import period
    from sales.drafts import Broken
    from sales.values import end_of

    if label is None:
        return None, None
    try:
        days = period(label, calendar)
    except Broken as broken:
        raise Refusal(broken.field, broken.rule, broken.detail) from broken
    instant = timedelta(microseconds=1)
    before = days.first - timedelta(days=1)
    first, last = (end_of(day, calendar.time_zone) for day in (before, days.last))
    return first + instant, last + instant


def _row(each: "Satisfied") -> dict[str, Any]:
    csat, nps, response = each.csat, each.nps, each.response
    return {
        "group": each.group or "-",
        **{f"csat{name}": _percent(value) for name, value in _interval(csat.rate, csat)},
        "csat_n": int(csat.n),
        **{f"nps{name}": _points(value) for name, value in _interval(nps.score, nps)},
        "nps_n": nps.n,
        **{name: getattr(nps, name) for name in ("promoters", "passives", "detractors")},
        "asked": each.asked,
        "answered": int(response.part),
        "lapsed": int(response.n - response.part),
        "waiting": each.waiting,
        "response_rate": _percent(response.rate),
    }


def _interval(middle: float | None, of: Any) -> Iterable[tuple[str, float | None]]:
    return (("", middle), ("_low", of.low), ("_high", of.high))


def _percent(value: float | None) -> str | None:
    return None if value is None else f"{100 * value:.0f} %"


def _points(value: float | None) -> str | None:
    return None if value is None else f"{value:+.0f}"


def _notes(found: "list[Satisfied]") -> Iterable[str]:
    if not any(each.asked or each.csat.n or each.nps.n for each in found):
        yield "nobody was asked, and nobody has answered"
    elif few := [each for each in found if 0 < max(each.csat.n, each.nps.n) < FEW]:
        groups = "" if few[0].group is None else f" of {len(few)} groups"
        yield f"the numbers{groups} rest on fewer than {FEW} answers: mind the intervals"
