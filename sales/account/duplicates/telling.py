"""Who is told what about a duplicate: it, that it is one, and its survivor, what comes for it."""

from collections.abc import Iterator
from typing import Final

from sales.account.part import Tell
from sales.facts import Fact
from sales.telling import Telling, event

DUPLICATE: Final = "duplicate"


def _withdraw(account_id: str, fact: Fact) -> Iterator[Telling]:
    id, survivor = fact.data["opportunity_id"], fact.data["survivor_id"]
    body = {"event_id": event(DUPLICATE, id, account_id, fact.sequence), "reason": DUPLICATE}
    yield Telling("opportunity", id, "withdraw", {**body, "note": f"it is the same as {survivor}"})


def _pass_on(_account_id: str, fact: Fact) -> Iterator[Telling]:
    """Under the id that its sender gave it, or else under that of the message which brought it."""
    if survivor := fact.data.get("passed_to"):
        late = fact.data["message"]
        body = {"event_id": fact.event_id, **late["body"]}
        yield Telling("opportunity", survivor, late["kind"], body)


TELLS: Final[dict[str, Tell]] = {"duplicate_marked": _withdraw, "late_message_kept": _pass_on}
