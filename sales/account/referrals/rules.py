"""Which facts follow from a referral, and who tells whom. At the account that was referred it is a
need like any other, which `needs` launches or not."""

from datetime import datetime
from typing import Any, Final

from sales.account.needs.finding import find
from sales.account.needs.terms import REFERRAL
from sales.account.part import Part
from sales.account.referrals.messages import AnswerReferral, ReceiveReferral, RecordReferral
from sales.account.referrals.telling import NOTICES, TELLS
from sales.account.state import Account
from sales.drafts import Broken, Draft
from sales.telling import event
from sales.words import said

KNOWN: Final = ("product", "amount", "words")
"""What of it the need says, too."""


def _record(state: Account, message: RecordReferral, _now: datetime) -> list[Draft]:
    if message.to_account == state.id:
        raise Broken("to_account", "the_same")
    if state.retiring_at:
        raise Broken("account_id", "retired")
    referral_id = message.referral_id or f"referral-{state.sequence + 1}"
    return [Draft("referral_given", said(message, referral_id=referral_id, need=message.need))]


def _receive(state: Account, message: ReceiveReferral, _now: datetime) -> list[Draft]:
    """An account that nobody has named yet is called as who refers it calls it."""
    named: list[Draft] = []
    if message.name and state.name == state.id and message.name != state.name:
        named = [Draft("account_amended", {"name": message.name})]
    words: dict[str, Any] = said(message)
    whose = {"referred_by": message.from_account, "referral_id": message.referral_id}
    cause = event(REFERRAL, message.from_account, message.referral_id)
    need: dict[str, Any] = {"need": message.need, "lead_source": REFERRAL, **whose}
    need |= {name: words[name] for name in KNOWN if name in words}
    return [*named, find(state, REFERRAL, cause, need, whose, len(named))]


def _answer(_state: Account, message: AnswerReferral, _now: datetime) -> list[Draft]:
    return [Draft("referral_answered", said(message))]


REFERRALS: Final = Part(
    rules={"record_referral": _record, "receive_referral": _receive, "answer_referral": _answer},
    tells=TELLS,
    notices=NOTICES,
)
