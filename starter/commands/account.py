"""`closeline account`: the relationships, which have no end but retirement."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from typer import Argument, Option, Typer

from sales.account.health.state import Band
from starter.account import commitment, contract, going, health, need, survey
from starter.commands.asking import query
from starter.commands.common import AccountId, Shown, Where
from starter.commands.failing import Refusal
from starter.commands.saying import Said
from starter.commands.spreading import command

if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from sales.account.state import Account

app = Typer(no_args_is_help=True, help="Accounts: open, amend, look at, retire.")
app.add_typer(commitment.app, name="commitment")
app.add_typer(survey.app, name="survey")
app.add_typer(health.app, name="health")
app.add_typer(need.app, name="need")
app.add_typer(contract.app, name="contract")
app.add_typer(going.app)

COLUMNS: Final = (
    *("id", "name", "segment", "tier", "owner", "health", "band", "opened_at", "retired_at"),
)
PROFILE: Final = ("id", "name", "segment", "tier", "owner", "territory", "retired_at")
INNER: Final = ("heard", "sources", "refused")
"""What an account remembers for its own rules."""

Segment = Annotated[str | None, Option(help="Its market segment.")]
Tier = Annotated[str | None, Option(help="Its tier.")]
Owner = Annotated[str | None, Option(help="Who looks after it.")]
Territory = Annotated[str | None, Option(help="Its territory.")]


@command(app, "open", 'closeline account open acme --name "Acme Ltd" --segment industry')
async def open_(
    id: AccountId,
    name: Annotated[str, Option(help="What people call it.")],
    segment: Segment = None,
    tier: Tier = None,
    owner: Owner = None,
    territory: Territory = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Open an account; one that is open already takes over what is said here."""
    client = await where.client()
    profile = {"segment": segment, "tier": tier, "owner": owner, "territory": territory}
    await said.say(shown, client.open_account, id, name, **profile)


@command(app, "amend", "closeline account amend acme --owner jane")
async def amend(
    id: AccountId,
    name: Annotated[str | None, Option(help="What people call it.")] = None,
    segment: Segment = None,
    tier: Tier = None,
    owner: Owner = None,
    territory: Territory = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Change an account's profile."""
    client = await where.client()
    profile = {"segment": segment, "tier": tier, "owner": owner, "territory": territory}
    await said.say(shown, client.say_to_account, id, "amend", name=name, **profile)


@command(app, "policy", "closeline account policy acme standard")
async def policy(
    id: AccountId,
    name: Annotated[str, Argument(metavar="POLICY", help="Its name.")],
    version: Annotated[int | None, Option(help="Its version; the latest if absent.")] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Manage an account by this policy from now on; `closeline policies list` has them."""
    client = await where.client()
    fields = {"policy": name, "policy_version": version}
    await said.say(shown, client.say_to_account, id, "set_policy", **fields)


@command(app, "list", "closeline account list --owner jane")
async def list_(
    owner: Owner = None,
    segment: Segment = None,
    band: Annotated[Band | None, Option(help="How well they are.")] = None,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """List the accounts that the ledger knows."""

    def rows(ledger: "Ledger") -> list[Any]:
        return ledger.accounts(owner=owner, segment=segment, band=band)

    found = await where.ask(rows)
    shown.table([{name: getattr(row, name) for name in COLUMNS} for row in found], COLUMNS)


@command(app, "show", "closeline account show acme --json")
async def show(id: AccountId, *, shown: Shown, where: Where) -> None:
    """Show an account on one screen: how it stands, what is promised, what runs, what comes next.

    From its running workflow, else from the ledger. What comes next is what
    will be recorded if nobody says anything, told by the rules that will.
    """
    from sales.account.state import load_account
    from starter.account.screen import show_standing, standing

    client = await where.client()
    told = await query(client.account(id))
    source, unwritten = ("workflow", told.pop("outbox")) if told else ("ledger", 0)
    state = load_account(told) if told else await where.ask(lambda it: it.account_state(id))
    if state is None:
        raise Refusal("account_id", "unknown_account", f"nobody knows an account {id!r}")
    rows = await where.ask(lambda it: it.opportunities(account_id=id, outcome="open"))
    found = standing(state, rows, datetime.now(UTC))
    if shown.json:
        shown.record({**_view(state, source, unwritten), "standing": found})
        return
    profile = {name: getattr(state, name) for name in PROFILE}
    show_standing({**profile, "source": source, "unwritten": unwritten or None}, found)


@command(app, "retire", 'closeline account retire acme --reason "gone out of business"')
async def retire(
    id: AccountId,
    reason: Annotated[str, Option(help="Why, in words.")],
    within: Annotated[
        str | None, Option(help="How long its opportunities may take to end, such as 1h.")
    ] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Retire an account: its open opportunities are withdrawn first."""
    client = await where.client()
    fields = {"reason": reason, "within": within}
    await said.say(shown, client.say_to_account, id, "retire", **fields)


def _view(state: "Account", source: str, unwritten: int) -> dict[str, Any]:
    told = {each.name: getattr(state, each.name) for each in fields(state)}
    shown = {name: value for name, value in told.items() if name not in INNER}
    return {**shown, "source": source, "unwritten": unwritten, "last_refusals": state.refused}
