"""`closeline win-loss`: how often, why, how far, how long, and what separates wins from losses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import TypeAdapter
from typer import BadParameter, Option, Typer, echo

from sales.calendar import Calendar
from sales.values import Day, end_of, limit_of
from starter.commands.common import Where
from starter.commands.spreading import command
from starter.insight.common import DAY, AsOf, Tabled
from starter.output import print_json, print_table

if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from starter.insight.words import Page

app = Typer()

DAY_LONG: Final = timedelta(days=1)
INSTANT: Final = timedelta(microseconds=1)
Section = Literal["overview", "rates", "reasons", "funnel", "time", "separates", "customers"]


@dataclass(frozen=True)
class Window:
    """Which ends count."""

    since: Annotated[
        str | None, Option(help="Only what ended from then on. A day, its beginning.")
    ] = None
    until: Annotated[str | None, Option(help=f"Only what ended by then. {DAY}")] = None

    def instants(self, calendar: Calendar | None) -> tuple[datetime | None, datetime | None]:
        """From when, until when."""
        zone = (calendar or Calendar()).time_zone
        since, until = _day("--since", self.since), _day("--until", self.until)
        return since and _beginning(since, zone), until and limit_of(until, zone)


@command(app, "win-loss", "closeline win-loss --since 2027-01-01 --by competitor")
async def win_loss(
    section: Annotated[Section, Option(help="One section in full.")] = "overview",
    by: Annotated[
        str | None,
        Option(help="By owner, team, product, account, competitor, champion, plan, month, ..."),
    ] = None,
    horizon: Annotated[
        float, Option(min=1, help="How many days ahead the chances to win look.")
    ] = 30,
    least: Annotated[
        int, Option(min=1, help="Compare only groups in which at least so many ended.")
    ] = 20,
    *,
    window: Window,
    as_of: AsOf,
    tabled: Tabled,
    where: Where,
) -> None:
    """Show win rates by every definition, and what goes together with winning.

    Rates come with their 95 % interval and with how many they are of. What is still open counts
    where it can: in the cohort rate, the funnel and all times. As JSON it is all sections.
    """
    from insight.win_loss import Looking
    from insight.win_loss.attributes import NAMES
    from insight.win_loss.reading import look
    from starter.insight import win_loss_groups, win_loss_pages
    from starter.insight.words import flat

    if by is not None and by not in NAMES:
        raise BadParameter(f"{by!r} is none of {', '.join(NAMES)}", param_hint="--by")

    def asked(ledger: "Ledger") -> Looking:
        calendar = ledger.calendar()
        since, until = window.instants(calendar)
        return look(ledger, as_of.instant(calendar), since=since, until=until)

    looking = await where.ask(asked)
    if by is not None:
        groups = looking.by(by)
        tabled.file([flat(each) for each in groups])
        _show(tabled, groups, [win_loss_groups.by(by, groups)], looking.sentences())
        return
    told = looking.all(horizon, least)
    tabled.file(win_loss_pages.lines(told, section))
    _show(tabled, told, win_loss_pages.SECTIONS[section](told), told.sentences)


def _show(tabled: Tabled, told: Any, shown: "Iterable[Page]", sentences: list[str]) -> None:
    """As JSON whole, else page by page."""
    if tabled.json:
        print_json(told)
        return
    for sentence in sentences:
        echo(sentence)
    for number, page in enumerate(shown):
        if not (page.rows or page.words):
            continue
        if number or sentences:
            echo()
        echo(page.title)
        for words in page.words:
            echo(f"  {words}")
        if page.rows:
            print_table(page.rows, page.columns)


def _beginning(when: date | datetime, time_zone: str) -> datetime:
    return when if isinstance(when, datetime) else end_of(when - DAY_LONG, time_zone) + INSTANT


def _day(option: str, text: str | None) -> Any:
    if text is None:
        return None
    try:
        return TypeAdapter[Any](Day).validate_python(text)
    except ValueError:
        detail = f"{text!r} is neither a day nor an instant"
        raise BadParameter(detail, param_hint=option) from None
