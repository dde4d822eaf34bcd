"""`closeline rate`: what a unit of a currency is worth, from which day on."""

from typing import Annotated, Final

from typer import Argument, Option, Typer

from sales.rate import SetRate
from starter.commands.common import Shown, Where
from starter.commands.entering import DryRun, File, Signed, enter, enter_file, entry
from starter.commands.spreading import command

app = Typer(no_args_is_help=True, help="Exchange rates: set, list, import.")

COLUMNS: Final = ("currency", "base", "valid_from", "rate", "corrections")


@command(app, "set", "closeline rate set USD 0.9213 --from 2027-01-01 --base EUR")
async def set_(
    currency: Annotated[str, Argument(help="The currency, such as USD.")],
    rate: Annotated[str, Argument(help="What one unit of it is worth.")],
    valid_from: Annotated[str, Option("--from", metavar="DAY", help="From which day on.")],
    base: Annotated[
        str | None, Option(help="In which currency; the calendar's base if absent.")
    ] = None,
    *,
    signed: Signed,
    shown: Shown,
    where: Where,
) -> None:
    """Say what a currency is worth; said otherwise for the same day it is a correction.

    What has ended keeps the rate that was known when it ended.
    """
    fields = {"currency": currency, "rate": rate, "valid_from": valid_from, "base": base}
    await enter(where, shown, entry(SetRate, signed, **fields))


@command(app, "list", "closeline rate list --currency USD")
async def list_(
    currency: Annotated[str | None, Option(help="Only of this currency.")] = None,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """List the rates as they are known now, and how often each was corrected."""
    found = await where.ask(lambda ledger: ledger.rates())
    rows = [
        {**rate.model_dump(), "corrections": rate.sequence - 1}
        for rate in found
        if currency in (None, rate.currency, rate.base)
    ]
    shown.table(rows, COLUMNS)


@command(app, "import", "closeline rate import rates.csv --dry-run")
async def import_(file: File, dry_run: DryRun = False, *, shown: Shown, where: Where) -> None:
    """Import rates from a CSV of currency, rate, valid_from and base, all learned at one moment.

    A row that breaks a rule is rejected, with the field and the rule; then the exit code is 1.
    """
    await enter_file(where, shown, file, SetRate, dry_run)
