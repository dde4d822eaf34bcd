"""`closeline opportunity`: what ends it or puts the end off."""

from typing import Annotated

from typer import Argument, Option, Typer

from starter.commands.common import DAY, Amount, Currency, OpportunityId, Shown, Where, money
from starter.commands.saying import Said
from starter.commands.spreading import command

app = Typer()

Codes = Annotated[
    list[str] | None, Option("--reason", help="A coded reason of the process; the first counts.")
]
Why = Annotated[str, Option("--reason", help="Why, in words.")]
Competitor = Annotated[str | None, Option(help="Who else was in the race.")]
Verbatim = Annotated[str | None, Option(help="The buyer's own words.")]


@command(app, "decide", "closeline opportunity decide acme-1 no --reason status_quo")
async def decide(
    id: OpportunityId,
    decision: Annotated[str, Argument(metavar="yes|no", help="What the buyer has decided.")],
    reason: Codes = None,
    competitor: Competitor = None,
    verbatim: Verbatim = None,
    by: Annotated[str | None, Option(help="Who gave the reasons: buyer, seller or system.")] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Record the buyer's decision: a no ends it as lost, a yes waits for the purchase."""
    client = await where.client()
    fields = {"reasons": reason, "competitor": competitor, "verbatim": verbatim}
    await said.say(
        shown,
        client.say,
        *(id, "record_decision"),
        decision=decision,
        reason_source=by,
        **fields,
    )


@command(
    app,
    "purchase",
    "closeline opportunity purchase acme-1 --evidence signed_contract \\",
    "  --reference C-2027-014 --amount 12000.00 --currency EUR --reason best_fit",
)
async def purchase(
    id: OpportunityId,
    evidence: Annotated[
        str, Option(help="signed_contract, payment, purchase_order or written_acceptance.")
    ],
    reference: Annotated[str, Option(help="Where the evidence is: a number, a link.")],
    amount: Amount = None,
    currency: Currency = None,
    reason: Codes = None,
    competitor: Competitor = None,
    verbatim: Verbatim = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Record the buyer's action; a signature or a payment wins at once."""
    client = await where.client()
    fields = {"reasons": reason, "competitor": competitor, "verbatim": verbatim}
    await said.say(
        shown,
        client.say,
        *(id, "record_purchase"),
        evidence={"kind": evidence, "reference": reference},
        amount=money(amount, currency),
        **fields,
    )


@command(app, "withdraw", "closeline opportunity withdraw acme-1 --reason disqualified")
async def withdraw(
    id: OpportunityId,
    reason: Annotated[str, Option(help="A coded reason of the process.")],
    verbatim: Annotated[str | None, Option(help="More about it, in words.")] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """End it on the seller's side."""
    client = await where.client()
    await said.say(shown, client.say, id, "withdraw", reason=reason, verbatim=verbatim)


@command(app, "extend", 'closeline opportunity extend acme-1 2027-06-30 --reason "board is late"')
async def extend(
    id: OpportunityId,
    close_date: Annotated[str, Argument(metavar="DATE", help=f"The new close date. {DAY}")],
    reason: Why,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Move the close date, within the budget of its process."""
    client = await where.client()
    await said.say(shown, client.say, id, "extend", close_date=close_date, reason=reason)


@command(app, "park", 'closeline opportunity park acme-1 2027-01-15 --reason "new budget year"')
async def park(
    id: OpportunityId,
    until: Annotated[str, Argument(metavar="DATE", help=f"Until when. {DAY}")],
    reason: Why,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Let it rest until a known event, within the budget of its process."""
    client = await where.client()
    await said.say(shown, client.say, id, "park", until=until, reason=reason)


@command(app, "unpark", "closeline opportunity unpark acme-1")
async def unpark(id: OpportunityId, *, said: Said, shown: Shown, where: Where) -> None:
    """End the rest early."""
    client = await where.client()
    await said.say(shown, client.say, id, "unpark")
