"""Which facts follow about what was promised to the customer."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sales.account.commitments.clocks import by_date, by_level, by_promise, rested, told
from sales.account.commitments.folds import FOLDS
from sales.account.commitments.messages import (
    MakeCommitment,
    MeetCommitment,
    OfCommitment,
    PauseCommitment,
    RespondToCommitment,
    ResumeCommitment,
    WaiveCommitment,
)
from sales.account.commitments.notices import NOTICES
from sales.account.commitments.state import (
    MOST_COMMITMENT_BYTES,
    MOST_COMMITMENTS,
    ClockName,
    Commitment,
    promised_id,
)
from sales.account.messages import OpportunityEnded
from sales.account.part import Part
from sales.account.policy import Policy
from sales.account.state import Account
from sales.drafts import Broken, Draft
from sales.journal import refusal
from sales.messages import Message

Facts = list[Draft]


def _make(state: Account, message: MakeCommitment, now: datetime) -> Facts:
    policy = _policy(state)
    if state.retiring_at:
        raise Broken("account_id", "retired")
    level = policy.commitments.level(message.level) if message.level else None
    if message.level and level is None:
        raise Broken("level", "unknown_level", f"the policy has no level {message.level!r}")
    at = _moment(message, now)
    if level and message.due:
        raise Broken("due", "level_says_when", "name a due date or a level")
    clocks = by_level(level, policy, at) if level else by_date(message.due, policy, at)
    severe = message.severe if message.severe is not None else bool(level and level.severe)
    working = level is not None and not level.around_the_clock
    made = Commitment(
        message.title,
        at,
        clocks,
        at,
        severe,
        working,
        message.level,
        message.owner,
        message.opportunity_id,
    )
    _check_new(state.commitments, message.commitment_id, made)
    return [_made(message.commitment_id, made)]


def _promised(state: Account, end: OpportunityEnded, now: datetime) -> Facts:
    """What a sale promised becomes commitments, once; what cannot be made is refused."""
    policy = state.policy
    within = policy.commitments.promised_within if policy else None
    new = end.opportunity_id in state.open and not state.retiring_at
    if policy is None or within is None or end.outcome != "won" or not new:
        return []
    at = _moment(end, now)
    clocks = by_promise(at, end.contract.start if end.contract else None, within, policy)
    live, drafts = dict(state.commitments), Facts()
    for objective, title in end.promises.items():
        id = promised_id(end.opportunity_id, objective)
        made = Commitment(title, at, clocks, at, opportunity_id=end.opportunity_id)
        try:
            _check_new(live, id, made)
        except Broken as broken:
            due, of = clocks["resolve"].due, end.opportunity_id
            wish = MakeCommitment(commitment_id=id, title=title, due=due, opportunity_id=of)
            drafts.append(refusal(wish, broken))
            continue
        live[id] = made
        drafts.append(_made(id, made))
    return drafts


def _respond(state: Account, message: RespondToCommitment, now: datetime) -> Facts:
    held = _live(state, message)
    if "respond" not in held.clocks:
        raise Broken("commitment_id", "nothing_to_answer", "it has no such clock, or not any more")
    return [Draft("commitment_responded", *_answer(message, held, "respond", now))]


def _meet(state: Account, message: MeetCommitment, now: datetime) -> Facts:
    """What is done needs no first answer any more: the end is one."""
    held = _live(state, message)
    drafts = [Draft("commitment_met", *_answer(message, held, "resolve", now))]
    if "respond" in held.clocks:
        drafts.insert(0, Draft("commitment_responded", *_answer(message, held, "respond", now)))
    return drafts


def _answer(
    message: OfCommitment, held: Commitment, name: ClockName, now: datetime
) -> tuple[dict[str, Any], datetime]:
    """When it was done decides, not when it was told: time had struck all that was due by the
    moment of sending, so only a breach can have come too early."""
    clock, at = held.clocks[name], _moment(message, now, held.made_at)
    in_time = not clock.breached or at <= clock.due
    corrects = {"corrects": True} if in_time and clock.breached else {}
    told = {"due": clock.due.isoformat(), "in_time": in_time, **corrects}
    return {**_about(message.commitment_id, held), **told}, at


def _waive(state: Account, message: WaiveCommitment, now: datetime) -> Facts:
    held = _live(state, message)
    for name in ("actor", "note"):
        if not getattr(message, name):
            raise Broken(name, "required", "say who has agreed to it, and why")
    at = _moment(message, now, held.made_at)
    return [Draft("commitment_waived", _about(message.commitment_id, held), at)]


def _pause(state: Account, message: PauseCommitment, now: datetime) -> Facts:
    held = _live(state, message)
    left = _policy(state).commitments.pause_at_most - held.paused
    if held.paused_at:
        raise Broken("commitment_id", "already_paused")
    if all(clock.breached for clock in held.clocks.values()):
        raise Broken("commitment_id", "nothing_to_pause", "all of its clocks have run out")
    if left <= timedelta(0):
        raise Broken("commitment_id", "pauses_used_up", "its clocks have rested long enough")
    at = _moment(message, now, held.since)
    data = {**_about(message.commitment_id, held), "until": (at + left).isoformat()}
    return [Draft("commitment_paused", data, at)]


def _resume(state: Account, message: ResumeCommitment, now: datetime) -> Facts:
    held = _live(state, message)
    if held.paused_at is None:
        raise Broken("commitment_id", "not_paused")
    at = _moment(message, now, held.paused_at)
    return [_resumed(message.commitment_id, held, at, _policy(state))]


def _resumed(id: str, held: Commitment, at: datetime, policy: Policy) -> Draft:
    data = {**_about(id, held), "clocks": told(rested(held, at, policy))}
    return Draft("commitment_resumed", data, at)


def _due(state: Account, now: datetime) -> Facts:
    """Rests that are over, clocks that have run out, and warnings of those that have not."""
    if state.policy is None or state.retiring_at:
        return []
    found: Facts = []
    for id, held in state.commitments.items():
        if held.paused_until:
            if held.paused_until <= now:
                found.append(_resumed(id, held, held.paused_until, state.policy))
            continue
        for name, clock in held.clocks.items():
            if clock.breached:
                continue
            if clock.due <= now:
                found.append(Draft("commitment_breached", _struck(id, held, name), clock.due))
            elif clock.warn_at and clock.warn_at <= now:
                found.append(Draft("commitment_warned", _struck(id, held, name), clock.warn_at))
    return found


def _struck(id: str, held: Commitment, name: ClockName) -> dict[str, Any]:
    """Made only for what is due: that nothing is due is what is asked most."""
    return {**_about(id, held), "clock": name, "due": held.clocks[name].due.isoformat()}


def _looks(state: Account) -> Iterable[datetime]:
    if state.policy is None or state.retiring_at:
        return
    for held in state.commitments.values():
        if held.paused_until:
            yield held.paused_until
            continue
        for clock in held.clocks.values():
            if not clock.breached:
                yield clock.warn_at or clock.due


def _policy(state: Account) -> Policy:
    if state.policy is None:
        raise Broken("policy", "required", "the account is managed by none")
    return state.policy


def _live(state: Account, message: OfCommitment) -> Commitment:
    held = state.commitments.get(message.commitment_id)
    if held is None:
        raise Broken("commitment_id", "unknown_commitment", "none of this id is open")
    return held


def _check_new(live: Mapping[str, Commitment], id: str, made: Commitment) -> None:
    if id in live:
        raise Broken("commitment_id", "already_made")
    size = made.size(id) + sum(each.size(name) for name, each in live.items())
    if len(live) >= MOST_COMMITMENTS or size > MOST_COMMITMENT_BYTES:
        raise Broken("commitment_id", "too_many_commitments", f"{len(live)} are open")


def _moment(message: Message, now: datetime, since: datetime | None = None) -> datetime:
    """When it happened by the sender's word: not behind the sending, and not before `since`."""
    sent = min(message.sent_at or now, now)
    at = min(message.occurred_at or sent, sent)
    return max(at, since) if since else at


def _made(id: str, made: Commitment) -> Draft:
    data = {**_about(id, made), "clocks": told(made.clocks), "working": made.working}
    return Draft("commitment_made", data, made.made_at)


def _about(id: str, held: Commitment) -> dict[str, Any]:
    more = {name: getattr(held, name) for name in ("level", "owner", "opportunity_id")}
    told = {name: each for name, each in more.items() if each is not None}
    return {"commitment_id": id, "title": held.title, "severe": held.severe, **told}


COMMITMENT: Final = Part(
    rules={
        "make_commitment": _make,
        "respond_to_commitment": _respond,
        "meet_commitment": _meet,
        "waive_commitment": _waive,
        "pause_commitment": _pause,
        "resume_commitment": _resume,
    },
    folds=FOLDS,
    looks=_looks,
    due=_due,
    ended=_promised,
    notices=NOTICES,
)
