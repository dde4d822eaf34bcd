"""Judgements: what people say of the forecast, against the stage or beside the model. Each has an
author, a reason and an expiry. An author's later word replaces the one before; of several authors'
words that have not expired, the last one said counts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from sales.calendar import Calendar, period
from sales.drafts import Broken
from sales.entries import Entered, Entry, news
from sales.owner import Owners
from sales.process import ForecastCategory
from sales.values import Amount, Currency, Day, Id, Instant, Text, limit_of

Reason = Annotated[Text, Field(min_length=1)]


class SetCategory(Entry):
    """Put an open opportunity into another forecast category until then, or with `void` back to its
    stage's."""

    opportunity: Id
    category: ForecastCategory | None = None
    reason: Reason | None = None
    until: Day | None = None
    void: bool = False


class CategorySaid(Entered):
    """The category that one author put one opportunity into."""

    opportunity: str
    by: str
    category: ForecastCategory | None = None
    reason: str | None = None
    until: Instant | None = None
    void: bool = False


class Submit(Entry):
    """Say how much an owner and everybody below them will have won in a period once it is over,
    what is won already included; or take that back with `void`."""

    owner: Id
    period: Annotated[str, Field(min_length=1, max_length=40)]
    currency: Currency
    amount: Amount | None = None
    reason: Reason | None = None
    until: Day | None = None
    void: bool = False


class Submission(Entered):
    """What one author submitted for one owner. It keeps the days that its period had then."""

    owner: str
    by: str
    period: str
    first: date
    last: date
    currency: str
    amount: Decimal | None = None
    reason: str | None = None
    until: Instant | None = None
    void: bool = False


Said = CategorySaid | Submission


def category_id(entry: SetCategory) -> str:
    """Which opportunity, and who says it. Raises Broken."""
    return f"{entry.opportunity} {_author(entry)}"


def submission_id(entry: Submit, calendar: Calendar) -> str:
    """Whose, for which days and in which currency, and who says it. Raises Broken."""
    _, first, last = period(entry.period, calendar)
    return f"{entry.owner} {first} {last} {entry.currency} {_author(entry)}"


def decide_category(
    held: CategorySaid | None, entry: SetCategory, days: Calendar, now: datetime, ended: bool | None
) -> dict[str, Any] | None:
    """What the fact says; nothing where it is so already. `ended` says whether the opportunity has,
    and is None where there is none. Raises Broken."""
    id_, about = category_id(entry), entry.opportunity
    if ended is None:
        raise Broken("opportunity", "unknown_opportunity", f"nobody knows {about!r}")
    if ended:
        raise Broken("opportunity", "has_ended", f"{about!r} has its outcome")
    _require(entry, held, ("category", "reason", "until"))
    said = {"id": id_, "opportunity": about, "by": entry.actor, "category": entry.category}
    return news(CategorySaid, held, said | _terms(entry, entry.until, days, now))


def decide_submission(
    held: Submission | None, entry: Submit, days: Calendar, now: datetime, owners: Owners
) -> dict[str, Any] | None:
    """What the fact says; nothing where it is so already. Raises Broken."""
    id_ = submission_id(entry, days)
    if entry.owner not in owners:
        raise Broken("owner", "unknown_owner", f"nobody knows an owner {entry.owner!r}")
    _require(entry, held, ("amount", "reason"))
    label, first, last = period(entry.period, days)
    until = entry.until or (None if entry.void else last)
    said = {
        **{"id": id_, "owner": entry.owner, "by": entry.actor, "period": label},
        **{"first": first.isoformat(), "last": last.isoformat(), "currency": entry.currency},
        "amount": None if entry.amount is None else format(entry.amount, "f"),
    }
    return news(Submission, held, said | _terms(entry, until, days, now))


def _author(entry: Entry) -> str:
    if not entry.actor:
        raise Broken("actor", "required", "a judgement has an author")
    return entry.actor


def _require(entry: SetCategory | Submit, held: Said | None, names: tuple[str, ...]) -> None:
    for name in names:
        told = getattr(entry, name) is not None
        if told == entry.void:
            raise Broken(name, "surplus" if told else "required")
    if entry.void and held is None:
        raise Broken("void", "unknown_judgement", "there is none to take back")


def _terms(
    entry: SetCategory | Submit, until: date | datetime | None, days: Calendar, now: datetime
) -> dict[str, Any]:
    """Why, and until when; a day lasts until it is over in the ledger's time zone."""
    limit = limit_of(until, days.time_zone) if until else None
    if limit and limit <= now:
        raise Broken("until", "in_the_past", f"that was over at {limit.isoformat()}")
    told = limit.isoformat() if limit else None
    return {"reason": entry.reason, "until": told, "void": entry.void}
