"""`closeline opportunity`: open one, look at it, reopen it. The rest is said in files beside."""

from dataclasses import asdict
from typing import Annotated, Any, Final, Literal

from typer import BadParameter, Option, Typer

from sales.telling import event
from starter.commands import ending, moving
from starter.commands.asking import query
from starter.commands.common import (
    DAY,
    Amount,
    Currency,
    OpportunityId,
    Override,
    Shown,
    Where,
    money,
)
from starter.commands.failing import Refusal, warn
from starter.commands.saying import Said
from starter.commands.spreading import command
from starter.commands.viewing import COLUMNS, kept_late, view

app = Typer(no_args_is_help=True, help="Opportunities: open, look at, move, end, reopen.")

JOURNAL: Final = ("sequence", "occurred_at", "kind", "cause", "actor", "event_id", "data")


@command(
    app,
    "open",
    "closeline opportunity open acme-1 --account acme --process new_business \\",
    '  --name "First order" --objective "Half the error rate" \\',
    "  --amount 12000.00 --currency EUR --close-date 2027-03-31",
)
async def open_(
    id: OpportunityId,
    account: Annotated[str, Option(help="The account it belongs to.")],
    process: Annotated[str, Option(help="The sales process, as in `closeline processes list`.")],
    name: Annotated[str, Option(help="What people call it.")],
    amount: Amount = None,
    currency: Currency = None,
    close_date: Annotated[
        str | None, Option(help=f"Decision and action expected by. {DAY}")
    ] = None,
    notice_by: Annotated[
        str | None, Option(help=f"Where silence is a purchase: notice is due. {DAY}")
    ] = None,
    objective: Annotated[list[str] | None, Option(help="What the buyer wants to reach.")] = None,
    stakeholder: Annotated[
        list[str] | None, Option(metavar="ID:ROLE[:NAME]", help="A person on the buyer's side.")
    ] = None,
    owner: Annotated[str | None, Option(help="Who sells.")] = None,
    team: Annotated[str | None, Option(help="The team that sells.")] = None,
    segment: Annotated[str | None, Option(help="The market segment.")] = None,
    product: Annotated[str | None, Option(help="What would be bought.")] = None,
    territory: Annotated[str | None, Option(help="The territory.")] = None,
    lead_source: Annotated[str | None, Option(help="Where it came from.")] = None,
    override: Override = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Open an opportunity through its account."""
    objectives = {f"objective-{i}": {"description": t} for i, t in enumerate(objective or [], 1)}
    people = dict(_person(each) for each in stakeholder or [])
    client = await where.client()
    await said.say(
        shown,
        client.open_opportunity,
        *(account, id),
        process=process,
        name=name,
        amount=money(amount, currency),
        close_date=close_date,
        notice_by=notice_by,
        objectives=objectives,
        stakeholders=people,
        owner=owner,
        team=team,
        segment=segment,
        product=product,
        territory=territory,
        lead_source=lead_source,
        override=override,
    )


@command(app, "show", "closeline opportunity show acme-1 --json")
async def show(id: OpportunityId, *, shown: Shown, where: Where) -> None:
    """Show an opportunity: from its running workflow, else from the ledger."""
    from sales.opportunity import load

    client = await where.client()
    told = await query(client.opportunity(id))
    if told is not None:
        unwritten, state = told.pop("outbox"), load(told)
        late = await kept_late(id, where) if state.outcome else []
        shown.record({**view(state, "workflow", unwritten), "came_late": late})
        return
    known = await where.ask(lambda ledger: ledger.state(id))
    if known is None:
        raise _unknown(id)
    shown.record({**view(known, "ledger", 0), "came_late": await kept_late(id, where)})


@command(app, "list", "closeline opportunity list --outcome open --owner jane")
async def list_(
    account: Annotated[str | None, Option(help="Only of this account.")] = None,
    owner: Annotated[str | None, Option(help="Only of this owner.")] = None,
    process: Annotated[str | None, Option(help="Only of this process.")] = None,
    stage: Annotated[str | None, Option(help="Only in this stage.")] = None,
    outcome: Annotated[
        Literal["open", "won", "lost", "expired", "withdrawn"] | None,
        Option(help="Only with this outcome."),
    ] = None,
    limit: Annotated[int, Option(min=1, help="At most so many.")] = 100,
    after: Annotated[str | None, Option(help="Go on behind this id.")] = None,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """List opportunities as the ledger has them, by id."""
    rows = await where.ask(
        lambda ledger: ledger.opportunities(
            account_id=account,
            owner=owner,
            process=process,
            stage=stage,
            outcome=outcome,
            limit=limit,
            after=after,
        )
    )
    shown.table([asdict(row) for row in rows], COLUMNS)
    if len(rows) == limit:
        warn(f"there may be more: --after {rows[-1].id}")


@command(app, "journal", "closeline opportunity journal acme-1")
async def journal(
    id: OpportunityId,
    superseded: Annotated[
        bool, Option("--superseded", help="Also the facts that were taken back.")
    ] = False,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """Show every fact of an opportunity, as the ledger has them.

    Behind them comes what arrived later: its account has kept it, under numbers of its own.
    """
    rows = await where.ask(
        lambda ledger: ledger.journal_rows("opportunity", id, superseded=superseded)
    )
    if not rows:
        raise _unknown(id)
    told: list[dict[str, Any]] = [{**asdict(row), **asdict(row.fact)} for row in rows]
    for each in told:
        del each["fact"]
    own = {event("late", id, each["event_id"] or each["sequence"]) for each in told}
    late = [
        {**asdict(fact), "kept_by": account_id}
        for account_id, fact in await where.ask(lambda ledger: ledger.late_facts(id))
        if fact.event_id not in own
    ]
    told += late
    columns = (*JOURNAL, *(["superseded"] if superseded else []), *(["kept_by"] if late else []))
    shown.table([{"superseded": 0, "kept_by": None, **each} for each in told], columns)


@command(app, "reopen", 'closeline opportunity reopen acme-1 --reason "budget came back"')
async def reopen(
    id: OpportunityId,
    reason: Annotated[str, Option(help="Why, in words.")],
    close_date: Annotated[str | None, Option(help=f"The new close date. {DAY}")] = None,
    amount: Amount = None,
    currency: Currency = None,
    override: Override = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Begin a successor of an ended opportunity; the first outcome stands."""
    client = await where.client()
    fields = {"close_date": close_date, "override": override, "amount": money(amount, currency)}
    await said.say(shown, client.reopen, id, reason, **fields)


def _person(text: str) -> tuple[str, dict[str, str]]:
    """`id:role` or `id:role:name`."""
    id_, *rest = text.split(":", 2)
    if not rest:
        raise BadParameter(f"{text!r} is not ID:ROLE or ID:ROLE:NAME", param_hint="--stakeholder")
    return id_, dict(zip(("role", "name"), rest, strict=False))


def _unknown(id: str) -> Refusal:
    return Refusal("opportunity_id", "unknown_opportunity", f"nobody knows an opportunity {id!r}")


app.add_typer(moving.app)
app.add_typer(ending.app)
