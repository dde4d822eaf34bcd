"""What is reported of an account's health, and how its terms are said to end."""

from typing import Annotated, Literal

from typer import Argument, Option, Typer

from sales.account.health.state import Verdict
from starter.commands.common import AccountId, Shown, Where
from starter.commands.saying import Said
from starter.commands.spreading import command

app = Typer()

Value = Annotated[str, Option(help="A share from 0 to 1, or what was counted.")]
Target = Annotated[str | None, Option(help="What the count should be.")]
Contact = Annotated[str | None, Option(help="With whom, by an opaque id.")]


@command(app, "usage", "closeline account health usage acme logins --value 34 --target 40")
async def usage(
    id: AccountId,
    metric: Annotated[str, Argument(help="What is measured.")],
    value: Value,
    target: Target = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Report how much of what they bought they use."""
    client = await where.client()
    fields = {"metric": metric, "value": value, "target": target}
    await said.say(shown, client.say_to_account, id, "report_usage", **fields)


@command(app, "score", "closeline account health score acme adoption --value 0.7")
async def score(
    id: AccountId,
    component: Annotated[str, Argument(help="A component that the policy names.")],
    value: Value,
    target: Target = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Report any other component that the account's policy names."""
    client = await where.client()
    fields = {"component": component, "value": value, "target": target}
    await said.say(shown, client.say_to_account, id, "report_score", **fields)


@command(app, "payment", "closeline account health payment acme inv-7 --status overdue")
async def payment(
    id: AccountId,
    invoice: Annotated[str, Argument(help="The invoice, by its id.")],
    status: Annotated[Literal["overdue", "paid"], Option(help="How it stands.")],
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Report that an invoice has become overdue, or is paid."""
    client = await where.client()
    fields = {"invoice": invoice, "status": status}
    await said.say(shown, client.say_to_account, id, "report_payment", **fields)


@command(app, "sponsor", "closeline account health sponsor acme kim --status left")
async def sponsor(
    id: AccountId,
    contact: Annotated[str, Argument(help="Who, by an opaque id.")],
    status: Annotated[Literal["present", "left"], Option(help="Whether they are there.")],
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Report that somebody who stands for us is there, or has left."""
    client = await where.client()
    fields = {"contact": contact, "status": status}
    await said.say(shown, client.say_to_account, id, "report_sponsor", **fields)


@command(app, "contact", "closeline account health contact acme --channel call")
async def contact(
    id: AccountId,
    channel: Annotated[str, Option(help="How, such as call, mail or visit.")],
    contact: Contact = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Report that we have talked to the customer."""
    client = await where.client()
    fields = {"channel": channel, "contact": contact}
    await said.say(shown, client.say_to_account, id, "report_contact", **fields)


@command(app, "checkpoint", "closeline account health checkpoint acme --verdict renew")
async def checkpoint(
    id: AccountId,
    verdict: Annotated[Verdict, Option(help="How the term will end.")],
    contract: Annotated[
        str | None, Option(help="Of which contract; not needed where one is open.")
    ] = None,
    reason: Annotated[str | None, Option(help="Why, in words.")] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Answer a checkpoint: say how a term will end."""
    client = await where.client()
    fields = {"verdict": verdict, "contract_id": contract, "reason": reason}
    await said.say(shown, client.say_to_account, id, "answer_checkpoint", **fields)
