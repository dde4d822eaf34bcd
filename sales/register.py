"""The register: every kind of entry, which subject it is about, and which fact follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from sales.calendar import CALENDAR, Calendar, SetCalendar, decide_calendar
from sales.drafts import Draft
from sales.entries import Entered
from sales.imports import AboutImport, Import, decide_import
from sales.interview import (
    AboutInterview,
    AskInterview,
    Ending,
    EraseInterview,
    Interview,
    RecordInterview,
    decide_interview,
)
from sales.judgement import (
    CategorySaid,
    SetCategory,
    Submission,
    Submit,
    category_id,
    decide_category,
    decide_submission,
    submission_id,
)
from sales.owner import Owner, SetOwner, decide_owner
from sales.quota import Quota, SetQuota, decide_quota, quota_id
from sales.rate import Rate, SetRate, decide_rate, rate_id

AnyEntry = (
    SetOwner
    | SetQuota
    | SetRate
    | SetCalendar
    | SetCategory
    | Submit
    | AboutInterview
    | AboutImport
)
EntrySubject = Literal[
    "owner", "quota", "rate", "calendar", "category", "submission", "interview", "import"
]

FORMS: Final[Mapping[EntrySubject, type[Entered]]] = {
    "owner": Owner,
    "quota": Quota,
    "rate": Rate,
    "calendar": Calendar,
    "category": CategorySaid,
    "submission": Submission,
    "interview": Interview,
    "import": Import,
}


@dataclass(slots=True)
class Known:
    """What entries refer to: the time at which they are said, every owner, the calendar once there
    is one, and how the opportunities stand that they name."""

    at: datetime
    owners: dict[str, Owner] = field(default_factory=dict)
    calendar: Calendar | None = None
    endings: dict[str, Ending] = field(default_factory=dict)

    def learn(self, state: Entered) -> None:
        """What was entered counts for all that is entered behind it."""
        if isinstance(state, Owner):
            self.owners[state.id] = state
        elif isinstance(state, Calendar):
            self.calendar = state


def about(entry: AnyEntry, known: Known) -> tuple[EntrySubject, str]:
    """The subject that an entry is about. Raises Broken where it does not say so."""
    match entry:
        case SetOwner():
            return "owner", entry.owner
        case SetQuota():
            return "quota", quota_id(entry, known.calendar or Calendar())
        case SetRate():
            return "rate", rate_id(entry, known.calendar)
        case SetCalendar():
            return "calendar", CALENDAR
        case SetCategory():
            return "category", category_id(entry)
        case Submit():
            return "submission", submission_id(entry, known.calendar or Calendar())
        case AskInterview() | RecordInterview() | EraseInterview():
            return "interview", entry.opportunity
    return "import", entry.id


def decide_entry(entry: AnyEntry, held: Any, known: Known) -> Draft | None:
    """The fact that follows, `held` being how its subject stands; none where everything is so
    already. Raises Broken."""
    days = known.calendar or Calendar()
    match entry:
        case SetOwner():
            return _draft("owner_set", decide_owner(held, entry, known.owners))
        case SetQuota():
            return _draft("quota_set", decide_quota(held, entry, days, known.owners))
        case SetRate():
            return _draft("rate_set", decide_rate(held, entry, known.calendar))
        case SetCalendar():
            return _draft("calendar_set", decide_calendar(held, entry))
        case SetCategory():
            ending = known.endings.get(entry.opportunity)
            ended = None if ending is None else ending.outcome is not None
            said = decide_category(held, entry, days, known.at, ended)
            return _draft("category_set", said)
        case Submit():
            said = decide_submission(held, entry, days, known.at, known.owners)
            return _draft("submission_set", said)
        case AskInterview() | RecordInterview() | EraseInterview():
            return decide_interview(held, entry, known.endings.get(entry.opportunity))
    return decide_import(held, entry)


def _draft(kind: str, data: dict[str, Any] | None) -> Draft | None:
    return Draft(kind, data) if data else None
