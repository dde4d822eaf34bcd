"""A sales process as data: stages, gates, clocks, budgets, reasons and what silence means.

Every opportunity carries the process it was opened with; changing a process changes no running
opportunity. A process that could leave an opportunity without an end cannot be loaded.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from sales.values import Code, Duration, Hours, Model, Name, Text

RULES_VERSION: Final = 1
"""The rules an opportunity opened today lives by; carried in its state and branched on."""

ROLES: Final = (
    "economic_buyer",
    "champion",
    "decision_maker",
    "evaluator",
    "influencer",
    "blocker",
    "executive_sponsor",
    "procurement",
    "legal",
    "user",
)
ELEMENTS: Final = (
    "metrics",
    "economic_buyer",
    "decision_criteria",
    "decision_process",
    "paper_process",
    "identified_pain",
    "champion",
    "competition",
)
EVIDENCE: Final = ("signed_contract", "payment", "purchase_order", "written_acceptance")
BUYER_MADE: Final = frozenset({"signed_contract", "payment"})
"""Evidence that only a buyer can make: decision and action in one."""

SYSTEM_REASONS: Final = frozenset(
    {
        "account_closed",
        "cancelled_by_admin",
        "terminated_by_admin",
        "failed",
        "created_in_error",
        "duplicate",
        "not_stated",
        "auto_renewed",
        "backstop",
    }
)
"""Reasons that every process knows, given by the engine itself."""

ForecastCategory = Literal["pipeline", "best_case", "commit", "omitted"]
"""What may be expected of an open opportunity."""

Category = Literal["pipeline", "best_case", "commit", "closed", "omitted"]

_PLAIN_CONDITIONS: Final = frozenset(
    {
        "account",
        "name",
        "amount",
        "close_date",
        "notice_by",
        "objective",
        "owner",
        "line_items",
        "plan",
        "competitor",
        "evidence",
        "engagement",
        "stakeholder",
        "decision",
        "purchase",
    }
)


def _condition(text: str) -> str:
    head, *rest = text.split(":")
    if not rest and head in _PLAIN_CONDITIONS:
        return text
    if head in ("stakeholder", "contact") and len(rest) == 1 and rest[0] in ROLES:
        return text
    scored = len(rest) == 1 or (len(rest) == 2 and rest[1] in ("1", "2", "3"))
    if head == "element" and rest and rest[0] in ELEMENTS and scored:
        return text
    raise ValueError(f"unknown_condition ({text!r})")


Condition = Annotated[str, AfterValidator(_condition)]
"""What must be true, such as `amount`, `contact:economic_buyer` or `element:metrics:2`."""


Span = Annotated[Duration, Field(gt=timedelta(0))]


class Clock(Model):
    """A limit that can end an opportunity, with its ladder: warnings before, grace behind."""

    limit: Span
    grace: Duration = timedelta(0)
    warn: tuple[Duration, ...] = ()


class DatedClock(Model):
    """A clock whose limit is a date that the opportunity itself carries."""

    grace: Duration = timedelta(0)
    warn: tuple[Duration, ...] = ()


class Clocks(Model):
    """The clocks of a process. `end_by` is the guarantee and has no grace."""

    end_by: Clock
    close_date: DatedClock | None = None
    stage_limit: Clock | None = None
    buyer_silence: Clock | None = None
    action_window: Clock | None = None
    notice_by: DatedClock | None = None


class Stage(Model):
    """A named position. `limit` counts over all visits; `hours` is the effort it usually takes."""

    name: Code
    title: Name
    probability: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    category: ForecastCategory
    limit: Span | None = None
    hours: Hours = Decimal(0)
    enter: tuple[Condition, ...] = ()
    leave: tuple[Condition, ...] = ()


class Opening(Model):
    """What must be known before an opportunity may begin."""

    requires: tuple[Condition, ...] = ("account", "name")


class Budget(Model):
    """How often, and for how long in all, an end may be put off."""

    times: Annotated[int, Field(ge=0, le=100)]
    total: Duration


class Reasons(Model):
    """The coded reasons a decision or a withdrawal must choose from. Clocks name their own."""

    won: tuple[Code, ...] = Field(min_length=1)
    lost: tuple[Code, ...] = Field(min_length=1)
    withdrawn: tuple[Code, ...] = Field(min_length=1)


class Landing(Model):
    """How an imported opportunity arrives: nothing fires for `grace`, whose end is spread."""

    grace: Duration = timedelta(days=14)
    spread: Duration = timedelta(days=7)


class Outage(Model):
    """A clock that fires more than `late` after its time first waits `settle` for senders."""

    late: Duration = timedelta(minutes=1)
    settle: Duration = timedelta(minutes=15)


class Limits(Model):
    """The numbers the driver reads; a run continues as new at the first limit it reaches."""

    batch: Annotated[int, Field(ge=1, le=1_000)] = 200
    events: Annotated[int, Field(ge=20, le=10_000)] = 2_000
    updates: Annotated[int, Field(ge=5, le=1_900)] = 1_500
    signals: Annotated[int, Field(ge=5, le=9_000)] = 1_000
    outbox: Annotated[int, Field(ge=1, le=2_000)] = 500


class Process(Model):
    """One version of one sales process.

    `last_look` is how long a buyer's word keeps any clock but `end_by` and the action window from
    ending the opportunity: nobody closes on a buyer who replied this morning.
    """

    name: Code
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    title: Name
    description: Text = ""
    silence: Literal["expiry", "purchase"] = "expiry"
    time_zone: str = "UTC"
    opening: Opening = Opening()
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=30)
    clocks: Clocks
    extension: Budget = Budget(times=2, total=timedelta(days=90))
    parking: Budget = Budget(times=1, total=timedelta(days=90))
    reasons: Reasons
    landing: Landing = Landing()
    last_look: Duration = timedelta(days=1)
    outage: Outage = Outage()
    limits: Limits = Limits()

    def stage(self, name: str) -> Stage | None:
        """The stage of that name, or nothing."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def position(self, name: str) -> int:
        """Where the stage stands in the process, from 0; behind the last if it is unknown."""
        names = [stage.name for stage in self.stages]
        return names.index(name) if name in names else len(names)

    def gates(self, start: str, target: str) -> tuple[Condition, ...]:
        """Every gate on the way forward: a stage that is skipped is left and entered all the same.
        The way back has none."""
        here, there = self.position(start), self.position(target)
        left, entered = self.stages[here:there], self.stages[here + 1 : there + 1]
        return tuple(
            condition
            for before, after in zip(left, entered, strict=True)
            for condition in (*before.leave, *after.enter)
        )

    @property
    def ref(self) -> dict[str, str | int]:
        """Name and version: how a fact refers to the process."""
        return {"name": self.name, "version": self.version}

    @model_validator(mode="after")
    def _sound(self) -> Self:
        names = [stage.name for stage in self.stages]
        if len(set(names)) != len(names):
            raise ValueError("stages: duplicate_name")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("time_zone: unknown_time_zone") from None
        for stage in self.stages:
            if stage.limit and not self.clocks.stage_limit:
                raise ValueError(f"stages.{stage.name}.limit: needs_the_stage_limit_clock")
        _check_clocks(self.silence, self.clocks)
        return self


def _check_clocks(silence: str, clocks: Clocks) -> None:
    if clocks.end_by.grace:
        raise ValueError("clocks.end_by.grace: end_by_has_no_grace")
    running = {name for name, clock in clocks if clock is not None}
    if silence == "purchase":
        if running != {"end_by", "notice_by"}:
            raise ValueError("clocks: silence_as_purchase_runs_only_notice_by_and_end_by")
    elif clocks.notice_by:
        raise ValueError("clocks.notice_by: only_where_silence_is_a_purchase")
    elif not clocks.action_window:
        raise ValueError("clocks.action_window: required")


ProcessRef = Mapping[str, Any]
"""`{"name", "version"}` as facts carry it."""
