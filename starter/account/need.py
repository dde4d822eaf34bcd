"""`closeline account need`: what the customer may need next."""

from typing import Annotated, Final, Literal

from typer import Argument, Option, Typer

from starter.account.known import known
from starter.commands.common import AccountId, Amount, Currency, Shown, Where, money
from starter.commands.saying import Said
from starter.commands.spreading import command

app = Typer(no_args_is_help=True, help="Needs: report, list, accept, dismiss.")

COLUMNS: Final = (
    *("need", "kind", "product", "amount", "currency", "rule", "since", "refused"),
    *("process", "launching"),
)

Kind = Literal["expansion", "cross_sell", "add_on", "new_business"]
NeedId = Annotated[str, Argument(metavar="NEED", help="The need's id.")]
Product = Annotated[str | None, Option(help="What they may need.")]


@command(
    app,
    "report",
    "closeline account need report acme expansion --product Seats \\",
    "  --amount 4000.00 --currency EUR --said-by kim",
)
async def report(
    id: AccountId,
    kind: Annotated[Kind, Argument(help="What kind of opportunity it would be.")],
    product: Product = None,
    amount: Amount = None,
    currency: Currency = None,
    need_id: Annotated[str | None, Option(help="An id for it; made up where absent.")] = None,
    lead_source: Annotated[str | None, Option(help="Where it came from.")] = None,
    said_by: Annotated[str | None, Option(help="Which contact said so, by id.")] = None,
    adds_on_to: Annotated[str | None, Option(help="The opportunity it adds on to.")] = None,
    reference: Annotated[str | None, Option(help="What another system calls it.")] = None,
    words: Annotated[str | None, Option(help="What was said.")] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Report a need: it is launched, or waits to be accepted, as the account's policy has it."""
    client = await where.client()
    await said.say(
        shown,
        client.say_to_account,
        *(id, "report_need"),
        need=kind,
        need_id=need_id,
        product=product,
        amount=money(amount, currency),
        lead_source=lead_source,
        said_by=said_by,
        adds_on_to=adds_on_to,
        reference=reference,
        words=words,
    )


@command(app, "list", "closeline account need list acme")
async def list_(id: AccountId, *, shown: Shown, where: Where) -> None:
    """List the needs that wait: what was reported, what the rules found, what was referred."""
    state = await known(id, where)
    rows = [
        {
            "need": key,
            "kind": need.need,
            "product": need.product,
            "amount": need.amount.amount if need.amount else None,
            "currency": need.amount.currency if need.amount else None,
            "rule": need.rule,
            "since": need.since,
            "refused": need.refused,
            "process": need.process,
            "launching": need.launching,
        }
        for key, need in state.needs.waiting.items()
    ]
    shown.table(rows, COLUMNS)


@command(app, "accept", "closeline account need accept acme need-7 --amount 4000 --currency EUR")
async def accept(
    id: AccountId,
    need: NeedId,
    product: Product = None,
    amount: Amount = None,
    currency: Currency = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Launch a need that waits, with what is known better by now."""
    client = await where.client()
    known = {"product": product, "amount": money(amount, currency)}
    await said.say(shown, client.say_to_account, id, "accept_need", need_id=need, **known)


@command(app, "dismiss", "closeline account need dismiss acme need-7 --reason no_budget")
async def dismiss(
    id: AccountId,
    need: NeedId,
    reason: Annotated[str, Option(help="Why, as a code.")],
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Say of a need that waits that it is worth no opportunity."""
    client = await where.client()
    about = {"need_id": need, "reason": reason}
    await said.say(shown, client.say_to_account, id, "dismiss_need", **about)
