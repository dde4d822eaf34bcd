"""`closeline pool`: hours of something scarce, lent to opportunities where they pay the most."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from typer import Option, Typer, echo

from sales.pool.state import Pool, load_pool
from sales.pool.terms import period_of
from sales.pool.viewing import lease_views, queue_views
from starter.commands import leasing
from starter.commands.asking import query
from starter.commands.common import Shown, Where
from starter.commands.failing import Refusal
from starter.commands.leasing import PoolId
from starter.commands.saying import Said
from starter.commands.spreading import command
from starter.output import print_json, print_record, print_table

app = Typer(
    no_args_is_help=True,
    help="Pools of capacity: open, look at, close; ask for hours, renew and return them.",
)

COLUMNS: Final = (
    *("id", "name", "stage", "hours", "leased", "used", "leases", "waiting", "currency"),
)
LEASES: Final = ("opportunity_id", "hours", "used", "expires_at", "renewals", "owner")
QUEUE: Final = ("opportunity_id", "hours", "an_hour", "why", "waits", "owner")


@dataclass(frozen=True)
class TermsSaid:
    """The terms that a pool may be opened and amended by."""

    period: Annotated[str | None, Option(help="How long a period is, such as 7d.")] = None
    starts: Annotated[str | None, Option(help="A day with which a period begins.")] = None
    time_zone: Annotated[
        str | None, Option(help="The time zone of its days, such as Europe/Berlin.")
    ] = None
    lease: Annotated[
        str | None, Option(help="How long a lease lasts at the longest, such as 14d.")
    ] = None
    warn: Annotated[str | None, Option(help="How long before its end a lease is told of.")] = None
    patience: Annotated[
        str | None, Option(help="Who has waited so long goes before all who have not.")
    ] = None
    gain: Annotated[
        str | None, Option(help="By how much hours raise the chance of a win, such as 0.1.")
    ] = None
    renewals: Annotated[int | None, Option(help="How often a lease may be renewed.")] = None


@command(
    app,
    "open",
    'closeline pool open engineers --name "Solution engineers" --hours 80 \\',
    "  --currency EUR --period 7d --time-zone Europe/Berlin",
)
async def open_(
    id: PoolId,
    name: Annotated[str, Option(help="What people call it.")],
    hours: Annotated[str, Option(help="The hours of a period.")],
    currency: Annotated[str, Option(help="What amounts are counted in, such as EUR.")],
    *,
    terms: TermsSaid,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Open a pool: so many hours in each period. What waits for it already is served."""
    client = await where.client()
    fields = {"name": name, "hours": hours, "currency": currency, **asdict(terms)}
    await said.say(shown, client.say_to_pool, id, "open_pool", **fields)


@command(app, "amend", "closeline pool amend engineers --hours 120")
async def amend(
    id: PoolId,
    name: Annotated[str | None, Option(help="What people call it.")] = None,
    hours: Annotated[str | None, Option(help="The hours of a period.")] = None,
    currency: Annotated[str | None, Option(help="What amounts are counted in.")] = None,
    *,
    terms: TermsSaid,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Change a pool's terms; leases stay as they were granted."""
    client = await where.client()
    fields = {"name": name, "hours": hours, "currency": currency, **asdict(terms)}
    await said.say(shown, client.say_to_pool, id, "amend_pool", **fields)


@command(app, "list", "closeline pool list")
async def list_(*, shown: Shown, where: Where) -> None:
    """List the pools that the ledger knows."""
    rows = await where.ask(lambda ledger: ledger.pools())
    shown.table([asdict(row) for row in rows], COLUMNS)


@command(app, "show", "closeline pool show engineers")
async def show(id: PoolId, *, shown: Shown, where: Where) -> None:
    """Show who has a pool's hours until when, and who waits, in the order of their turn."""
    client = await where.client()
    told = await query(client.pool(id))
    source, unwritten = "workflow", told.pop("outbox") if told else 0
    state = load_pool(told) if told else None
    if state is None:
        source, state = "ledger", await where.ask(lambda ledger: ledger.pool_state(id))
    if state is None:
        raise Refusal("pool_id", "unknown_pool", f"nobody knows a pool {id!r}")
    now = datetime.now(UTC)
    head = {**_head(state, now), "source": source, "unwritten": unwritten}
    leases = [each._asdict() for each in lease_views(state)]
    queue = [{**e._asdict(), "waits": now - e.since} for e in queue_views(state, now)]
    if shown.json:
        rest = {"last_refusals": list(state.refused)}
        print_json({**head, "leases": leases, "queue": queue, **rest})
        return
    print_record(head)
    echo("\nHas hours, the first to lose them first:")
    print_table(leases, LEASES, ("hours", "used", "renewals"))
    echo("\nWaits, in the order of their turn:")
    for each in queue:
        each["waits"] = _spoken(each["waits"].total_seconds())
    print_table(queue, QUEUE, ("hours", "an_hour", "waits"))


@command(app, "close", 'closeline pool close engineers --reason "the team was dissolved"')
async def close(
    id: PoolId,
    reason: Annotated[str, Option(help="Why, in words.")],
    release: Annotated[
        bool | None, Option("--release", help="Also if somebody has hours, who then loses them.")
    ] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Close a pool for good: nobody waits for it any more."""
    client = await where.client()
    fields = {"reason": reason, "release": release}
    await said.say(shown, client.say_to_pool, id, "close_pool", **fields)


def _head(state: Pool, now: datetime) -> dict[str, Any]:
    terms = state.terms
    first, behind = period_of(terms, now) if terms else (None, None)
    return {
        "id": state.id,
        "name": terms.name if terms else None,
        "stage": state.stage,
        "hours": state.hours,
        "leased": state.leased,
        "used": state.used,
        "free": state.free,
        "waiting": len(state.queue),
        "period": terms.period if terms else None,
        "period_began": first,
        "period_ends": behind,
        "currency": terms.currency if terms else None,
        "lease": terms.lease if terms else None,
        "patience": terms.patience if terms else None,
        "gain": terms.gain if terms else None,
        "renewals": terms.renewals if terms else None,
        "refusals": state.refusals,
        "sequence": state.sequence,
    }


def _spoken(seconds: float) -> str:
    """The time in the largest unit that leaves it at one or more."""
    for name, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= length:
            return f"{seconds / length:.1f}{name}"
    return f"{seconds:.0f}s"


app.add_typer(leasing.app)
