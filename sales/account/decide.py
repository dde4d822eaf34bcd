"""Which facts a message, or time, causes in an account. Total, like `sales.decide`."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from sales.account.duplicates.rules import check_opening, survivor_of
from sales.account.evolve import evolve_account
from sales.account.merging.passing import is_passed_on, passed_on
from sales.account.messages import (
    AdoptOpportunity,
    LateMessage,
    OpportunityEnded,
    ReopenOpportunity,
    Retire,
)
from sales.account.moves.rules import gone_to
from sales.account.part import Rule
from sales.account.parts import PARTS
from sales.account.policy import Policy
from sales.account.state import Account, Admission, Opening, is_full
from sales.drafts import Broken, Draft
from sales.erasing import OF_AN_ACCOUNT, erase
from sales.facts import Cause, Fact
from sales.journal import check_stamps, known, numbered, refusal
from sales.messages import Erase, Malformed, Message
from sales.words import said

Facts = tuple[Fact, ...]

MOST_ROUNDS: Final = 50
"""How often facts may cause facts at one instant: parts that went on for ever would stall it."""


def open_account(account_id: str, now: datetime, name: str = "") -> tuple[Account, Fact]:
    """A new account and its first fact."""
    data = {"account_id": account_id, "name": name or account_id}
    fact = Fact(1, "account_opened", now, now, "start", data=data)
    return evolve_account(None, fact), fact


def managed(state: Account, now: datetime, policy: Policy | None) -> Facts:
    """An account that is managed by no policy is by this one from now on."""
    if policy is None or state.policy or state.retired_at:
        return ()
    return numbered(state, [policy_draft(policy)], None, now, "start")


def policy_draft(policy: Policy) -> Draft:
    """The account is managed by it from now on."""
    return Draft("policy_set", {"policy": policy.model_dump(mode="json", exclude_none=True)})


def folded(state: Account, facts: Iterable[Fact]) -> Account:
    """The account after the facts."""
    for fact in facts:
        state = evolve_account(state, fact)
    return state


def needs_admission(state: Account, message: Message) -> bool:
    """Whether the ledger must be asked before this can be decided."""
    if not isinstance(message, Opening) or known(state, message):
        return False
    if is_passed_on(state, message):
        return False
    try:
        _may_launch(state, message)
    except Broken:
        return False
    return True


def decide_account(
    state: Account,
    message: Message,
    now: datetime,
    cause: Cause = "signal",
    admission: Admission | None = None,
    policy: Policy | None = None,
) -> Facts:
    """The facts that follow, numbered from the state's next; none if the event was heard before.

    What time had done when the message was sent comes first. Opening and reopening take the
    ledger's `admission`; without one they are refused as `not_admitted`. `policy` is the one that a
    `set_policy` names, if there is one.
    """
    if known(state, message):
        return ()
    if is_passed_on(state, message, admission):
        facts = numbered(state, [passed_on(state, message)], message, now, cause)
        return facts + _following(folded(state, facts), now, cause)
    if isinstance(message, Opening):
        return numbered(state, _launch(state, message, now, admission), message, now, cause)
    before = passed(state, min(message.sent_at or now, now), now)
    state = folded(state, before)
    facts = numbered(state, _drafts(state, message, now, policy), message, now, cause)
    return before + facts + _following(folded(state, facts), now, cause)


def passed(state: Account, until: datetime, now: datetime) -> Facts:
    """What time alone has done up to `until`, and what followed from it or from what came before:
    an opening is decided alone, since its admission writes it down."""
    facts: Facts = ()
    for _ in range(MOST_ROUNDS):
        drafts = [draft for part in PARTS for draft in part.due(state, until)]
        if not drafts:
            break
        drafts.sort(key=lambda draft: draft.at or until)
        found = numbered(state, drafts, None, now, "clock")
        state = folded(state, found)
        more = _following(state, now, "clock")
        state, facts = folded(state, more), facts + found + more
    return facts + _following(state, now, "clock")


def next_look(state: Account) -> datetime | None:
    """The next instant at which time alone changes something, if there is one."""
    if state.retiring_at:
        return None
    return min((look for part in PARTS for look in part.looks(state)), default=None)


def _following(state: Account, now: datetime, cause: Cause) -> Facts:
    """What follows from the state as it has become."""
    facts: Facts = ()
    for _ in range(MOST_ROUNDS):
        drafts = [draft for part in PARTS for draft in part.follows(state, now)]
        if not drafts:
            break
        found = numbered(state, drafts, None, now, cause)
        state, facts = folded(state, found), facts + found
    return facts


def _drafts(state: Account, message: Message, now: datetime, policy: Policy | None) -> list[Draft]:
    try:
        check_stamps(message, now)
        if isinstance(message, Malformed):
            raise Broken(message.field, message.rule, message.detail)
        if message.kind == "set_policy":
            return _set_policy(state, policy)
        return _RULES[message.kind](state, message, now)
    except Broken as broken:
        return [refusal(message, broken)]


def _may_launch(state: Account, message: Opening | AdoptOpportunity) -> None:
    if state.retiring_at:
        raise Broken("account_id", "retired")
    if is_full(state):
        raise Broken("account_id", "too_many_open", f"{len(state.open)} opportunities are open")
    if not isinstance(message, ReopenOpportunity) and message.opportunity_id in state.open:
        raise Broken("opportunity_id", "already_open")
    if isinstance(message, Opening):
        check_opening(state, message)


def _launch(
    state: Account, message: Opening, now: datetime, admission: Admission | None
) -> list[Draft]:
    try:
        check_stamps(message, now)
        _may_launch(state, message)
        admission = admission or Admission(field="kind", rule="not_admitted")
        start = admission.start
        if start is None:
            raise Broken(admission.field, admission.rule, admission.detail)
    except Broken as broken:
        return [refusal(message, broken)]
    data: dict[str, Any] = {
        "opportunity_id": start.opening.opportunity_id,
        "process": start.process.ref,
        "attempt": start.attempt,
    }
    if start.predecessor_id:
        data["predecessor_id"] = start.predecessor_id
    for name in ("product", "reference"):
        if word := getattr(start.opening, name):
            data[name] = word
    return [Draft("opportunity_launched", data)]


def _adopt(state: Account, message: AdoptOpportunity, _now: datetime) -> list[Draft]:
    """One that comes from another account is this one's already: a refusal would leave it to
    nobody."""
    if not message.from_account:
        _may_launch(state, message)
    elif message.opportunity_id in state.open:
        raise Broken("opportunity_id", "already_open")
    return [Draft("opportunity_adopted", said(message, process={"name": message.process}))]


def _end(state: Account, message: OpportunityEnded, now: datetime) -> list[Draft]:
    brought = [draft for part in PARTS for draft in part.ended(state, message, now)]
    return [Draft("opportunity_ended", said(message)), *brought]


def _set_policy(state: Account, policy: Policy | None) -> list[Draft]:
    _not_merged(state)
    if policy is None:
        raise Broken("policy", "unknown_policy")
    if policy == state.policy:
        raise Broken("policy", "already_set", f"{policy.name} version {policy.version}")
    return [policy_draft(policy)]


def _late(state: Account, message: LateMessage, now: datetime) -> list[Draft]:
    """It is kept; and where the opportunity is elsewhere or lives on in another, passed on."""
    id, late = message.opportunity_id, message.message
    data = said(message)
    if account := gone_to(state, id):
        return [Draft("late_message_kept", {**data, "passed_to_account": account})]
    if survivor := survivor_of(state, id, late.kind, late.body):
        return [Draft("late_message_kept", {**data, "passed_to": survivor})]
    brought = [draft for part in PARTS for draft in part.late(state, message, now)]
    return [Draft("late_message_kept", data), *brought]


def _amend(state: Account, message: Message, _now: datetime) -> list[Draft]:
    _not_merged(state)
    data = {name: value for name, value in said(message).items() if value is not None}
    if not data:
        raise Broken("body", "nothing_to_amend")
    return [Draft("account_amended", data)]


def _not_merged(state: Account) -> None:
    if state.merging.agreed and state.retired_at:
        raise Broken("account_id", "merged", state.merging.into or "")


def _retire(state: Account, message: Retire, _now: datetime) -> list[Draft]:
    _not_merged(state)
    if state.merging.into or state.merging.coming:
        raise Broken("account_id", "merge_under_way", state.merging.into or "")
    if state.retiring_at:
        raise Broken("account_id", "retired")
    return [Draft("account_retiring", {**said(message), "within": message.within.total_seconds()})]


def _erase(state: Account, message: Erase, _now: datetime) -> list[Draft]:
    for name in sorted(n for n in message.details if n.partition(".")[0] not in OF_AN_ACCOUNT):
        raise Broken("details", "not_in_an_account", f"{name} is an opportunity's")
    return erase(state, message)


def resumed(state: Account, now: datetime) -> Facts:
    """An account whose workflow was gone goes on from what the ledger knows of it."""
    if state.retired_at:
        return ()
    return numbered(state, [Draft("account_resumed", {})], None, now, "start")


def retired(state: Account, now: datetime) -> Facts:
    """The account's end, once its open opportunities have ended or had their time, or all that it
    had is another account's."""
    data: dict[str, Any] = {"left_open": sorted(state.open)}
    if state.merging.agreed:
        data |= {"reason": "merged", "into": state.merging.into}
    return numbered(state, [Draft("account_retired", data)], None, now, "clock")


def _joined() -> dict[str, Rule]:
    own: dict[str, Callable[[Account, Any, datetime], list[Draft]]] = {
        "adopt_opportunity": _adopt,
        "opportunity_ended": _end,
        "late_message": _late,
        "amend": _amend,
        "retire": _retire,
        "erase": _erase,
    }
    for part in PARTS:
        own.update(part.rules)
    return own


_RULES: Final = _joined()
