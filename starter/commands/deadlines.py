"""`closeline deadlines`: what the clock will close next."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import TypeAdapter, ValidationError
from typer import BadParameter, Option, Typer

from sales.values import Duration
from starter.commands.common import Shown, Where
from starter.commands.spreading import command

if TYPE_CHECKING:
    from ledger.rows import OpportunityRow

app = Typer()

SAME: Final = (
    *("deadline", "clock", "id", "account_id", "name", "process", "stage"),
    *("amount", "currency", "owner"),
)
COLUMNS: Final = ("left", *SAME)


@command(app, "deadlines", "closeline deadlines --within 7d")
async def deadlines(
    within: Annotated[str, Option(help="How far to look ahead, such as 12h or 7d.")] = "7d",
    owner: Annotated[str | None, Option(help="Only of this owner.")] = None,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """List what the clock will close, by when and by which clock; what is overdue comes first."""
    now = datetime.now(UTC)
    until = now + _duration(within)
    rows = await where.ask(lambda ledger: ledger.due(until, owner=owner))
    shown.table([_told(row, now) for row in rows], COLUMNS)


def _told(row: "OpportunityRow", now: datetime) -> dict[str, Any]:
    left = (row.deadline or now) - now
    told = {name: getattr(row, name) for name in SAME}
    return {"left": _spelled(left), "overdue": left < timedelta(0), **told}


def _spelled(left: timedelta) -> str:
    """Its two largest units, such as 3d 4h."""
    minutes, seconds = divmod(int(abs(left).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = [(days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s")]
    first = next((i for i, (count, _) in enumerate(units) if count), len(units) - 1)
    text = " ".join(f"{count}{unit}" for count, unit in units[first : first + 2])
    return f"overdue {text}" if left < timedelta(0) else text


def _duration(text: str) -> timedelta:
    try:
        return TypeAdapter[timedelta](Duration).validate_python(text)
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise BadParameter(said, param_hint="--within") from error
