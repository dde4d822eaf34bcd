"""Interviews behind the end: the buyer is asked why it ended so, and the answer is kept beside the
reason that was recorded then. An opportunity that has ended hears nothing any more, so this is said
straight to the ledger; there is one interview an opportunity, and what is said later replaces it.
"""

from datetime import datetime
from typing import Annotated, Any, Final, NamedTuple

from pydantic import Field

from sales.drafts import Broken, Draft
from sales.entries import Entered, Entry, news
from sales.erasing import ERASED
from sales.facts import Fact
from sales.process import Process
from sales.rules import check_reasons
from sales.values import Code, Id, Instant, Name, Text

WORDS: Final = ("why", "competitor", "verbatim", "would_have_changed")
"""The free text of an interview, which an erasure takes."""

Reasons = Annotated[tuple[Code, ...], Field(min_length=1, max_length=10)]
People = Annotated[tuple[Id, ...], Field(max_length=20)]


class AskInterview(Entry):
    """Ask somebody at the buyer's, by the id that the opportunity knows them under, for a talk."""

    opportunity: Id
    of: Id
    why: Text | None = None


class RecordInterview(Entry):
    """What they said: the reasons by the codes of the process, the first of them primary."""

    opportunity: Id
    reasons: Reasons
    of: Id | None = None
    competitor: Name | None = None
    verbatim: Text | None = None
    decision_makers: People = ()
    would_have_changed: Text | None = None
    held_at: Instant | None = None


class EraseInterview(Entry):
    """Take all words out of an interview; codes, ids and times stay."""

    opportunity: Id


AboutInterview = AskInterview | RecordInterview | EraseInterview


class Ending(NamedTuple):
    """How an opportunity stands that an interview is about; no outcome while it is open."""

    outcome: str | None
    process: Process


class Interview(Entered):
    """An interview as it stands: asked, or answered, or both."""

    of: str | None = None
    why: str | None = None
    asked_at: datetime | None = None
    reasons: tuple[str, ...] = ()
    competitor: str | None = None
    verbatim: str | None = None
    decision_makers: tuple[str, ...] = ()
    would_have_changed: str | None = None
    held_at: datetime | None = None
    recorded_at: datetime | None = None

    @property
    def reason(self) -> str | None:
        """The primary reason, once there was an answer."""
        return self.reasons[0] if self.reasons else None


_STAMPS: Final = {"interview_asked": "asked_at", "interview_recorded": "recorded_at"}


def evolve_interview(state: Interview | None, fact: Fact) -> Interview:
    """The interview after the fact."""
    held = {} if state is None else state.model_dump()
    if fact.kind == "erased":
        said: dict[str, Any] = {name: ERASED for name in WORDS if held[name] is not None}
    else:
        said = {**fact.data, _STAMPS[fact.kind]: fact.occurred_at}
    return Interview.model_validate({**held, **said, "sequence": fact.sequence})


def decide_interview(
    held: Interview | None, entry: AboutInterview, ending: Ending | None
) -> Draft | None:
    """The fact that follows; none where everything is so already. Raises Broken."""
    if ending is None:
        raise Broken("opportunity", "unknown_opportunity")
    if isinstance(entry, EraseInterview):
        return _erase(held, entry)
    if ending.outcome is None:
        raise Broken("opportunity", "still_open", "why it ended is asked once it has")
    said: dict[str, Any] = entry.said()
    said["id"] = said.pop("opportunity")
    if isinstance(entry, AskInterview):
        data = news(Interview, held, said)
        return Draft("interview_asked", data) if data else None
    known = ending.process.reasons
    check_reasons(entry.reasons, known.won if ending.outcome == "won" else known.lost, "reasons")
    data = news(Interview, held, {name: each for name, each in said.items() if each is not None})
    return Draft("interview_recorded", data) if data else None


def _erase(held: Interview | None, entry: EraseInterview) -> Draft | None:
    if held is None:
        raise Broken("opportunity", "unknown_interview", "nobody was asked")
    if not entry.actor:
        raise Broken("actor", "required", "say who asks")
    if all(getattr(held, name) in (None, ERASED) for name in WORDS):
        return None
    sequences = list(range(1, held.sequence + 1))
    return Draft("erased", {"id": held.id, "details": [*WORDS], "sequences": sequences})
