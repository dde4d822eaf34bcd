"""`closeline bridge`: what changed between two pipelines."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import TypeAdapter
from typer import Argument, Option, Typer

from sales.calendar import Calendar, period
from sales.drafts import Broken
from sales.values import Day, limit_of
from starter.commands.common import Where
from starter.commands.failing import Refusal, warn
from starter.commands.quota import PERIOD
from starter.commands.spreading import command
from starter.insight.assuming import currency_of
from starter.insight.common import AsOf, Tabled, write_csv
from starter.output import print_json, print_table

if TYPE_CHECKING:
    from insight.bridging import Bridged, End
    from ledger.ledger import Ledger

app = Typer()

By = Literal["owner", "team", "territory", "segment", "product", "process", "stage"]
COLUMNS: Final = ("currency", "line", "n", "amount")
END: Final = "A snapshot's name, a day (its end), or an instant."


@command(app, "bridge", "closeline bridge 2027-07-01 2027-07-31 --period 2027-Q3 --by owner")
async def bridge(
    before: Annotated[str, Argument(metavar="FROM", help=END)],
    after: Annotated[str | None, Argument(metavar="TO", help=f"{END} Now by default.")] = None,
    of: Annotated[
        str | None, Option("--period", help=f"The pipeline with a close date in it. {PERIOD}")
    ] = None,
    by: Annotated[By | None, Option(help="A bridge for each of these.")] = None,
    into: Annotated[
        str | None, Option("--in", help="All in this currency, by the rates of each moment.")
    ] = None,
    *,
    as_of: AsOf,
    shown: Tabled,
    where: Where,
) -> None:
    """Show what came into the pipeline, what went, and what changed, without a residual.

    Each end is a snapshot that was kept, or is made again from what was known
    at that moment. Without --period it is the whole pipeline, whatever the
    close dates say. A win counts on its own day, with what was won.
    """
    target = currency_of(into)

    def asked(ledger: "Ledger") -> "Bridged":
        from insight.bridging import Asked, bridged

        calendar = ledger.calendar() or Calendar()
        try:
            days = period(of, calendar) if of else None
            ends = (
                _end(ledger, "from", before, calendar),
                _end(ledger, "to", after, calendar) if after else as_of.instant(calendar),
            )
            return bridged(ledger, *ends, Asked(days, by, target))
        except Broken as broken:
            raise Refusal(broken.field, broken.rule, broken.detail) from broken

    found = await where.ask(asked)
    rows = list(_rows(found))
    if shown.csv:
        write_csv(shown.csv, rows)
    if shown.json:
        print_json(found)
        return
    print_table(rows, COLUMNS if by is None else (by, *COLUMNS))
    for note in found.notes:
        warn(note)


def _end(ledger: "Ledger", field: str, text: str, calendar: Calendar) -> "End":
    if kept := ledger.snapshot(text):
        return kept
    try:
        when = TypeAdapter[Any](Day).validate_python(text)
    except ValueError:
        detail = f"{text!r} is neither a snapshot nor a day nor an instant"
        raise Refusal(field, "unknown_moment", detail) from None
    return limit_of(when, calendar.time_zone)


def _rows(found: "Bridged") -> Iterator[dict[str, Any]]:
    for each in found.bridges:
        group = {} if found.by is None else {found.by: each.group}
        for line in (each.opening, *each.lines, each.closing):
            told = {"line": line.name, "n": line.n, "amount": line.amount}
            yield {**group, "currency": each.currency, **told}
