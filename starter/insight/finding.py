"""`closeline finding`: what each way of finding opportunities is worth."""

from typing import TYPE_CHECKING, Annotated, Any, Final

from typer import Option, Typer, echo

from starter.commands.common import Where
from starter.commands.spreading import command
from starter.insight.common import AsOf, Tabled
from starter.insight.words import flat, interval, percent
from starter.output import print_json

if TYPE_CHECKING:
    from insight.finding import Yield
    from ledger.ledger import Ledger

app = Typer()

COLUMNS: Final = (
    *("rule", "fired", "passed_over", "waiting", "dismissed", "lapsed", "launched"),
    *("open", "won", "lost", "expired", "withdrawn", "errors", "win_rate", "won_amount"),
)
NOTHING: Final = "No rule has fired by then, and nobody has reported a need."


@command(app, "finding", "closeline finding --rule seats_fill_up")
async def finding(
    rule: Annotated[str | None, Option(help="Only this rule.")] = None,
    *,
    as_of: AsOf,
    tabled: Tabled,
    where: Where,
) -> None:
    """Show what each rule that finds opportunities has come to: fired, launched, won, for how much.

    Beside the rules of policies stand `reported` (somebody said so), `referral` and
    `late_evidence`. The win rate is won of all that ended, with its 95 % interval.
    """

    def ask(ledger: "Ledger") -> "list[Yield]":
        from insight.finding import yields

        return yields(ledger, as_of.instant(ledger.calendar()))

    found = [each for each in await where.ask(ask) if rule in (None, each.rule)]
    tabled.file([flat(each) for each in found])
    if tabled.json:
        print_json(found)
    elif found:
        tabled.table([_row(each) for each in found], COLUMNS)
    else:
        echo(NOTHING)


def _row(each: "Yield") -> dict[str, Any]:
    rate, range_ = percent(each.rate.rate), interval(each.rate)
    sums = [f"{amount:,.2f} {currency}" for currency, amount in each.amounts.items()]
    told = {name: getattr(each, name) for name in COLUMNS if hasattr(each, name)}
    return {**told, "win_rate": f"{rate} ({range_})" if rate else None, "won_amount": sums}
