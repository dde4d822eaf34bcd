"""Who tells whom when an opportunity moves."""

from collections.abc import Iterator
from typing import Final

from sales.account.messages import LateMessage
from sales.account.part import Tell
from sales.facts import Fact
from sales.telling import Telling, event


def _ask(account_id: str, fact: Fact) -> Iterator[Telling]:
    data = fact.data
    body = {
        "event_id": event("take", data["opportunity_id"], account_id, fact.sequence),
        "opportunity_id": data["opportunity_id"],
        "from_account": account_id,
        "process": data["process"],
    }
    yield Telling("account", data["to_account"], "take_opportunity", body)


def _answer(account_id: str, fact: Fact) -> Iterator[Telling]:
    data = fact.data
    body = {
        "event_id": event("decline", data["opportunity_id"], account_id, fact.sequence),
        "opportunity_id": data["opportunity_id"],
        "to_account": account_id,
        "rule": data["rule"],
    }
    yield Telling("account", data["from_account"], "decline_opportunity", body)


def _fetch(account_id: str, fact: Fact) -> Iterator[Telling]:
    data = fact.data
    body = {
        "event_id": event("move", data["opportunity_id"], account_id, fact.sequence),
        "account_id": account_id,
        "from_account": data["from_account"],
    }
    id, owner = data["opportunity_id"], data["from_account"]
    yield Telling("opportunity", id, "change_account", body, account=owner)


def _follow(_account_id: str, fact: Fact) -> Iterator[Telling]:
    """What came late for one that is elsewhere now."""
    if to := fact.data.get("passed_to_account"):
        message = LateMessage.model_fields.keys() & fact.data.keys()
        body = {"event_id": fact.event_id, **{name: fact.data[name] for name in message}}
        yield Telling("account", to, "late_message", body)


TELLS: Final[dict[str, Tell]] = {
    "opportunity_offered": _ask,
    "opportunity_declined": _answer,
    "opportunity_accepted": _fetch,
    "late_message_kept": _follow,
}
