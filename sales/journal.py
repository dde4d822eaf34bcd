"""What opportunities and accounts share: hearing each event once, and writing down what follows."""

from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sales.clipping import clipped
from sales.drafts import Broken, Draft
from sales.facts import Cause, Fact
from sales.messages import Malformed, Message
from sales.opportunity import Heard

SKEW: Final = timedelta(days=1)
"""How far in the future a sender's clock may stand and still be taken for now."""
MADE_UP: Final = "made-up:"
"""Begins the id of an event that came without one; nobody can tell such an event again."""
REMEMBERED: Final = 1_000
REMEMBERED_LETTERS: Final = 50_000
"""What the remembered ids may take up in all: a state must fit into one payload."""
REMEMBERED_FOR: Final = timedelta(days=90)
MOST_SOURCES: Final = 100
"""How many senders that number their events are known by their numbers."""


class Journaled(Protocol):
    """A state that is a fold of its journal and remembers what it heard."""

    @property
    def sequence(self) -> int: ...  # noqa: D102  # the class says it
    @property
    def heard(self) -> dict[str, Heard]: ...  # noqa: D102  # the class says it
    @property
    def sources(self) -> dict[str, int]: ...  # noqa: D102  # the class says it


def known(state: Journaled, message: Message) -> bool:
    """Whether this event was heard before, by its id or by its sender's own number."""
    if message.event_id in state.heard:
        return True
    last = state.sources.get(message.source) if message.source else None
    return last is not None and message.source_seq is not None and message.source_seq <= last


def numbered(
    state: Journaled, drafts: list[Draft], message: Message | None, now: datetime, cause: Cause
) -> tuple[Fact, ...]:
    """Facts from drafts: numbered, stamped, and signed with what the message said of itself."""
    first = state.sequence + 1
    if message is None:
        return tuple(
            Fact(first + i, draft.kind, draft.at or now, now, cause, data=draft.data)
            for i, draft in enumerate(drafts)
        )
    said_at = min(message.occurred_at or message.sent_at or now, now)
    event_id = message.event_id or f"{MADE_UP}{first}"
    signed = (
        *(event_id, message.actor, message.origin, message.note),
        *(message.known_at, message.source, message.source_seq),
    )
    return tuple(
        [
            Fact(first + i, draft.kind, draft.at or said_at, now, cause, *signed, draft.data)
            for i, draft in enumerate(drafts)
        ]
    )


def refusal(message: Message, broken: Broken) -> Draft:
    """A refusal is a fact too: what was said, and the field and the rule it broke."""
    if isinstance(message, Malformed):
        kind, body = message.said_kind, message.body
    else:
        kind, body = message.kind, body_of(message)
    data = {"message": kind, "field": broken.field, "rule": broken.rule, "body": body}
    if broken.detail:
        data["detail"] = broken.detail
    return Draft("refused", data)


def body_of(message: Message) -> Any:
    """What the message said, as plain JSON, cut to a bounded size."""
    return clipped(message.model_dump(mode="json", exclude_none=True))


def check_stamps(message: Message, now: datetime) -> None:
    """Nobody's clock may stand more than a day ahead of ours, or use the ids that we make up."""
    if message.event_id and message.event_id.startswith(MADE_UP):
        raise Broken("event_id", "reserved", f"ids that begin with {MADE_UP!r} are the engine's")
    latest = now + SKEW
    if message.occurred_at and message.occurred_at > latest:
        raise Broken("occurred_at", "in_the_future")
    if message.sent_at and message.sent_at > latest:
        raise Broken("sent_at", "in_the_future")


def remembered(
    heard: dict[str, Heard],
    fact: Fact,
    most: int = REMEMBERED,
    most_letters: int = REMEMBERED_LETTERS,
) -> dict[str, Heard]:
    """The last so many events or ninety days of them, whichever is less, with this one."""
    if fact.event_id is None or fact.event_id.startswith(MADE_UP):
        return heard
    kept = dict(heard)
    kept[fact.event_id] = Heard(fact.sequence, fact.recorded_at, fact.data.get("rule"))
    oldest = fact.recorded_at - REMEMBERED_FOR
    while len(kept) > most or next(iter(kept.values())).at < oldest:
        del kept[next(iter(kept))]
    if len(kept) > most_letters // 200:  # fewer are never too much, for no id is longer
        letters = sum(map(len, kept))
        while letters > most_letters:
            letters -= len(first := next(iter(kept)))
            del kept[first]
    return kept
