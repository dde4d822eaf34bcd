"""`closeline opportunity`: what is said while it is pursued."""

import json
from typing import Annotated, Any, Final, NoReturn

from typer import Argument, BadParameter, Option, Typer

from starter.commands.common import Amount, Currency, OpportunityId, Override, Shown, Where, money
from starter.commands.saying import Said
from starter.commands.spreading import command

app = Typer()

NO_DETAILS: Final = {"self", "kind", "opportunity_id", *Said.__dataclass_fields__}

By = Annotated[str, Option(help="buyer or seller: only the buyer ends the buyer's silence.")]
Hours = Annotated[str | None, Option(help="Hours, such as 1.5.")]


@command(app, "stage", "closeline opportunity stage acme-1 discovery --actor jane")
async def stage(
    id: OpportunityId,
    stage: Annotated[str, Argument(help="The stage to move to.")],
    evidence: Annotated[str | None, Option(help="What shows that it is there.")] = None,
    override: Override = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Move it to a stage whose gate is open, forwards or backwards."""
    client = await where.client()
    fields = {"stage": stage, "evidence": evidence, "override": override}
    await said.say(shown, client.say, id, "change_stage", **fields)


@command(app, "engage", "closeline opportunity engage acme-1 --by buyer --channel call")
async def engage(
    id: OpportunityId,
    by: By,
    channel: Annotated[str, Option(help="How, such as call, mail or meeting.")],
    summary: Annotated[str | None, Option(help="What was said.")] = None,
    stakeholder: Annotated[str | None, Option(help="The id of the person.")] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Record a contact with the buyer."""
    client = await where.client()
    fields = {"channel": channel, "summary": summary, "stakeholder_id": stakeholder}
    await said.say(shown, client.say, id, "record_engagement", origin=by, **fields)


@command(
    app,
    "amend",
    "closeline opportunity amend acme-1 --amount 15000.00 --currency EUR \\",
    """  --set '{"stakeholders": {"jo": {"role": "champion"}}}'""",
)
async def amend(
    id: OpportunityId,
    name: Annotated[str | None, Option(help="What people call it.")] = None,
    amount: Amount = None,
    recurring: Annotated[
        str | None, Option(help="The part of the sum that returns each year, as 100.00.")
    ] = None,
    currency: Currency = None,
    owner: Annotated[str | None, Option(help="Who sells.")] = None,
    team: Annotated[str | None, Option(help="The team that sells.")] = None,
    segment: Annotated[str | None, Option(help="The market segment.")] = None,
    product: Annotated[str | None, Option(help="What would be bought.")] = None,
    territory: Annotated[str | None, Option(help="The territory.")] = None,
    lead_source: Annotated[str | None, Option(help="Where it came from.")] = None,
    patch: Annotated[
        str, Option("--set", metavar="JSON", help="Any details, as one JSON merge patch.")
    ] = "{}",
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Change details; close date, stage and process have commands of their own."""
    fields = {
        "name": name,
        "amount": money(amount, currency) if amount else None,
        "recurring": money(recurring, currency) if recurring else None,
        "owner": owner,
        "team": team,
        "segment": segment,
        "product": product,
        "territory": territory,
        "lead_source": lead_source,
    }
    told = _patch(patch) | {key: value for key, value in fields.items() if value is not None}
    client = await where.client()
    await said.say(shown, client.say, id, "amend", **told)


@command(app, "effort", "closeline opportunity effort acme-1 2.5 --actor jane")
async def effort(
    id: OpportunityId,
    hours: Annotated[str, Argument(help="Hours spent, such as 1.5.")],
    pool: Annotated[str | None, Option(help="The pool they came from.")] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Log hours spent on it."""
    client = await where.client()
    await said.say(shown, client.say, id, "log_effort", hours=hours, pool=pool)


@command(app, "correct", "closeline opportunity correct acme-1 7 --hours 1.5")
async def correct(
    id: OpportunityId,
    sequence: Annotated[int, Argument(help="The fact's number in the journal.")],
    by: Annotated[str | None, Option(help="buyer or seller.")] = None,
    hours: Hours = None,
    void: Annotated[bool | None, Option("--void", help="Take it back altogether.")] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Put a recent contact or effort right; --occurred-at then says when it really was."""
    client = await where.client()
    fields = {"sequence": sequence, "origin": by, "hours": hours, "void": void}
    await said.say(shown, client.say, id, "correct", **fields)


@command(app, "migrate", "closeline opportunity migrate acme-1 2")
async def migrate(
    id: OpportunityId,
    version: Annotated[int, Argument(help="The version of its process.")],
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Move it to another version of its process; `end_by` stays where it is."""
    client = await where.client()
    await said.say(shown, client.say, id, "migrate", process_version=version)


def _patch(text: str) -> dict[str, Any]:
    """The merge patch, which holds details and nothing that an option says."""
    try:
        patch = json.loads(text, parse_constant=_no_constant)
    except ValueError as error:
        raise BadParameter(f"not JSON: {error}", param_hint="--set") from error
    if not isinstance(patch, dict):
        raise BadParameter("must be one JSON object", param_hint="--set")
    for name in sorted(patch.keys() & NO_DETAILS):
        raise BadParameter(f"{name!r} is no detail", param_hint="--set")
    return patch


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
