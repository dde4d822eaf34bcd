"""`closeline owner`: who sells, for whom, and what becomes of what a leaver leaves."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from typer import Argument, BadParameter, Option, Typer

from sales.calendar import Calendar
from sales.owner import SetOwner, tree
from starter.commands import reassign
from starter.commands.common import Shown, Where
from starter.commands.entering import DryRun, File, Row, Signed, enter, enter_file, entry
from starter.commands.failing import Refusal
from starter.commands.spreading import command

app = Typer(no_args_is_help=True, help="Owners: set, look at, list, import, reassign.")

COLUMNS: Final = ("owner", "name", "team", "territory", "hours", "active_from", "active_until")
FIELDS: Final = frozenset(SetOwner.model_fields) - {"owner", *Signed.__dataclass_fields__}
OwnerId = Annotated[str, Argument(metavar="ID", help="The owner's id.")]


@command(app, "set", 'closeline owner set jane --name "Jane Doe" --team emea --manager bo')
async def set_(
    id: OwnerId,
    name: Annotated[str | None, Option(help="What people call them.")] = None,
    team: Annotated[str | None, Option(help="Their team.")] = None,
    territory: Annotated[str | None, Option(help="Their territory.")] = None,
    manager: Annotated[str | None, Option(help="The owner they report to.")] = None,
    hours: Annotated[str | None, Option(help="Hours a week in which they can sell.")] = None,
    active_from: Annotated[str | None, Option(metavar="DAY", help="Their first day.")] = None,
    active_until: Annotated[str | None, Option(metavar="DAY", help="Their last day.")] = None,
    clear: Annotated[list[str] | None, Option(help="A field to take away.")] = None,
    *,
    signed: Signed,
    shown: Shown,
    where: Where,
) -> None:
    """Say who somebody is; what is not named stays as it is."""
    fields = {"name": name, "team": team, "territory": territory, "manager": manager}
    fields |= {"hours": hours, "active_from": active_from, "active_until": active_until}
    for each in clear or ():
        if each not in FIELDS:
            words = f"{each!r} is none of {', '.join(sorted(FIELDS))}"
            raise BadParameter(words, param_hint="--clear")
    said = entry(SetOwner, signed, owner=id, **fields)
    await enter(where, shown, said.model_copy(update=dict.fromkeys(clear or ())))


@command(app, "show", "closeline owner show jane --json")
async def show(id: OwnerId, *, shown: Shown, where: Where) -> None:
    """Show an owner, who reports to them, and whether they sell today."""
    owners = await where.ask(lambda ledger: ledger.owners())
    calendar = await where.ask(lambda ledger: ledger.calendar())
    if (found := owners.get(id)) is None:
        raise Refusal("owner", "unknown_owner", f"nobody knows an owner {id!r}")
    today = (calendar or Calendar()).day(datetime.now(UTC))
    reports = sorted(each.id for each in owners.values() if each.manager == id)
    shown.record({**found.model_dump(), "active": found.active(today), "reports": reports})


@command(app, "list", "closeline owner list --team emea")
async def list_(
    team: Annotated[str | None, Option(help="Only of this team.")] = None,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """List the owners, each below their manager."""
    owners = await where.ask(lambda ledger: ledger.owners())
    rows: list[dict[str, Any]] = [
        {"owner": each.id, "depth": depth, **each.model_dump(exclude={"id"})}
        for depth, each in tree(owners)
        if team in (None, each.team)
    ]
    told = [{**row, "owner": "  " * row["depth"] + row["owner"]} for row in rows]
    shown.table(rows if shown.json else told, COLUMNS)


@command(app, "import", "closeline owner import owners.csv --dry-run")
async def import_(file: File, dry_run: DryRun = False, *, shown: Shown, where: Where) -> None:
    """Import owners from a CSV whose header names the options of `set`, and `owner`.

    An empty cell says nothing, and `-` takes a value away. A row that breaks a rule is rejected,
    with the field and the rule; then the exit code is 1.
    """
    await enter_file(where, shown, file, SetOwner, dry_run, _managers_first)


def _managers_first(rows: Sequence[Row]) -> list[Row]:
    """Whoever reports to somebody comes behind them; a circle stays, to be refused."""
    said = [row.said for row in rows]
    above = {each.owner: each.manager for each in said if isinstance(each, SetOwner)}

    def depth(row: Row) -> int:
        assert isinstance(row.said, SetOwner)
        steps, manager = 0, row.said.manager
        while manager in above and steps <= len(above):
            steps, manager = steps + 1, above[manager]
        return steps

    return sorted(rows, key=depth)


app.add_typer(reassign.app)
