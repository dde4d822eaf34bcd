"""The state of one opportunity: everything its rules may look at, and nothing else."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final, Literal, NamedTuple

from pydantic import TypeAdapter

from sales.details import Competitor, LineItem, Objective, Qualification, Stakeholder, Step
from sales.process import RULES_VERSION, Process

OutcomeName = Literal["won", "lost", "expired", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an opportunity ended; never changed. Reasons are coded, the first of them primary."""

    outcome: OutcomeName
    reasons: tuple[str, ...]
    closed_at: datetime
    source: Literal["buyer", "seller", "system"]
    competitor: str | None = None
    verbatim: str | None = None

    @property
    def reason(self) -> str:
        """The primary reason."""
        return self.reasons[0]


@dataclass(frozen=True, slots=True)
class Decision:
    """The buyer's yes, and why."""

    at: datetime
    reasons: tuple[str, ...]
    source: Literal["buyer", "seller", "system"]
    competitor: str | None = None
    verbatim: str | None = None


@dataclass(frozen=True, slots=True)
class Purchase:
    """The buyer's action and what proves it."""

    at: datetime
    evidence: str
    reference: str
    contract: dict[str, Any] | None = None


class Heard(NamedTuple):
    """What became of an event: the sequence it led to, when, and the rule it broke, if any."""

    sequence: int
    at: datetime
    rule: str | None = None


class Refusal(NamedTuple):
    """A message that broke a rule."""

    sequence: int
    at: datetime
    kind: str
    field: str
    rule: str


class Correctable(NamedTuple):
    """An engagement or an effort recent enough to be put right."""

    kind: str
    at: datetime
    origin: str | None
    hours: Decimal
    pool: str | None = None


class Asked(NamedTuple):
    """Hours that it has asked a pool for, by the fact of that number; `released` once it has said
    that it wants them no more. Whether it has them the pool knows."""

    hours: Decimal
    number: int
    released: bool = False


@dataclass(frozen=True)  # without slots: `changed` copies it by its dictionary
class Opportunity:
    """One potential purchase, as far as it has come.

    Instants are aware and in UTC. `opened_at` is when it began in the business, `landed_at` when
    this engine took it on. `end_by` is set once, at opening, and nothing moves it.
    `engaged_before` is the buyer's last word among those too old to be corrected.
    """

    id: str
    account_id: str
    process: Process
    opened_at: datetime
    landed_at: datetime
    end_by: datetime
    stage: str
    stage_entered_at: datetime
    engaged_at: datetime
    rules_version: int = RULES_VERSION
    sequence: int = 0
    attempt: int = 1
    predecessor_id: str | None = None
    landing_until: datetime | None = None
    notice_by: datetime | None = None

    name: str = ""
    amount: Decimal | None = None
    recurring: Decimal | None = None
    currency: str | None = None
    close_date: date | None = None
    close_at: datetime | None = None
    close_set_at: datetime | None = None
    first_close_date: date | None = None
    lead_source: str | None = None
    segment: str | None = None
    product: str | None = None
    territory: str | None = None
    owner: str | None = None
    team: str | None = None
    stakeholders: dict[str, Stakeholder] = field(default_factory=dict)
    objectives: dict[str, Objective] = field(default_factory=dict)
    plan: dict[str, Step] = field(default_factory=dict)
    qualification: dict[str, Qualification] = field(default_factory=dict)
    competitors: dict[str, Competitor] = field(default_factory=dict)
    line_items: dict[str, LineItem] = field(default_factory=dict)
    amended_at: dict[str, datetime] = field(default_factory=dict)

    stage_spent: dict[str, timedelta] = field(default_factory=dict)
    engaged: bool = False
    engaged_before: datetime | None = None
    decision: Decision | None = None
    purchase: Purchase | None = None
    action_since: datetime | None = None
    parked_at: datetime | None = None
    parked_until: datetime | None = None
    rests: tuple[tuple[datetime, datetime], ...] = ()
    warned: dict[str, datetime] = field(default_factory=dict)
    outcome: Outcome | None = None

    extensions: int = 0
    extended: timedelta = timedelta(0)
    parkings: int = 0
    parked: timedelta = timedelta(0)
    pushes: int = 0
    reversions: int = 0
    overrides: int = 0
    late: int = 0
    refusals: int = 0
    effort: Decimal = Decimal(0)
    pools: dict[str, Asked] = field(default_factory=dict)

    heard: dict[str, Heard] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    refused: tuple[Refusal, ...] = ()
    correctable: dict[int, Correctable] = field(default_factory=dict)

    @property
    def category(self) -> str:
        """The forecast category: the stage's, `commit` from a yes on, settled by the end."""
        if self.outcome:
            return "closed" if self.outcome.outcome == "won" else "omitted"
        if self.decision or self.purchase:
            return "commit"
        stage = self.process.stage(self.stage)
        return stage.category if stage else "omitted"

    @property
    def resting(self) -> datetime | None:
        """Since when close_date, stage_limit and buyer_silence rest, if they do."""
        starts = [at for at in (self.parked_at, self.action_since) if at]
        return min(starts) if starts else None

    def rested(self, since: datetime, until: datetime) -> timedelta:
        """How much of the time between the two those clocks have rested."""
        spans = [*self.rests, (self.resting, until)] if self.resting else self.rests
        shares = (min(end, until) - max(start, since) for start, end in spans)
        return sum((max(share, timedelta(0)) for share in shares), timedelta(0))


MEMO: Final = "_running"
"""Where a state remembers its clocks; it is no field, so it is neither compared nor carried."""


def changed(state: Opportunity, changes: Mapping[str, Any]) -> Opportunity:
    """What `dataclasses.replace` gives, in a fifth of its time; nothing checks the names here."""
    new = object.__new__(Opportunity)
    new.__dict__.update(state.__dict__)
    new.__dict__.pop(MEMO, None)
    new.__dict__.update(changes)
    return new


_DEFAULTS: Final = {
    each.name: each.default if each.default_factory is MISSING else each.default_factory()
    for each in fields(Opportunity)
    if each.default is not MISSING or each.default_factory is not MISSING
}


def made(**said: Any) -> Opportunity:
    """What `Opportunity(**said)` gives, in a tenth of its time; nothing checks the names here."""
    new = object.__new__(Opportunity)
    new.__dict__.update(_DEFAULTS)  # empty maps are shared: no state is ever changed in place
    new.__dict__.update(said)
    return new


@cache
def adapter() -> TypeAdapter[Opportunity]:
    """The one way state becomes JSON and back."""
    return TypeAdapter(Opportunity)


def dump(state: Opportunity) -> dict[str, Any]:
    """The state as plain JSON; `load` gives it back unchanged."""
    return adapter().dump_python(state, mode="json")  # type: ignore[no-any-return]  # untyped upstream


def load(data: Any) -> Opportunity:
    """The state from `dump`. Raises ValidationError on anything else."""
    return adapter().validate_python(data)
