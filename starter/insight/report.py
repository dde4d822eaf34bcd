"""`closeline report`: the page that a sales leader reads."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option, Typer, echo

from sales.calendar import Calendar, Period, period, quarter
from sales.drafts import Broken
from starter.commands.common import Shown, Where
from starter.commands.failing import Refusal
from starter.commands.quota import PERIOD
from starter.commands.spreading import command
from starter.insight.common import AsOf
from starter.output import print_json

if TYPE_CHECKING:
    from insight.report.page import Page, Table
    from ledger.ledger import Ledger

app = Typer()


@command(app, "report", "closeline report --html report.html --period 2027-Q3")
async def report(
    html: Annotated[Path, Option(help="Write the page to this file.")],
    wanted: Annotated[
        str | None, Option("--period", help=f"Of this one; else the fiscal quarter. {PERIOD}")
    ] = None,
    *,
    as_of: AsOf,
    shown: Shown,
    where: Where,
) -> None:
    """Write one page with the plots and lists that a sales leader looks at.

    It needs nothing but itself: no network and no script; it is made for a
    phone, a desk, a dark screen and paper. Every section begins with what is
    seen and of how many, and says so where there is not enough to see.
    """
    page = await where.ask(lambda ledger: _page(ledger, as_of, wanted))

    from insight.report.page import html as written

    try:
        html.write_text(written(page), encoding="utf-8")
    except OSError as error:
        raise Refusal("html", "not_writable", str(error)) from error
    if shown.json:
        print_json(_told(page))
    else:
        for chapter in page.chapters:
            for section in chapter.sections:
                echo(f"{section.title}: {section.lead}")


def _page(ledger: "Ledger", as_of: AsOf, wanted: str | None) -> "Page":
    from insight.learned import fit
    from insight.reading import past_of
    from insight.report.making import report as make

    calendar = ledger.calendar() or Calendar()
    instant = as_of.instant(calendar)
    return make(ledger, past_of(ledger), instant, _period(wanted, calendar, instant), fit)


def _period(wanted: str | None, calendar: Calendar, instant: datetime) -> Period:
    if wanted is None:
        return quarter(calendar.day(instant), calendar)
    try:
        return period(wanted, calendar)
    except Broken as broken:
        raise Refusal(broken.field, broken.rule, broken.detail) from broken


def _told(page: "Page") -> list[dict[str, Any]]:
    """What is on the page, for programs."""
    return [
        {
            "chapter": chapter.id,
            "section": section.id,
            "title": section.title,
            "lead": section.lead,
            "notes": section.notes,
            "rows": _rows(section.table or section.numbers),
        }
        for chapter in page.chapters
        for section in chapter.sections
    ]


def _rows(table: "Table | None") -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows] if table else []
