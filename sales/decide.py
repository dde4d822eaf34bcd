"""Which facts a message causes. Total: any message, in any state, at any time, gives facts, a
refusal at worst. Nothing here knows where the message came from or where the facts will go."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sales import rules
from sales.clocks import Deadline, due_notices, next_deadline
from sales.drafts import Broken, Draft
from sales.erasing import erase
from sales.evolve import evolve
from sales.facts import Cause, Fact
from sales.imported import ONLY_IMPORTED, Rule
from sales.journal import MOST_SOURCES, body_of, check_stamps, known, numbered, refusal
from sales.messages import Erase, Malformed, Message
from sales.opportunity import Opportunity
from sales.pool.asking import release_capacity, request_capacity
from sales.process import Process

Facts = tuple[Fact, ...]


def decide(
    state: Opportunity,
    message: Message,
    now: datetime,
    cause: Cause = "signal",
    process: Process | None = None,
) -> Facts:
    """The facts that follow from the message, numbered from the state's next.

    None at all if the event was heard before. What time had already done when the message was
    sent comes first. `process` is the definition that a `migrate` names, if there is one.
    """
    if known(state, message):
        return ()
    before = passed(state, now, message.sent_at)
    for fact in before:
        state = evolve(state, fact)
    ruled = _IMPORTED if cause == "import" else _RULES
    facts = numbered(state, _drafts(state, message, now, process, ruled), message, now, cause)
    return before + facts


def tick(state: Opportunity, now: datetime) -> Facts:
    """What time alone has done by `now`: an unparking, the end, or warnings that are due."""
    facts = passed(state, now, now, through=True)
    for fact in facts:
        state = evolve(state, fact)
    drafts = [
        Draft(
            "warned",
            {
                "clock": clock.name,
                "due": due.isoformat(),
                "limit_at": clock.limit_at.isoformat(),
                "ends_at": clock.ends_at.isoformat(),
                "final": due == clock.limit_at,
            },
            due,
        )
        for clock, due in due_notices(state, now)
    ]
    return facts + numbered(state, drafts, None, now, "clock")


def passed(
    state: Opportunity, now: datetime, sent_at: datetime | None, through: bool = False
) -> Facts:
    """What the clock had done before something was sent.

    In time means sent at the deadline or before it; what carries no time of sending has the
    benefit of the doubt and ends nothing. With `through` the deadline itself counts as passed.
    """
    until = min(sent_at, now) if sent_at else now
    facts: list[Fact] = []
    if state.parked_until and state.parked_until <= until and not state.outcome:
        deadline = next_deadline(state)
        if deadline is None or state.parked_until <= deadline.at:
            draft = Draft("unparked", {}, state.parked_until)
            facts += numbered(state, [draft], None, now, "clock")
            state = evolve(state, facts[-1])
    deadline = next_deadline(state) if sent_at else None
    if deadline and (deadline.at < until or (through and deadline.at == until)):
        facts += numbered(state, [_end_by_clock(state, deadline)], None, now, "clock")
    return tuple(facts)


def close(state: Opportunity, outcome: str, reason: str, now: datetime, cause: Cause) -> Facts:
    """The end an administrator or a reconciliation gives, if the opportunity is still open."""
    if state.outcome:
        return ()
    why = {"reasons": [reason], "reason_source": "system"}
    return numbered(state, [rules.ended(state, outcome, now, why)], None, now, cause)


def noticed_reset(state: Opportunity, ledger_sequence: int, now: datetime) -> Facts:
    """A run that was thrown back before the ledger's last fact says so; the ledger follows."""
    if ledger_sequence <= state.sequence:
        return ()
    data = {"ledger_sequence": ledger_sequence, "sequence": state.sequence}
    return numbered(state, [Draft("reset_noticed", data)], None, now, "reconcile")


def _drafts(
    state: Opportunity,
    message: Message,
    now: datetime,
    process: Process | None,
    ruled: Mapping[str, Rule],
) -> list[Draft]:
    if state.outcome and not isinstance(message, Erase | Malformed):
        late = {"field": "opportunity_id", "rule": "ended", "body": body_of(message)}
        return [Draft("late", {"message": message.kind, **late})]
    try:
        check_stamps(message, now)
        if len(state.sources) >= MOST_SOURCES and message.source not in {None, *state.sources}:
            raise Broken("source", "too_many_sources")
        if isinstance(message, Malformed):
            raise Broken(message.field, message.rule, message.detail)
        if message.kind == "migrate":
            return rules.migrate(state, message, process)
        taken = min(max(message.sent_at or now, state.opened_at), now)
        at = min(message.occurred_at or taken, now)
        if message.kind not in ruled:
            raise Broken("kind", "only_imported")
        return ruled[message.kind](state, message, taken if message.kind in _AT_ONCE else at)
    except Broken as broken:
        return [refusal(message, broken)]


def _end_by_clock(state: Opportunity, deadline: Deadline) -> Draft:
    """Silence is an expiry, or, where the process says so, the purchase itself."""
    data: Mapping[str, Any] = {
        "closed_at": deadline.at.isoformat(),
        "reason_source": "system",
        "clock": deadline.clock,
        "stage": state.stage,
    }
    if state.process.silence == "purchase":
        effective = max(min(state.notice_by or deadline.at, deadline.at), state.opened_at)
        won = {"outcome": "won", "reasons": ["auto_renewed"], "closed_at": effective.isoformat()}
        return Draft("ended", {**data, **won}, effective)
    return Draft("ended", {**data, "outcome": "expired", "reasons": [deadline.clock]}, deadline.at)


_AT_ONCE: Final = frozenset({"park", "unpark", "request_capacity", "release_capacity"})
"""Messages that take effect when they are sent: nobody may rest, or have hours, in retrospect."""

_RULES: Final[dict[str, Rule]] = {
    "change_stage": rules.change_stage,
    "record_engagement": rules.record_engagement,
    "amend": rules.amend,
    "record_decision": rules.record_decision,
    "record_purchase": rules.record_purchase,
    "extend": rules.extend,
    "park": rules.park,
    "unpark": rules.unpark,
    "withdraw": rules.withdraw,
    "change_account": rules.change_account,
    "log_effort": rules.log_effort,
    "correct": rules.correct,
    "request_capacity": request_capacity,
    "release_capacity": release_capacity,
    "erase": erase,
}

_IMPORTED: Final[dict[str, Rule]] = {**_RULES, **ONLY_IMPORTED}
