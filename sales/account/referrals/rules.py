"""Which facts follow from a referral, and who tells whom. At the account that was referred it is a
need like any other, which `needs` launches or not."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sales.account.needs.finding import find
from sales.account.needs.terms import REFERRAL
from sales.account.part import Part, Tell
from sales.account.referrals.messages import AnswerReferral, ReceiveReferral, RecordReferral
from sales.account.state import Account
from sales.drafts import Broken, Draft
from sales.facts import Fact
from sales.notice import Notice
from sales.telling import Telling, event
from sales.words import said

HEARD: Final = ("referral_id", "name", "need", "product", "amount", "words")
"""What of a referral the other account is told; who said it stays here."""

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


def _tell(account_id: str, fact: Fact) -> Iterator[Telling]:
    data = fact.data
    body = {
        "event_id": event(REFERRAL, account_id, data["referral_id"], fact.sequence),
        "from_account": account_id,
        **{name: data[name] for name in HEARD if name in data},
    }
    yield Telling("account", data["to_account"], "receive_referral", body)


def _answering(answer: str | None = None) -> Tell:
    """Tells whoever referred it what has become of it: the code, or what the fact says of it."""

    def tell(account_id: str, fact: Fact) -> Iterator[Telling]:
        data = fact.data
        if by := data.get("referred_by"):
            body = {
                "event_id": event("answer", account_id, data["referral_id"], fact.sequence),
                "referral_id": data["referral_id"],
                "from_account": account_id,
                "answer": answer or data.get("answer") or data["why"],
            }
            if id := data.get("opportunity_id"):
                body["opportunity_id"] = id
            yield Telling("account", by, "answer_referral", body)

    return tell


def _notice(fact: Fact) -> Iterator[Notice]:
    data = fact.data
    words = f"{data['from_account']}, whom this account referred: {data['answer']}"
    yield Notice("referral_answered", words)


REFERRALS: Final = Part(
    rules={"record_referral": _record, "receive_referral": _receive, "answer_referral": _answer},
    tells={
        "referral_given": _tell,
        "need_found": _answering("waits"),
        "need_passed_over": _answering(),
        "need_dismissed": _answering("dismissed"),
        "need_lapsed": _answering("lapsed"),
        "referral_followed": _answering(),
    },
    notices={"referral_answered": _notice},
)
