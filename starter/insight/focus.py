"""`closeline focus`: where the next hour pays, what to stop, and how the work is spread."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import TypeAdapter, ValidationError
from typer import BadParameter, Option, Typer, echo

from sales.drafts import Broken
from sales.values import Duration
from starter.commands.common import Where
from starter.commands.failing import Refusal
from starter.commands.spreading import command
from starter.insight.common import AsOf, Tabled, write_csv
from starter.output import print_json

if TYPE_CHECKING:
    from ledger.ledger import Ledger

app = Typer()

Show = Literal["work", "stop", "closing", "load", "effort", "segments"]
By = Literal["owner", "team", "process", "segment", "lead_source"]


@command(app, "focus", "closeline focus --owner jane --most 10")
async def focus(
    show: Annotated[
        Show, Option(help="What to look at; `closing` is what the clock will close.")
    ] = "work",
    by: Annotated[By, Option(help="Sum up load or effort by this.")] = "owner",
    owner: Annotated[str | None, Option(help="Only of this owner.")] = None,
    process: Annotated[str | None, Option(help="Only of this process.")] = None,
    most: Annotated[int, Option(help="At most so many rows.", min=1)] = 20,
    within: Annotated[str, Option(help="Chances to win, or deadlines, within this time.")] = "90d",
    ahead: Annotated[str, Option(help="Spend the hours that owners have in these days.")] = "7d",
    tolerance: Annotated[
        float, Option(help="Stop what fewer than this share still win.", min=0, max=0.5)
    ] = 0.03,
    move: Annotated[
        Literal["team", "anyone"] | None, Option(help="Opportunities may go to others.")
    ] = None,
    bound: Annotated[
        bool, Option("--bound", help="With --move: solve the linear program for its bound.")
    ] = False,
    leaves: Annotated[str | None, Option(help="What happens when this owner leaves.")] = None,
    currency: Annotated[
        str | None, Option(help="Count in it instead of the base currency.")
    ] = None,
    export: Annotated[
        Path | None, Option(help="Write what was learned of segments and sources, as CSV.")
    ] = None,
    *,
    as_of: AsOf,
    shown: Tabled,
    where: Where,
) -> None:
    """Say where the next hour pays, and what to do there.

    Everything open is ranked by chance times amount for each hour of work that is left, and the
    hours of each owner go where they bring most. It also says what to stop, what the clock will
    close, how the work is spread, and what past hours have brought.
    """
    from starter.insight.focus_views import View, Views

    asked = View(show, by, owner, process, most, leaves, as_of.as_of is None)
    spans = {"within": _span(within, "--within"), "ahead": _span(ahead, "--ahead")}

    def ask(ledger: "Ledger") -> dict[str, Any]:
        from insight.focus.study import Question, study

        instant = as_of.instant(ledger.calendar())
        question = Question(
            instant, spans["within"], spans["ahead"], tolerance, currency, move, bound
        )
        try:
            found = study(ledger, question)
            if export:
                write_csv(export, list(Views(found, ledger, asked).segments()))
            return Views(found, ledger, asked).told()
        except Broken as broken:
            raise Refusal(broken.field, broken.rule, broken.detail) from broken

    told = await where.ask(ask)
    if shown.csv:
        write_csv(shown.csv, told["rows"])
    if shown.json:
        print_json(told)
        return
    for line in told["notes"]:
        echo(line)
    if told["rows"]:
        echo()
        shown.table(told["rows"], told["columns"])


def _span(text: str, option: str) -> timedelta:
    try:
        found = TypeAdapter[timedelta](Duration).validate_python(text)
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise BadParameter(said, param_hint=option) from error
    if not found:
        raise BadParameter("must be longer than nothing", param_hint=option)
    return found
