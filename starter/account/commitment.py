"""`closeline account commitment`: what was promised to the customer."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final

from typer import Argument, Option, Typer

from starter.account.known import known
from starter.commands.common import DAY, AccountId, Shown, Where
from starter.commands.saying import Said
from starter.commands.spreading import command

if TYPE_CHECKING:
    from sales.account.commitments.state import Commitment
    from sales.account.state import Account

app = Typer(no_args_is_help=True, help="Commitments: make, list, answer, rest, waive.")

COLUMNS: Final = (
    *("commitment", "title", "stands", "severe", "level", "respond_by", "due", "owner"),
)

CommitmentId = Annotated[str, Argument(metavar="COMMITMENT", help="The commitment's id.")]


@command(
    app,
    "make",
    "closeline account commitment make acme c7 --title 'answer their audit' \\",
    "  --due 2026-12-31 --severe",
)
async def make(
    id: AccountId,
    commitment: CommitmentId,
    title: Annotated[str, Option(help="What is promised, in words.")],
    due: Annotated[str | None, Option(help=f"By when. {DAY}")] = None,
    level: Annotated[
        str | None, Option(help="By a service level of the account's policy, in its hours.")
    ] = None,
    severe: Annotated[
        bool | None, Option(help="Whether a breach is severe; as the level has it if absent.")
    ] = None,
    opportunity: Annotated[
        str | None, Option(help="The opportunity that it comes from, by its id.")
    ] = None,
    owner: Annotated[str | None, Option(help="Who has to keep it.")] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Promise something: by a due date, or by a service level."""
    client = await where.client()
    fields: dict[str, Any] = {"title": title, "due": due, "level": level, "owner": owner}
    fields |= {"severe": severe, "opportunity_id": opportunity}
    about = {"commitment_id": commitment}
    await said.say(shown, client.say_to_account, id, "make_commitment", **about, **fields)


@command(app, "list", "closeline account commitment list acme")
async def list_(id: AccountId, *, shown: Shown, where: Where) -> None:
    """List what is open, what is due next first; what is settled is in the journal."""
    state = await known(id, where)
    shown.table([*_rows(state)], COLUMNS)


@command(app, "respond", "closeline account commitment respond acme c7")
async def respond(
    id: AccountId, commitment: CommitmentId, *, said: Said, shown: Shown, where: Where
) -> None:
    """Say that the customer has had a first answer."""
    await _say(where, said, shown, id, "respond_to_commitment", commitment)


@command(
    app, "meet", "closeline account commitment meet acme c7 --occurred-at 2026-12-30T16:00:00Z"
)
async def meet(
    id: AccountId, commitment: CommitmentId, *, said: Said, shown: Shown, where: Where
) -> None:
    """Say that it is done; when it was done decides whether it was in time."""
    await _say(where, said, shown, id, "meet_commitment", commitment)


@command(
    app,
    "waive",
    "closeline account commitment waive acme c7 --actor jane --note 'as Kim asked'",
)
async def waive(
    id: AccountId, commitment: CommitmentId, *, said: Said, shown: Shown, where: Where
) -> None:
    """Say that it need not be met: --actor and --note must tell who agreed to that, and why."""
    await _say(where, said, shown, id, "waive_commitment", commitment)


@command(app, "pause", "closeline account commitment pause acme c7 --note 'we wait for them'")
async def pause(
    id: AccountId, commitment: CommitmentId, *, said: Said, shown: Shown, where: Where
) -> None:
    """Let its clocks rest, for as long as the account's policy allows."""
    await _say(where, said, shown, id, "pause_commitment", commitment)


@command(app, "resume", "closeline account commitment resume acme c7")
async def resume(
    id: AccountId, commitment: CommitmentId, *, said: Said, shown: Shown, where: Where
) -> None:
    """Let its clocks go on, with the time that they had left."""
    await _say(where, said, shown, id, "resume_commitment", commitment)


async def _say(where: Where, said: Said, shown: Shown, id: str, kind: str, commitment: str) -> None:
    client = await where.client()
    await said.say(shown, client.say_to_account, id, kind, commitment_id=commitment)


def _rows(state: "Account") -> Iterator[dict[str, Any]]:
    live = state.commitments
    for id in sorted(live, key=lambda id: min(each.due for each in live[id].clocks.values())):
        held = live[id]
        respond = held.clocks.get("respond")
        yield {
            "commitment": id,
            "title": held.title,
            "stands": _stands(held),
            "severe": held.severe,
            "level": held.level,
            "respond_by": respond.due if respond else None,
            "due": held.clocks["resolve"].due,
            "owner": held.owner,
            "opportunity": held.opportunity_id,
            "paused_until": held.paused_until,
        }


def _stands(held: "Commitment") -> str:
    if held.breached:
        return "breached"
    return "paused" if held.paused_at else "in time"
