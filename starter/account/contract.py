"""`closeline account contract`: what was agreed for a term, and how it goes on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final

from typer import Argument, Option, Typer

from starter.account.known import known
from starter.commands.common import DAY, AccountId, Currency, Shown, Where, money
from starter.commands.saying import Said
from starter.commands.spreading import command

if TYPE_CHECKING:
    from sales.account.state import Account

app = Typer(no_args_is_help=True, help="Contracts: record, list, amend, end.")

COLUMNS: Final = (
    *("contract", "term", "start", "end", "recurring", "currency", "auto_renew", "decided_by"),
    *("renewal", "product"),
)

ContractId = Annotated[str, Argument(metavar="CONTRACT", help="The contract's id.")]
Recurring = Annotated[str | None, Option(help="The sum that returns each year, such as 1200.00.")]
Notice = Annotated[str | None, Option(help="How long before the end notice is due, such as 30d.")]
Renews = Annotated[bool | None, Option(help="Whether it renews by itself unless notice is given.")]
Escalator = Annotated[
    str | None, Option(help="By which share the sum grows with each term, such as 0.03.")
]
Product = Annotated[str | None, Option(help="What it is about.")]


@command(
    app,
    "record",
    "closeline account contract record acme c7 --start 2026-01-01 --length 1y \\",
    "  --recurring 12000.00 --currency EUR --notice 90d --auto-renew",
)
async def record(
    id: AccountId,
    contract: ContractId,
    start: Annotated[str, Option(help=f"When the term that runs now began. {DAY}")],
    end: Annotated[str | None, Option(help=f"Its last day. {DAY}")] = None,
    length: Annotated[
        str | None, Option(help="How long a term is: 1y, 3mo, 30d. The policy's if absent.")
    ] = None,
    term: Annotated[int | None, Option(help="The how many-th term it is.")] = None,
    recurring: Recurring = None,
    currency: Currency = None,
    notice: Notice = None,
    auto_renew: Renews = None,
    escalator: Escalator = None,
    product: Product = None,
    time_zone: Annotated[
        str | None, Option(help="Where its days are counted; where the policy's are if absent.")
    ] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Record a contract that was made elsewhere, with the term that runs."""
    client = await where.client()
    fields: dict[str, Any] = {
        "start": start,
        "end": end,
        "length": length,
        "term": term,
        "notice": notice,
    }
    fields |= {"auto_renew": auto_renew, "escalator": escalator, "product": product}
    fields |= {"recurring": money(recurring, currency), "time_zone": time_zone}
    about = {"contract_id": contract}
    await said.say(shown, client.say_to_account, id, "record_contract", **about, **fields)


@command(app, "list", "closeline account contract list acme")
async def list_(id: AccountId, *, shown: Shown, where: Where) -> None:
    """List the contracts that run, what ends first is first, and how their renewals stand."""
    state = await known(id, where)
    shown.table([*_rows(state)], COLUMNS)


@command(
    app,
    "amend",
    "closeline account contract amend acme c7 --recurring 15000.00 --currency EUR",
)
async def amend(
    id: AccountId,
    contract: ContractId,
    recurring: Recurring = None,
    currency: Currency = None,
    escalated: Annotated[
        bool | None, Option("--escalated", help="The sum grows by a clause of the contract.")
    ] = None,
    end: Annotated[str | None, Option(help=f"Another last day of this term. {DAY}")] = None,
    notice: Notice = None,
    auto_renew: Renews = None,
    escalator: Escalator = None,
    product: Product = None,
    keep: Annotated[bool | None, Option("--keep", help="Take back that notice was given.")] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Change a contract: a sum that changes is an expansion or a contraction of today."""
    client = await where.client()
    fields: dict[str, Any] = {
        "escalated": escalated,
        "end": end,
        "notice": notice,
        "auto_renew": auto_renew,
    }
    fields |= {"escalator": escalator, "product": product, "keep": keep}
    fields |= {"recurring": money(recurring, currency)}
    about = {"contract_id": contract}
    await said.say(shown, client.say_to_account, id, "amend_contract", **about, **fields)


@command(app, "end", "closeline account contract end acme c7 --reason low_usage")
async def end(
    id: AccountId,
    contract: ContractId,
    reason: Annotated[str, Option(help="Why, as a code.")],
    end: Annotated[str | None, Option(help=f"Its last day; with its term if absent. {DAY}")] = None,
    by_seller: Annotated[
        bool | None, Option("--by-seller", help="The seller has given notice, not the buyer.")
    ] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Say that notice was given: it ends with its term, or before, and is not renewed."""
    client = await where.client()
    fields = {"reason": reason, "end": end, "origin": "seller" if by_seller else None}
    about = {"contract_id": contract}
    await said.say(shown, client.say_to_account, id, "end_contract", **about, **fields)


def _rows(state: "Account") -> Iterator[dict[str, Any]]:
    from sales.account.contracts.renewing import last_word_at, launch_at
    from sales.account.contracts.span import said
    from sales.account.contracts.state import terms

    assert state.policy
    rules = state.policy.contracts
    for term in terms(state.contracts):
        held = state.contracts.live[term.contract_id]
        yield {
            "contract": term.contract_id,
            "term": term.number,
            "start": said(held.span.starts_at, held.span.dated, held.zone),
            "end": said(term.ends_at, held.span.dated, held.zone),
            "recurring": held.recurring.amount if held.recurring else None,
            "currency": held.recurring.currency if held.recurring else None,
            "auto_renew": held.auto_renew,
            "decided_by": last_word_at(held, rules),
            "launches_at": launch_at(held, rules),
            "renewal": _renewal(held),
            "attempts": held.renewal.attempts,
            "escalator": held.escalator,
            "product": held.product,
            "time_zone": held.zone,
        }


def _renewal(held: Any) -> str:
    """How it stands, in a word or two."""
    renewal = held.renewal
    if held.ending:
        return f"ends ({held.ending.reason})"
    if renewal.decided:
        return f"{renewal.decided.outcome} ({renewal.decided.reason})"
    if renewal.lapsed:
        return "overdue"
    if renewal.attempts or renewal.asked:
        return "under way"
    if renewal.tries:
        return "tried again" if renewal.again_at else "not launched"
    return "to come"
