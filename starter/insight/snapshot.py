"""`closeline snapshot`: what the forecasts say, kept to be compared and scored."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from typer import Argument, Option, Typer

from starter.commands.common import Shown, Where
from starter.commands.failing import Refusal
from starter.commands.spreading import command
from starter.insight.common import AsOf, Tabled
from starter.output import print_json

if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from ledger.snapshots import Kept, Taken

app = Typer(no_args_is_help=True, help="Snapshots of forecasts: take, list, show.")

LISTED: Final = ("name", "as_of", "taken_at", "retroactive", "count")
SAID: Final = ("period", "forecaster", "currency", "amount", "p10", "p50", "p90")
LEAD: Final = timedelta(seconds=1)
"""How far two clocks may be apart."""


@command(app, "take", "closeline snapshot take --as-of 2027-06-30")
async def take(
    name: Annotated[str | None, Option(help="Its name; its instant by default.")] = None,
    *,
    as_of: AsOf,
    shown: Shown,
    where: Where,
) -> None:
    """Take a snapshot of what is known and forecast now, or was at a moment of the past.

    A snapshot never changes: where there is one of the name already, it stays
    as it is, and `new` says no. One of the past has only what was known then;
    it is marked as retroactive.
    """

    def taken(ledger: "Ledger") -> "Taken":
        from insight.snapshots.taking import take
        from ledger.snapshots import name_of

        instant, now = as_of.instant(ledger.calendar()), datetime.now(UTC)
        if instant > now + LEAD:
            raise Refusal("as_of", "in_the_future", f"{instant.isoformat()} has not come yet")
        return take(ledger, name or name_of(instant), instant, now)

    found = await where.ask(taken)
    shown.record({"name": found.name, "opportunities": found.count, "new": found.new})


@command(app, "list", "closeline snapshot list")
async def list_(*, shown: Tabled, where: Where) -> None:
    """List every snapshot, in the order of their moments."""
    kept = await where.ask(lambda ledger: ledger.snapshots())
    shown.rows([{name: getattr(each, name) for name in LISTED} for each in kept], LISTED)


@command(app, "show", "closeline snapshot show 2027-06-30T00:00:00Z --items june.parquet")
async def show(
    name: Annotated[str, Argument(metavar="NAME", help="The snapshot's name.")],
    items: Annotated[
        Path | None, Option(help="Write its opportunities to this Parquet file, too.")
    ] = None,
    *,
    shown: Tabled,
    where: Where,
) -> None:
    """Show what every forecaster said of the periods then under way and to come."""
    kept = await where.ask(lambda ledger: _found(ledger, name))
    if items:
        items.write_bytes(kept.items)
    said = [{**dict.fromkeys(SAID), **each} for each in kept.about["said"]]
    if shown.json:
        print_json({**{name: getattr(kept, name) for name in LISTED}, **kept.about})
        return
    shown.rows(said, SAID)


def _found(ledger: "Ledger", name: str) -> "Kept":
    kept = ledger.snapshot(name)
    if kept is None:
        raise Refusal("name", "unknown_snapshot", f"there is none of the name {name!r}")
    return kept
