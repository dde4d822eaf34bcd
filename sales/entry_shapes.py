"""What each kind of fact about an owner, a quota, a rate, the calendar, a judgement, an interview
or an import says."""

from datetime import date
from typing import Any, Final, Literal

from pydantic import Field

from sales.calendar import Month, Named, Zone
from sales.holidays import Holidays
from sales.interview import People, Reasons
from sales.owner import WeekHours
from sales.process import ForecastCategory
from sales.rate import Factor
from sales.register import EntrySubject
from sales.values import Amount, Code, Count, Currency, Date, Id, Instant, Label, Model, Name, Text

MAY_BE_NULL: Final[Any] = Field(default_factory=lambda: None)
"""A field that may be missing, and null as well."""


class OwnerSet(Model):
    """Who somebody is: what is named is so from now on, and what is null is so no longer."""

    id: Id
    name: Name | None = MAY_BE_NULL
    team: Id | None = MAY_BE_NULL
    territory: Id | None = MAY_BE_NULL
    manager: Id | None = MAY_BE_NULL
    hours: WeekHours | None = MAY_BE_NULL
    active_from: Date | None = MAY_BE_NULL
    active_until: Date | None = MAY_BE_NULL


class QuotaSet(Model):
    """What an owner or a team is to win from the first day to the last, both included; with `void`,
    nothing any more."""

    id: Text
    owner: Id | None = None
    team: Id | None = None
    period: Text
    first: Date
    last: Date
    amount: Amount | None = None
    currency: Currency | None = None
    void: bool


class RateSet(Model):
    """One unit of `currency` is worth `rate` units of `base` from a day on."""

    id: Text
    currency: Currency
    base: Currency
    valid_from: date
    rate: Factor


class CalendarSet(Model):
    """How days, years and money are counted; what is not named stays as it was."""

    id: Literal["ledger"]
    time_zone: Zone | None = None
    year_starts: Month | None = None
    year_named: Named | None = None
    base_currency: Currency | None = None
    holidays: Holidays | None = None


class CategorySet(Model):
    """Somebody put an open opportunity into another forecast category, until then; with `void`, no
    longer."""

    id: Text
    opportunity: Id
    by: Label
    category: ForecastCategory | None
    reason: Text | None
    until: Instant | None
    void: bool


class SubmissionSet(Model):
    """How much somebody says that an owner and everybody below them will have won from the first
    day to the last, both included; with `void`, nothing any more."""

    id: Text
    owner: Id
    by: Label
    period: Text
    first: Date
    last: Date
    currency: Currency
    amount: Amount | None
    reason: Text | None
    until: Instant | None
    void: bool


class InterviewAsked(Model):
    """Somebody at the buyer's was asked for a talk about why it ended so; `id` is the
    opportunity's, `of` the person's."""

    id: Id
    of: Id
    why: Text | None = MAY_BE_NULL


class InterviewRecorded(Model):
    """What they said: the reasons by their codes, the first of them primary."""

    id: Id
    reasons: Reasons
    of: Id | None = None
    competitor: Name | None = None
    verbatim: Text | None = None
    decision_makers: People = ()
    would_have_changed: Text | None = None
    held_at: Instant | None = None


class InterviewErased(Model):
    """All words of the interview went, from these facts and from how it stands."""

    id: Id
    details: tuple[Code, ...]
    sequences: tuple[Count, ...]


class ImportBegun(Model):
    """A run of an import began: what it read, as what, and which day was today in there."""

    id: Id
    source: Code
    process: Code
    file: Text
    sha256: Text
    mapping: Text
    as_of: Date | None = None


class ImportFinished(Model):
    """The run is through; `counts` is its summary."""

    id: Id
    counts: dict[Code, int]


class UndoBegun(Model):
    """What the run brought is being taken back."""

    id: Id


class ImportUndone(Model):
    """What could be was taken back; `undone` says how many of all that the run brought."""

    id: Id
    undone: dict[Code, int]


ENTRY_SHAPES: Final[dict[EntrySubject, dict[str, type[Model]]]] = {
    "owner": {"owner_set": OwnerSet},
    "quota": {"quota_set": QuotaSet},
    "rate": {"rate_set": RateSet},
    "calendar": {"calendar_set": CalendarSet},
    "category": {"category_set": CategorySet},
    "submission": {"submission_set": SubmissionSet},
    "interview": {
        "interview_asked": InterviewAsked,
        "interview_recorded": InterviewRecorded,
        "erased": InterviewErased,
    },
    "import": {
        "import_begun": ImportBegun,
        "import_finished": ImportFinished,
        "undo_begun": UndoBegun,
        "import_undone": ImportUndone,
    },
}
"""The shape of `data` for every kind of fact that is said straight to the ledger."""
