"""When a commitment is due: by a date, by a service level, and after a rest."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from sales.account.commitments.state import Clock, ClockName, Commitment
from sales.account.commitments.terms import FARTHEST, Level
from sales.account.policy import Policy
from sales.drafts import Broken
from sales.hours import Hours
from sales.values import end_of, limit_of

ALWAYS: Final = Hours()

Clocks = dict[ClockName, Clock]


def by_level(level: Level, policy: Policy, at: datetime) -> Clocks:
    """Its clocks run in working hours, unless the level counts every hour."""
    hours = ALWAYS if level.around_the_clock else policy.hours
    limits: dict[ClockName, timedelta | None] = {"respond": level.respond, "resolve": level.resolve}
    share = level.warn_after
    return {
        name: Clock(hours.after(at, limit), hours.after(at, limit * share) if share else None)
        for name, limit in limits.items()
        if limit
    }


def by_date(when: date | datetime | None, policy: Policy, at: datetime) -> Clocks:
    """A day lasts until it is over where the policy's hours count. Raises Broken."""
    if when is None:
        raise Broken("due", "required", "name a due date or a level")
    due = limit_of(when, policy.hours.time_zone)
    if due <= at:
        raise Broken("due", "in_the_past")
    if due > at + FARTHEST:
        raise Broken("due", "too_far", f"at most {FARTHEST.days} days ahead")
    return dated(due, at, policy)


def by_promise(at: datetime, start: date | None, within: timedelta, policy: Policy) -> Clocks:
    """So long after the win or, where that is later, after its contract's first day has begun."""
    if start:
        at = max(at, end_of(start - timedelta(days=1), policy.hours.time_zone))
    return dated(at + within, at, policy)


def dated(due: datetime, at: datetime, policy: Policy) -> Clocks:
    """One clock, with a warning where there is still time for it."""
    warn = policy.commitments.warn
    return {"resolve": Clock(due, due - warn if warn and due - warn > at else None)}


def rested(held: Commitment, at: datetime, policy: Policy) -> Clocks:
    """The clocks that had not run out, with as much time left as when the rest began."""
    hours = policy.hours if held.working else ALWAYS
    since = held.paused_at or at

    def later(instant: datetime) -> datetime:
        return hours.after(at, hours.between(since, instant))

    return {
        name: Clock(later(clock.due), clock.warn_at and later(clock.warn_at))
        for name, clock in held.clocks.items()
        if not clock.breached
    }


def told(clocks: Clocks) -> dict[str, dict[str, str]]:
    """As a fact says it."""
    return {
        name: {"due": clock.due.isoformat()}
        | ({"warn_at": clock.warn_at.isoformat()} if clock.warn_at else {})
        for name, clock in clocks.items()
    }


def learned(told: Mapping[ClockName, Mapping[str, str]]) -> Clocks:
    """The same from a fact."""
    return {
        name: Clock(
            datetime.fromisoformat(each["due"]),
            datetime.fromisoformat(each["warn_at"]) if "warn_at" in each else None,
        )
        for name, each in told.items()
    }
