"""`closeline erase`: take a person's data, or free text, out of all that is kept."""

import asyncio
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from typer import Argument, BadParameter, Option, Typer

from sales.drafts import Broken
from starter.commands.common import Shown, Where
from starter.commands.failing import REFUSED, Refusal, end
from starter.commands.saying import ANSWER_SECONDS
from starter.commands.spreading import command

if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from sales.receipt import Receipt
    from starter.client import CloselineClient
    from starter.erasing.plan import Step, Wanted

app = Typer()

COLUMNS: Final = ("subject", "id", "facts", "sequences", "details", "done", "rule")


@command(app, "erase", "closeline erase kim --account acme --actor privacy-desk --dry-run")
async def erase(
    stakeholder: Annotated[
        str | None, Argument(help="The person's id, as in an opportunity's stakeholders.")
    ] = None,
    account: Annotated[str | None, Option(help="Everywhere in this account.")] = None,
    opportunity: Annotated[str | None, Option(help="In this opportunity only.")] = None,
    notes: Annotated[
        list[int] | None,
        Option(min=1, help="All words of the facts with these numbers, whoever they are about."),
    ] = None,
    reason: Annotated[str, Option(help="Why, as a code.")] = "requested",
    actor: Annotated[str | None, Option(help="Who asks for it.")] = None,
    event_id: Annotated[
        str | None, Option(help="Names the request: told twice it counts once.")
    ] = None,
    dry_run: Annotated[bool, Option("--dry-run", help="Only say what would be erased.")] = False,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """Erase a person's data, or the words of single facts, for good."""
    from starter.erasing.plan import Journals

    wanted = _wanted(stakeholder, account, opportunity, notes)
    if not actor:
        raise Refusal("actor", "required", "say who asks")
    steps = await where.ask(_or_refused(lambda ledger: Journals(ledger, wanted).steps()))
    if dry_run:
        shown.table([{**_told(step), "done": False, "rule": None} for step in steps], COLUMNS)
        return
    client = await where.client()
    event = event_id or str(uuid.uuid4())
    rows = []
    for step in steps:
        asks = [{"actor": actor, "reason": reason, **ask} for ask in step.asks()]
        for number, ask in enumerate(asks, 1):
            ask["event_id"] = f"{event}/{number}"
            receipt = await _erase(client, where, step, ask)
        rows.append({**_told(step), "done": receipt.accepted, "rule": receipt.rule})
    shown.table(rows, COLUMNS)
    if not all(row["done"] for row in rows):
        end(REFUSED, "refused: something was left; say it again once that is mended")


def _wanted(
    stakeholder: str | None, account: str | None, opportunity: str | None, notes: list[int] | None
) -> "Wanted":
    from starter.erasing.plan import Wanted

    if (account is None) == (opportunity is None):
        raise BadParameter("say either --account or --opportunity")
    if not (stakeholder or notes):
        raise BadParameter("say whose words, or those of which facts by --notes")
    if stakeholder and notes and account:
        raise BadParameter(
            "--notes are numbers in one journal: the account's, or name it by --opportunity"
        )
    return Wanted(stakeholder, account, opportunity, frozenset(notes or ()))


def _told(step: "Step") -> dict[str, Any]:
    names = ("subject", "id", "stakeholder_id", "facts", "sequences", "details")
    return {name: getattr(step, name) for name in names}


async def _erase(
    client: "CloselineClient", where: Where, step: "Step", ask: dict[str, Any]
) -> "Receipt":
    """By the workflow that has to decide it, or in the ledger where none is left."""
    from sales.messages import KINDS, Erase
    from sales.reading import read
    from settings import Unreachable

    message = read("erase", ask, KINDS)
    if not isinstance(message, Erase):
        raise Refusal(getattr(message, "field", "body"), getattr(message, "rule", "malformed"))
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            answer = await _by_workflow(client, where, step, ask)
    except TimeoutError as error:
        raise Unreachable(f"no worker has answered within {ANSWER_SECONDS:.0f} seconds") from error
    if answer:
        return answer
    now = datetime.now(UTC)
    return await where.ask(
        _or_refused(lambda ledger: ledger.erase(step.subject, step.id, message, now))
    )


async def _by_workflow(
    client: "CloselineClient", where: Where, step: "Step", ask: dict[str, Any]
) -> "Receipt | None":
    if step.subject == "opportunity":
        return await client.erase(step.id, **ask)
    account = await where.ask(lambda ledger: ledger.account(step.id))
    if account and account.retired_at:
        return None
    return await client.say_to_account(step.id, "erase", **ask)


def _or_refused(question: "Callable[[Ledger], Any]") -> "Callable[[Ledger], Any]":
    """The question, with a broken rule as the refusal of a command."""

    def ask(ledger: "Ledger") -> Any:
        try:
            return question(ledger)
        except Broken as broken:
            raise Refusal(broken.field, broken.rule, broken.detail) from broken

    return ask
