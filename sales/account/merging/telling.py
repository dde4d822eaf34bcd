"""Who tells whom when accounts become one, and who is told that they do not."""

from collections.abc import Iterator
from typing import Any, Final

from sales.account.part import Tell
from sales.facts import Fact
from sales.journal import MADE_UP
from sales.notice import Notice, Noticing
from sales.telling import Telling, event

Body = dict[str, Any]


def _ask(account_id: str, fact: Fact) -> Iterator[Telling]:
    body = {
        "event_id": event("take_account", account_id, fact.sequence),
        "from_account": account_id,
        **{name: each for name, each in fact.data.items() if name != "into"},
    }
    yield Telling("account", fact.data["into"], "take_account", body)


def _answer(account_id: str, fact: Fact) -> Iterator[Telling]:
    from_account = fact.data["from_account"]
    body = {
        "event_id": event("answer_merge", from_account, account_id, fact.sequence),
        "into": account_id,
        **{name: each for name, each in fact.data.items() if name != "from_account"},
    }
    yield Telling("account", from_account, "answer_merge", body)


def _hand_over(account_id: str, fact: Fact) -> Iterator[Telling]:
    body = {
        "event_id": event("take_over", account_id, fact.sequence),
        "from_account": account_id,
        "handover": fact.sequence,
        "contracts": _as_there(fact.data["contracts"]),
        "commitments": _as_there(fact.data["commitments"]),
    }
    yield Telling("account", fact.data["to_account"], "take_over", body)


def _as_there(told: dict[str, Body]) -> dict[str, Body]:
    """By the ids that they get."""
    return {
        each.get("renamed", id): {name: value for name, value in each.items() if name != "renamed"}
        for id, each in told.items()
    }


def _confirm(account_id: str, fact: Fact) -> Iterator[Telling]:
    from_account, handover = fact.data["from_account"], fact.data["handover"]
    body = {
        "event_id": event("taken_over", from_account, account_id, handover),
        "into": account_id,
        "handover": handover,
    }
    yield Telling("account", from_account, "confirm_take_over", body)


def _pass_on(account_id: str, fact: Fact) -> Iterator[Telling]:
    """Under the id that its sender gave it, so that it counts once whichever way it comes. One that
    has ended before it had moved is the other's first."""
    to, said = fact.data["to_account"], fact.data["message"]
    made_up = fact.event_id is None or fact.event_id.startswith(MADE_UP)
    event_id = event("passed_on", account_id, fact.sequence) if made_up else fact.event_id
    if process := fact.data.get("process"):
        id = said["body"]["opportunity_id"]
        adopted = {"opportunity_id": id, "process": process, "from_account": account_id}
        adopted["event_id"] = event("adopt", id, account_id, fact.sequence)
        yield Telling("account", to, "adopt_opportunity", adopted)
    yield Telling("account", to, said["kind"], {**said["body"], "event_id": event_id})


def _join(account_id: str, fact: Fact) -> Iterator[Telling]:
    if into := fact.data.get("into"):
        body = {"event_id": event("join", account_id, fact.sequence), "from_account": account_id}
        yield Telling("account", into, "join_account", body)


def _declined(fact: Fact) -> Iterator[Notice]:
    into, rule = fact.data["into"], fact.data["rule"]
    yield Notice("merge_declined", f"{into} cannot take this account: {rule}")


TELLS: Final[dict[str, Tell]] = {
    "account_merging": _ask,
    "merge_accepted": _answer,
    "merge_refused": _answer,
    "handed_over": _hand_over,
    "taken_over": _confirm,
    "message_passed_on": _pass_on,
    "account_retired": _join,
}
NOTICES: Final[dict[str, Noticing]] = {"merge_declined": _declined}
