"""Who is told what about a referral: the other account, the one that referred it, and people."""

from collections.abc import Iterator
from typing import Final

from sales.account.needs.terms import REFERRAL
from sales.account.part import Tell
from sales.facts import Fact
from sales.notice import Notice, Noticing
from sales.telling import Telling, event

HEARD: Final = ("referral_id", "name", "need", "product", "amount", "words")
"""What of a referral the other account is told; who said it stays here."""


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


TELLS: Final[dict[str, Tell]] = {
    "referral_given": _tell,
    "need_found": _answering("waits"),
    "need_passed_over": _answering(),
    "need_dismissed": _answering("dismissed"),
    "need_lapsed": _answering("lapsed"),
    "referral_followed": _answering(),
}
NOTICES: Final[dict[str, Noticing]] = {"referral_answered": _notice}
