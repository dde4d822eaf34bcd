"""`closeline account referral`, `move`, `merge` and `duplicate`: what concerns two accounts, or two
opportunities."""

from typing import Annotated

from typer import Argument, Option, Typer

from starter.account.need import Kind, Product
from starter.commands.common import AccountId, Amount, Currency, Shown, Where, money
from starter.commands.saying import Said
from starter.commands.spreading import command

app = Typer()

Opportunity = Annotated[str, Argument(metavar="OPPORTUNITY", help="An open opportunity.")]


@command(
    app,
    "referral",
    "closeline account referral acme globex --name Globex --product Lifts \\",
    "  --said-by kim",
)
async def referral(
    id: AccountId,
    to: Annotated[str, Argument(metavar="TO", help="The account that is referred, by id.")],
    name: Annotated[str | None, Option(help="What that one is called, if it is new.")] = None,
    kind: Annotated[Kind, Option(help="What kind of opportunity it would be.")] = "new_business",
    product: Product = None,
    amount: Amount = None,
    currency: Currency = None,
    said_by: Annotated[str | None, Option(help="Which contact said so, by id.")] = None,
    words: Annotated[str | None, Option(help="What was said.")] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Record that a customer refers another account, which is opened if it is not there."""
    client = await where.client()
    await said.say(
        shown,
        client.say_to_account,
        *(id, "record_referral"),
        to_account=to,
        name=name,
        need=kind,
        product=product,
        amount=money(amount, currency),
        said_by=said_by,
        words=words,
    )


@command(app, "move", "closeline account move acme acme-1 --to globex")
async def move(
    id: AccountId,
    opportunity: Opportunity,
    to: Annotated[str, Option(help="The account that it goes to.")],
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Move an open opportunity to another account, which may decline."""
    client = await where.client()
    about = {"opportunity_id": opportunity, "to_account": to}
    await said.say(shown, client.say_to_account, id, "move_opportunity", **about)


@command(
    app,
    "merge",
    "closeline account merge acme --into globex --actor jane \\",
    '  --note "Globex bought them"',
)
async def merge(
    id: AccountId,
    into: Annotated[str, Option(help="The account that it becomes a part of.")],
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Merge it into another account, which may decline: there all that lives here goes on."""
    client = await where.client()
    await said.say(shown, client.say_to_account, id, "merge_into", into=into)


@command(app, "duplicate", "closeline account duplicate acme acme-2 --of acme-1")
async def duplicate(
    id: AccountId,
    opportunity: Opportunity,
    of: Annotated[str, Option(help="The open opportunity that it is the same as.")],
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Withdraw an opportunity that is there twice; what comes for it later goes to the other."""
    client = await where.client()
    about = {"opportunity_id": opportunity, "survivor_id": of}
    await said.say(shown, client.say_to_account, id, "mark_duplicate", **about)
