"""`closeline quota`: what an owner or a team is to win in a period."""

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from typer import Argument, BadParameter, Option, Typer

from sales.calendar import Calendar, period
from sales.drafts import Broken
from sales.quota import SetQuota, lines
from starter.commands.common import Shown, Where
from starter.commands.entering import DryRun, File, Signed, enter, enter_file, entry
from starter.commands.failing import Refusal
from starter.commands.spreading import command

if TYPE_CHECKING:
    from ledger.ledger import Ledger

app = Typer(no_args_is_help=True, help="Quotas: set, list and roll up, import.")

COLUMNS: Final = ("owner", "team", "period", "first", "last", "amount", "currency")
ROLLED: Final = ("whose", "currency", "own", "below", "whole")
PERIOD: Final = "A month 2027-07, a fiscal quarter 2027-Q3, a fiscal year 2027, or days DAY..DAY."


@command(app, "set", "closeline quota set 2027-Q3 --owner jane --amount 250000.00 --currency EUR")
async def set_(
    period: Annotated[str, Argument(help=PERIOD)],
    owner: Annotated[str | None, Option(help="The owner whose it is.")] = None,
    team: Annotated[str | None, Option(help="Or the team.")] = None,
    amount: Annotated[str | None, Option(help="What is to be won, such as 250000.00.")] = None,
    currency: Annotated[str | None, Option(help="Its currency, such as EUR.")] = None,
    void: Annotated[bool | None, Option("--void", help="Take it back altogether.")] = None,
    *,
    signed: Signed,
    shown: Shown,
    where: Where,
) -> None:
    """Set a quota; another one for the same days replaces it."""
    fields = {"period": period, "owner": owner, "team": team, "void": void}
    await enter(where, shown, entry(SetQuota, signed, amount=amount, currency=currency, **fields))


@command(app, "list", "closeline quota list --period 2027-Q3 --by team")
async def list_(
    period: Annotated[str | None, Option(help=f"Rolled up for this one. {PERIOD}")] = None,
    by: Annotated[
        Literal["owner", "team", "territory"] | None,
        Option(help="Rolled up along managers (owner), teams or territories."),
    ] = None,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """List every quota, or those of a period rolled up, each currency by itself.

    A longer quota is never divided; the ones within the period are added up, and `whole` says
    whether they leave no day out.
    """
    if by and not period:
        raise BadParameter("needs --period", param_hint="--by")
    if period is None:
        found = await where.ask(lambda ledger: ledger.quotas())
        shown.table([each.model_dump() for each in found if not each.void], COLUMNS)
        return
    wanted = period
    rows = await where.ask(lambda ledger: _rolled(ledger, wanted, by or "owner"))
    told = [{**row, "whose": "  " * row["depth"] + row["whose"]} for row in rows]
    shown.table(rows if shown.json else told, ROLLED)


@command(app, "import", "closeline quota import quotas.csv --dry-run")
async def import_(file: File, dry_run: DryRun = False, *, shown: Shown, where: Where) -> None:
    """Import quotas from a CSV of owner or team, period, amount and currency.

    A row that breaks a rule is rejected, with the field and the rule; then the exit code is 1.
    """
    await enter_file(where, shown, file, SetQuota, dry_run)


def _rolled(
    ledger: "Ledger", wanted: str, by: Literal["owner", "team", "territory"]
) -> list[dict[str, Any]]:
    try:
        days = period(wanted, ledger.calendar() or Calendar())
    except Broken as broken:
        raise Refusal(broken.field, broken.rule, broken.detail) from broken
    return [line._asdict() for line in lines(ledger.quotas(), ledger.owners(), days, by)]
