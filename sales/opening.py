"""How an opportunity begins: what is said of it, its opening gate, its first fact."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from sales.clipping import clipped
from sales.details import MAPS, Details
from sales.drafts import Broken
from sales.evolve import evolve
from sales.facts import Cause, Fact
from sales.journal import check_stamps
from sales.messages import Kept, Message, Overridable
from sales.opportunity import Heard, Opportunity
from sales.patching import check_weight
from sales.process import RULES_VERSION, Process
from sales.rules import pass_gate
from sales.values import (
    Code,
    Count,
    Day,
    Duration,
    Id,
    Instant,
    Label,
    Model,
    Text,
    day_of,
    limit_of,
)

_ELSEWHERE: Final = {*Message.model_fields, "process_version", "landing", "override"}
"""What the first fact tells in its own words, or carries beside its data."""


class Landing(Model):
    """Where an opportunity from elsewhere stands: its clocks are back-dated, and nothing fires
    before the landing grace is over.

    `said` is what the source said of it in its own words, with its dates as they stood there.
    """

    stage_entered_at: Instant | None = None
    engaged_at: Instant | None = None
    grace: Duration | None = None
    said: Annotated[dict[Code, Text], Field(max_length=40)] = Field(default_factory=dict)


class Late(Model):
    """What came for an opportunity after its end."""

    kind: Annotated[Kept, Field(max_length=100)]
    body: Annotated[Any, AfterValidator(clipped)] = None


class OpenOpportunity(Overridable, Details):
    """What is said to an account to open an opportunity; `reference` is what another system calls
    it."""

    kind: Literal["open_opportunity"] = "open_opportunity"
    opportunity_id: Annotated[Id, Field(max_length=80)]
    process: Code
    process_version: Annotated[Count, Field(ge=1)] | None = None
    close_date: Day | None = None
    notice_by: Day | None = None
    stage: Code | None = None
    landing: Landing | None = None
    reference: Label | None = None


class Request(Model):
    """A start by somebody other than the account: it is admitted and adopted first."""

    account_id: Id
    opening: OpenOpportunity
    at: Instant | None = None


class Start(Model):
    """The start input of an opportunity's workflow: what was said, and the process it lives by.

    `at` is when its account took it on, `heard` are a predecessor's events. `again` where one of
    this id was taken back before, so that its workflow's id may be used once more. `evidence` is
    what came after the predecessor's end, and is heard first.
    """

    account_id: Id
    opening: OpenOpportunity
    process: Process
    at: Instant | None = None
    attempt: Annotated[int, Field(ge=1, le=1_000)] = 1
    predecessor_id: Id | None = None
    heard: dict[str, Heard] = Field(default_factory=dict)
    again: bool = False
    evidence: Late | None = None


def begin(start: Start, now: datetime, cause: Cause = "start") -> tuple[Opportunity, Fact]:
    """The opened opportunity and its first fact. Raises Broken where the opening gate is shut."""
    now = min(start.at or now, now)
    fact = _opened(start, now, cause)
    state = evolve(None, fact, start.process)
    check_weight(getattr(state, name) for name in MAPS)
    gates = start.process.opening.requires
    if not start.opening.landing:  # one that comes from elsewhere stood there already
        gates += start.process.gates(start.process.stages[0].name, state.stage)
    overridden = pass_gate(state, gates, start.opening)
    if overridden:
        fact = Fact(**{**_fields(fact), "data": {**fact.data, **overridden}})
        state = evolve(None, fact, start.process)
    return state, fact


def _opened(start: Start, now: datetime, cause: Cause) -> Fact:
    opening, process = start.opening, start.process
    check_stamps(opening, now)
    at = min(opening.occurred_at or opening.sent_at or now, now)
    stage = opening.stage or process.stages[0].name
    if process.stage(stage) is None:
        raise Broken("stage", "unknown_stage", f"the process has no stage {stage!r}")
    landing = opening.landing or Landing()
    data: dict[str, Any] = {
        **opening.model_dump(mode="json", exclude=_ELSEWHERE, exclude_none=True),
        **_dates(opening, process, now),
        "account_id": start.account_id,
        "process": process.ref,
        "stage": stage,
        "stage_entered_at": min(landing.stage_entered_at or at, now).isoformat(),
        "engaged_at": min(landing.engaged_at or at, now).isoformat(),
        "engaged": landing.engaged_at is not None,
        "attempt": start.attempt,
        "rules_version": RULES_VERSION,
    }
    if opening.landing:
        data["landing_until"] = (now + landed(opening.opportunity_id, process, landing)).isoformat()
    if landing.said:
        data["imported"] = landing.said
    if start.predecessor_id:
        data["predecessor_id"] = start.predecessor_id
    if start.heard:
        data["heard"] = {
            name: [row.sequence, row.at.isoformat(), row.rule] for name, row in start.heard.items()
        }
    return Fact(
        1,
        "opened",
        at,
        now,
        cause,
        opening.event_id or "made-up:1",
        opening.actor,
        opening.origin,
        opening.note,
        opening.known_at,
        data=data,
    )


def _dates(opening: OpenOpportunity, process: Process, now: datetime) -> dict[str, str]:
    """The limits the opening sets: `end_by` counts from now, whatever was said of the past."""
    end_by = now + process.clocks.end_by.limit
    found = {"end_by": end_by.isoformat()}
    sums = [each for each in (opening.amount, opening.recurring) if each]
    if len({each.currency for each in sums}) > 1:
        raise Broken("currency", "mixed_currencies")
    for name, limit_name in (("close_date", "close_at"), ("notice_by", "notice_by")):
        when = getattr(opening, name)
        if when is None:
            continue
        limit = limit_of(when, process.time_zone)
        if limit > end_by:
            raise Broken(name, "past_end_by", f"it would end by {end_by.isoformat()}")
        if limit <= now and not opening.landing:
            raise Broken(name, "in_the_past")
        found[limit_name] = limit.isoformat()
        if name == "close_date":
            found[name] = day_of(when, process.time_zone).isoformat()
    if process.silence == "purchase" and "notice_by" not in found:
        raise Broken("notice_by", "required", "silence is a purchase only from a known date on")
    return found


def landed(opportunity_id: str, process: Process, landing: Landing) -> timedelta:
    """How long an import rests: the grace, at most the process's, and a part of the spread given
    by the id's hash, so that one import never ends hundreds in one minute."""
    longest = process.landing.grace
    grace = longest if landing.grace is None else min(landing.grace, longest)
    share = int.from_bytes(sha256(opportunity_id.encode()).digest()[:4]) / 2**32
    return grace + process.landing.spread * share


def _fields(fact: Fact) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in Fact.__dataclass_fields__}
