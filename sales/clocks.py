"""The clocks: what can end an opportunity, when, and what is said before.

The next deadline is the earliest clock that runs. It is always finite and never later than
`end_by`, which nothing moves: that is the guarantee.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sales.opportunity import MEMO, Opportunity
from sales.process import Clock, DatedClock

NOTHING: Final = timedelta(0)
SUSPENDABLE: Final = ("close_date", "stage_limit", "buyer_silence")
"""The clocks that rest while the opportunity is parked or its action window is open."""


class Running(NamedTuple):
    """A clock that runs: since when, its limit, and the instant it ends the opportunity."""

    name: str
    since: datetime
    limit_at: datetime
    ends_at: datetime
    warn: tuple[timedelta, ...]

    def notices(self) -> list[datetime]:
        """When to speak before the end: the warnings ahead of the start, then the limit itself."""
        times = [self.limit_at - lead for lead in self.warn]
        if self.limit_at < self.ends_at:
            times.append(self.limit_at)
        return sorted(at for at in times if at > self.since and at < self.ends_at)


class Deadline(NamedTuple):
    """The instant at which the named clock ends the opportunity."""

    at: datetime
    clock: str


def running(state: Opportunity) -> list[Running]:
    """Every clock that runs now, `end_by` first. None once the opportunity has ended."""
    # Worked out once for a state, which never changes: each message asks some ten times.
    found: list[Running] | None = state.__dict__.get(MEMO)
    if found is None:
        found = state.__dict__[MEMO] = _running(state)
    return found


def _running(state: Opportunity) -> list[Running]:
    if state.outcome:
        return []
    clocks = state.process.clocks
    found = [_made(state, "end_by", clocks.end_by, state.opened_at, state.end_by)]
    if clocks.notice_by and state.notice_by:
        found.append(_made(state, "notice_by", clocks.notice_by, state.opened_at, state.notice_by))
    if clocks.action_window and state.action_since:
        limit_at = state.action_since + clocks.action_window.limit
        found.append(
            _made(state, "action_window", clocks.action_window, state.action_since, limit_at)
        )
    if not state.resting:
        found.extend(_suspendable(state))
    return found


def _suspendable(state: Opportunity) -> list[Running]:
    """The three clocks that rest while parked and while the action window is open."""
    clocks, found = state.process.clocks, []
    if clocks.close_date and state.close_at and state.close_set_at:
        limit_at = state.close_at + _rested(state, state.close_set_at)
        found.append(_made(state, "close_date", clocks.close_date, state.close_set_at, limit_at))
    if clocks.stage_limit:
        stage = state.process.stage(state.stage)
        limit = stage.limit if stage and stage.limit is not None else clocks.stage_limit.limit
        spent = state.stage_spent.get(state.stage, NOTHING)
        rested = _rested(state, state.stage_entered_at)
        limit_at = state.stage_entered_at + limit - spent + rested
        found.append(
            _made(state, "stage_limit", clocks.stage_limit, state.stage_entered_at, limit_at)
        )
    if clocks.buyer_silence:
        rested = _rested(state, state.engaged_at)
        limit_at = state.engaged_at + clocks.buyer_silence.limit + rested
        found.append(
            _made(state, "buyer_silence", clocks.buyer_silence, state.engaged_at, limit_at)
        )
    return found


def _rested(state: Opportunity, since: datetime) -> timedelta:
    return state.rested(since, state.end_by) if state.rests else NOTHING


def _made(
    state: Opportunity, name: str, clock: Clock | DatedClock, since: datetime, limit_at: datetime
) -> Running:
    """The clock, held back by a landing or a buyer's fresh word, and cut off by `end_by`."""
    ends_at = limit_at + clock.grace
    if name in SUSPENDABLE and state.engaged:
        ends_at = max(ends_at, state.engaged_at + state.process.last_look)
    if state.landing_until and name != "end_by" and ends_at < state.landing_until:
        # What was over before it landed gets its warnings all the same, before the landing ends.
        limit_at = ends_at = state.landing_until
    ends_at = min(ends_at, state.end_by)
    # What lay before the landing has been said by somebody else, or by nobody; not by us now.
    return Running(name, max(since, state.landed_at), min(limit_at, ends_at), ends_at, clock.warn)


def next_deadline(state: Opportunity) -> Deadline | None:
    """When the clock ends the opportunity, and which one; nothing only once it has ended."""
    clocks = running(state)
    if not clocks:
        return None
    first = min(clocks, key=lambda clock: clock.ends_at)
    return Deadline(first.ends_at, first.name)


def due_notices(state: Opportunity, now: datetime) -> list[tuple[Running, datetime]]:
    """For each clock the latest notice that is due and has not been given."""
    found = []
    for clock in running(state):
        due = [at for at in clock.notices() if at <= now and _fresh(state, clock, at)]
        if due:
            found.append((clock, due[-1]))
    return found


def next_look(state: Opportunity) -> datetime | None:
    """The next instant at which time alone changes something: a notice, an unparking or the end."""
    times = [state.parked_until] if state.parked_until else []
    for clock in (clocks := running(state)):
        times += [at for at in clock.notices() if _fresh(state, clock, at)][:1]
        times.append(clock.ends_at)
    return min(times) if clocks else None


def _fresh(state: Opportunity, clock: Running, at: datetime) -> bool:
    """Whether a notice has not been given: a limit that moved later makes new notices."""
    given = state.warned.get(clock.name)
    return given is None or at > given
