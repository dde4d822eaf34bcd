"""`closeline forecast`: what a period will bring, and what people judge of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from typer import Argument, Option, Typer
from typer.core import TyperGroup

from sales.calendar import Calendar, Period, period, quarter
from sales.drafts import Broken
from sales.judgement import SetCategory, Submit
from sales.process import ForecastCategory
from starter.commands.common import DAY, OpportunityId, Shown, Where
from starter.commands.entering import Signed, enter, entry
from starter.commands.failing import Refusal
from starter.commands.quota import PERIOD
from starter.commands.spreading import command
from starter.insight.assuming import HOW, assumptions, currency_of, sum_of
from starter.insight.common import AsOf, Tabled

if TYPE_CHECKING:
    from insight.forecast.differing import Difference
    from insight.forecast.report import Forecast
    from insight.forecast.scenario import Assumption
    from ledger.ledger import Ledger


class Showing(TyperGroup):
    """A group whose first command is meant where none is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Options without a command are those of `show`."""
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["show", *args]
        return super().parse_args(ctx, args)


app = Typer(
    cls=Showing,
    help="What a period will bring: show (or nothing), submit, override, judgements.",
)

By = Literal["owner", "manager", "team", "territory", "segment", "product", "process", "currency"]
Reason = Annotated[str | None, Option(help="Why.")]
Void = Annotated[bool | None, Option("--void", help="Take it back altogether.")]


@command(app, "show", "closeline forecast show --period 2027-Q3 --by team --in EUR")
async def show(
    period: Annotated[str | None, Option(help=f"{PERIOD} This fiscal quarter by default.")] = None,
    by: Annotated[By | None, Option(help="Also by these groups.")] = None,
    into: Annotated[
        str | None, Option("--in", help="All in this currency, by rates that are frozen.")
    ] = None,
    quota: Annotated[
        str | None, Option(help="Measure the whole by this sum, such as '250000.00 EUR'.")
    ] = None,
    assume: Annotated[list[str] | None, Option(help=f"With this assumption: {HOW}.")] = None,
    scenario: Annotated[
        Path | None, Option(help="With those of a TOML file: a table for each opportunity.")
    ] = None,
    each: Annotated[bool, Option("--each", help="Also every open opportunity.")] = False,
    *,
    as_of: AsOf,
    shown: Tabled,
    where: Where,
) -> None:
    """Show what a period will bring: the number, its range, what it is made of, and the quota.

    Closed is what was won in the period. Commit, best case and pipeline have
    what is open with a close date in it. What is expected was learned from
    what has ended, and is about all that is open and about business to come.
    """
    from starter.insight.forecast_page import tell

    some = assumptions(assume or (), scenario)
    wanted = Wanted(period, by, currency_of(into), quota, some, each, as_of)
    tell(shown, *await where.ask(wanted.forecasts))


@command(
    app,
    "submit",
    "closeline forecast submit 2027-Q3 --owner jane --amount 250000.00 \\",
    "  --currency EUR --reason 'two large ones' --actor jane",
)
async def submit(
    period: Annotated[str, Argument(help=PERIOD)],
    owner: Annotated[str, Option(help="Whose, with everybody below them.")],
    currency: Annotated[str, Option(help="Its currency, such as EUR.")],
    amount: Annotated[str | None, Option(help="What will have been won, such as 1200.00.")] = None,
    reason: Reason = None,
    until: Annotated[
        str | None, Option(help=f"When it expires; with the period by default. {DAY}")
    ] = None,
    void: Void = None,
    *,
    signed: Signed,
    shown: Shown,
    where: Where,
) -> None:
    """Submit what an owner and everybody below them will have won once the period is over.

    Every --actor has a word of their own, and a later one replaces it; of
    several, the last that was said counts until it expires.
    """
    fields = {"period": period, "owner": owner, "amount": amount, "currency": currency}
    terms = {"reason": reason, "until": until, "void": void}
    await enter(where, shown, entry(Submit, signed, **fields, **terms))


@command(
    app,
    "override",
    "closeline forecast override acme-1 commit --until 2027-09-30 \\",
    "  --reason 'their board has said yes' --actor jane",
)
async def override(
    id: OpportunityId,
    category: Annotated[ForecastCategory | None, Argument(help="The category it is in.")] = None,
    reason: Reason = None,
    until: Annotated[str | None, Option(help=f"When that expires. {DAY}")] = None,
    void: Void = None,
    *,
    signed: Signed,
    shown: Shown,
    where: Where,
) -> None:
    """Put an open opportunity into another forecast category than its stage's, until then."""
    fields = {"opportunity": id, "category": category}
    terms = {"reason": reason, "until": until, "void": void}
    await enter(where, shown, entry(SetCategory, signed, **fields, **terms))


@command(app, "judgements", "closeline forecast judgements --as-of 2027-08-31")
async def judgements(
    all: Annotated[bool, Option("--all", help="Also what expired or was taken back.")] = False,
    *,
    as_of: AsOf,
    shown: Tabled,
    where: Where,
) -> None:
    """List what people judged: which word counts, and whose was replaced by a later one."""
    from starter.insight.forecast_page import JUDGED, judged

    rows = await where.ask(lambda ledger: judged(ledger, as_of.instant(ledger.calendar()), all))
    shown.rows(rows, JUDGED)


@dataclass(frozen=True)
class Wanted:
    """What `show` was asked."""

    period: str | None
    by: By | None
    into: str | None
    quota: str | None
    some: "Sequence[Assumption]"
    each: bool
    as_of: AsOf

    def forecasts(self, ledger: "Ledger") -> "tuple[Forecast, Forecast | None, list[Difference]]":
        """The forecast, the same under assumptions, if there are any, and what they change."""
        from insight.forecast.differing import difference
        from insight.forecast.forecasting import Asked, forecast, ground, learn
        from insight.reading import past_of

        calendar = ledger.calendar() or Calendar()
        instant = self.as_of.instant(calendar)
        asked = Asked(self.by, self.into, each=self.each, quota=self._quota(calendar))
        try:
            days = self._days(calendar, instant)
            on = ground(ledger, past_of(ledger), instant)
            learned = learn(on, days)
            without = forecast(on, days, learned, asked)
            if not self.some:
                return without, None, []
            with_ = forecast(on, days, learned, replace(asked, assumptions=self.some))
        except Broken as broken:
            raise Refusal(broken.field, broken.rule, broken.detail) from broken
        return without, with_, difference(without, with_)

    def _days(self, calendar: Calendar, instant: datetime) -> Period:
        if self.period is None:
            return quarter(calendar.day(instant), calendar)
        return period(self.period, calendar)

    def _quota(self, calendar: Calendar) -> tuple[Decimal, str] | None:
        if self.quota is None:
            return None
        amount, currency = sum_of(self.quota, "quota")
        currency = currency or self.into or calendar.base_currency
        if currency is None:
            raise Refusal("quota", "currency_required", "say which, as in '1200.00 EUR'")
        return amount, currency
