"""How a term is renewed: when its opportunity is launched, under which ids, and for how much."""

from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from sales.account.contracts.span import before, said, years_in
from sales.account.contracts.state import Contract
from sales.account.contracts.terms import ContractTerms
from sales.account.state import Account
from sales.account.wanting import want
from sales.drafts import Draft
from sales.opening import OpenOpportunity
from sales.values import Money

RENEWAL: Final = "renewal"
"""Why an account wants to launch such an opportunity."""
LONGEST: Final = 80
"""How long the id of an opportunity may be."""
_CENT: Final = Decimal("0.01")
_MOST: Final = Decimal(10) ** 14
"""No sum reaches this."""


def renewal_id(account_id: str, contract_id: str, held: Contract, number: int) -> str:
    """Of the opportunity that leads to the term of that number: made of contract and term alone.

    The id of a contract that was won is nobody else's; another account may call one of its own the
    same.
    """
    found = f"{stem(account_id, contract_id, held)}:renewal-{number}"
    plain = len(found) <= LONGEST and "~" not in found  # which marks successors
    return found if plain else f"renewal-{sha256(found.encode()).hexdigest()[:40]}"


def stem(account_id: str, contract_id: str, held: Contract) -> str:
    """What the ids of its renewals begin with, the same in every account that it comes to."""
    return held.stem or (contract_id if held.won else f"{account_id}:{contract_id}")


def event_of(contract_id: str, held: Contract, tries: int) -> str:
    """The event under which that renewal is asked for, the how many-th time."""
    again = f":{tries}" if tries > 1 else ""
    return f"renewal:{contract_id}:{held.number + 1}{again}"


def base(opportunity_id: str) -> str:
    """The opportunity of which this is a successor, or itself."""
    return opportunity_id.partition("~")[0]


def is_running(state: Account, held: Contract) -> bool:
    """Whether somebody still works on the renewal, or is about to."""
    return held.renewal.asked or bool(open_attempts(state, held))


def open_attempts(state: Account, held: Contract) -> list[str]:
    """The opportunities that are to renew it, here or on their way here."""
    here = {*state.open, *held.renewal.coming}
    return [each for each in held.renewal.attempts if each in here]


def last_word_at(held: Contract, terms: ContractTerms) -> datetime:
    """When it is decided at the latest whether there is another term: where silence renews, with
    the last day of notice, and else with the term's."""
    if not held.auto_renew:
        return held.span.ends_at
    notice = terms.notice if held.notice is None else held.notice
    return max(before(held.span, notice, held.zone), held.span.starts_at)


def launch_at(held: Contract, terms: ContractTerms) -> datetime | None:
    """When its renewal is launched, or tried again; nothing where it was launched already."""
    if held.renewal.tries:
        return held.renewal.again_at
    notice = terms.notice if held.notice is None else held.notice
    planned = before(held.span, notice + terms.lead, held.zone)
    return max(planned, held.span.starts_at, held.known_at)


def launch(state: Account, terms: ContractTerms, contract_id: str) -> Draft:
    """The account wants its renewal, with all that is known of it."""
    held = state.contracts.live[contract_id]
    recurring = grown(held)
    body: dict[str, Any] = {
        "event_id": event_of(contract_id, held, held.renewal.tries + 1),
        "opportunity_id": renewal_id(state.id, contract_id, held, held.number + 1),
        "process": terms.renewal_auto if held.auto_renew else terms.renewal,
        "name": f"Renewal of {contract_id}",
        "recurring": recurring,
        "amount": _whole(held, recurring),
        "product": held.product,
        **{name: getattr(state, name) for name in ("owner", "segment", "territory")},
    }
    if held.auto_renew:
        body["notice_by"] = last_word_at(held, terms)
    else:
        body["close_date"] = said(held.span.ends_at, held.span.dated, held.zone)
    known = {name: value for name, value in body.items() if value is not None}
    return want(OpenOpportunity.model_validate(known), RENEWAL, contract_id)


def grown(held: Contract) -> Money | None:
    """What returns each year in the next term, if nothing else is agreed."""
    sum_ = held.recurring
    if sum_ is None or not held.escalator:
        return sum_
    return _money((sum_.amount * (1 + held.escalator)).quantize(_CENT), sum_.currency) or sum_


def _whole(held: Contract, recurring: Money | None) -> Money | None:
    """What the next term is worth as a whole."""
    if recurring is None:
        return held.amount
    return _money((recurring.amount * years_in(held.length)).quantize(_CENT), recurring.currency)


def _money(amount: Decimal, currency: str) -> Money | None:
    return Money(amount=amount, currency=currency) if amount < _MOST else None
