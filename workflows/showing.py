"""What admins see: search attributes to filter by, and a page in the UI that costs nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

from sales.account.health.risks import risks as account_risks
from sales.account.health.scoring import explain
from sales.account.state import Account
from sales.clocks import next_deadline, running
from sales.opportunity import Opportunity
from sales.pool.state import Pool
from sales.pool.viewing import queue_views
from sales.risks import risks
from workflows import attributes as at

RIDE_ALONG: Final = frozenset({at.DEADLINE, at.REFUSALS})
"""Never worth an upsert of their own; an end takes the deadline away with it."""
LONGEST_KEYWORD: Final = 255
SHOWN: Final = 20
"""How many of a list a page shows."""

Values = Mapping[SearchAttributeKey[Any], Any]


def of_opportunity(state: Opportunity, now: datetime) -> dict[SearchAttributeKey[Any], Any]:
    """Every search attribute of an opportunity; None where it has none."""
    due, outcome = next_deadline(state), state.outcome
    return {
        at.STAGE: state.stage,
        at.OUTCOME: outcome.outcome if outcome else "open",
        at.END_REASON: outcome.reason if outcome else None,
        at.ACCOUNT_ID: state.account_id,
        at.OWNER_ID: state.owner,
        at.PROCESS: state.process.name,
        at.SEGMENT: state.segment,
        at.FORECAST_CATEGORY: state.category,
        at.CURRENCY: state.currency,
        at.RISKS: list(risks(state, now)) or None,
        at.AMOUNT: float(state.amount) if state.amount is not None else None,
        at.CLOSE_DATE: state.close_at,
        at.DEADLINE: due.at if due else None,
        at.END_BY: state.end_by,
        at.PUSH_COUNT: state.pushes or None,
        at.REFUSALS: state.refusals or None,
    }


def of_account(state: Account) -> dict[SearchAttributeKey[Any], Any]:
    """Every search attribute of an account. The health is the one that was told last, which moves
    when its band does, so that it costs no upsert of its own to look at it anew."""
    told = state.health.told
    return {
        at.ACCOUNT_ID: state.id,
        at.OWNER_ID: state.owner,
        at.SEGMENT: state.segment,
        at.STAGE: "retired" if state.retired_at else "retiring" if state.retiring_at else "active",
        at.HEALTH: told.score if told else None,
        at.RISKS: list(account_risks(state)) or None,
    }


def of_pool(state: Pool) -> dict[SearchAttributeKey[Any], Any]:
    """Every search attribute of a pool."""
    return {
        at.STAGE: state.stage,
        at.CURRENCY: state.terms.currency if state.terms else None,
        at.REFUSALS: state.refusals or None,
    }


def at_start(values: Values) -> TypedSearchAttributes:
    """What is known at the start is set at the start, for free."""
    pairs = [SearchAttributePair(key, _fit(v)) for key, v in values.items() if v is not None]
    return TypedSearchAttributes(pairs)


def changes(values: Values, held: TypedSearchAttributes) -> list[SearchAttributeUpdate[Any]]:
    """One upsert's worth: only what changed, and nothing at all for what merely rides along."""
    known = {pair.key.name: pair.value for pair in held}
    fresh = {key: v for key, v in values.items() if _fit(v) != known.get(key.name)}
    if not fresh.keys() - RIDE_ALONG:
        return []
    return [
        key.value_set(_fit(v)) if v is not None else key.value_unset() for key, v in fresh.items()
    ]


def _fit(value: Any) -> Any:
    return value[:LONGEST_KEYWORD] if isinstance(value, str) else value


def opportunity_page(state: Opportunity, unwritten: int, now: datetime) -> str:
    """Current details, as Markdown: how it stands, what comes next, what was refused."""
    amount = f"{state.amount} {state.currency}" if state.amount is not None else "no amount"
    lines = [f"### {state.name or state.id}", ""]
    if state.outcome:
        end = state.outcome
        lines.append(f"**{end.outcome}** ({', '.join(end.reasons)}) at {_when(end.closed_at)}")
    else:
        lines.append(f"**{state.stage}**, {state.category}")
    lines += ["", f"{amount}, account `{state.account_id}`, owner `{state.owner or 'nobody'}`", ""]
    for clock in sorted(running(state), key=lambda each: each.ends_at):
        lines.append(f"- `{clock.name}` ends it at {_when(clock.ends_at)}")
    if state.parked_until:
        lines.append(f"- parked until {_when(state.parked_until)}")
    asked = {id: each for id, each in state.pools.items() if not each.released}
    lines += [f"- asks `{id}` for {each.hours} hours" for id, each in asked.items()]
    if found := risks(state, now):
        lines += ["", f"Risks: {', '.join(found)}"]
    lines += _last_refusal(state)
    lines += ["", f"Facts: {state.sequence}, of which {unwritten} wait for the ledger"]
    return "\n".join(lines)


def account_page(state: Account, unwritten: int, now: datetime) -> str:
    """Current details of an account."""
    lines = [f"### {state.name}", "", *_health(state, now)]
    lines += [f"{len(state.open)} open opportunities"]
    lines += [f"- `{key}` ({child.process})" for key, child in list(state.open.items())[:20]]
    if state.last_ends:
        lines += ["", "Last ends:"]
        lines += [f"- `{e.opportunity_id}` {e.outcome} ({e.reason})" for e in state.last_ends]
    lines += _last_refusal(state)
    lines += ["", f"Facts: {state.sequence}, of which {unwritten} wait for the ledger"]
    return "\n".join(lines)


def _health(state: Account, now: datetime) -> list[str]:
    """The health and what it is made of, as far as a policy says what that would be."""
    found, other = explain(state, now), state.health.disagreement
    if not (found.components or found.missing):
        return []
    score = "unknown" if found.score is None else f"{found.band}, {found.score:.2f}"
    lines = [f"Health: **{score}**", ""]
    lines += [
        f"- {each.name} {each.value:.2f} of {each.age.days} d, makes {each.share:.2f}"
        for each in found.components
    ]
    if found.missing:
        lines.append(f"- nothing is known of {', '.join(found.missing)}")
    if other:
        said = other.band or f"{other.score:.2f}"
        lines += ["", f"Somebody says **{said}** until {_when(other.until)}: fact {other.sequence}"]
    if held := account_risks(state):
        lines += ["", f"Risks: {', '.join(held)}"]
    return [*lines, ""]


def pool_page(state: Pool, unwritten: int, now: datetime) -> str:
    """Current details of a pool: who has its hours until when, who waits, and why there."""
    terms = state.terms
    lines = [f"### {terms.name if terms else state.id}", ""]
    lines.append(
        f"{state.hours} hours, {state.leased} leased, {state.used} used, {state.free} free"
    )
    lines += ["", *(["Leases:"] if state.leases else [])]
    lines += [
        f"- `{id}` {lease.hours} h until {_when(lease.expires_at)}, {lease.used} used"
        for id, lease in list(state.leases.items())[:SHOWN]
    ]
    lines += [
        "",
        *(
            ["Waiting in this order, each with what an hour is worth, or why it stands there:"]
            if state.queue
            else []
        ),
    ]
    lines += [
        f"- `{each.opportunity_id}` {each.hours} h since {_when(each.since)}, "
        f"{each.why or each.an_hour}"
        for each in queue_views(state, now)[:SHOWN]
    ]
    lines += _last_refusal(state)
    lines += ["", f"Facts: {state.sequence}, of which {unwritten} wait for the ledger"]
    return "\n".join(lines)


def _last_refusal(state: Opportunity | Account | Pool) -> list[str]:
    if not state.refused:
        return []
    last, count = state.refused[-1], state.refusals
    return ["", f"Refusals: {count}, last `{last.kind}`: `{last.field}`: `{last.rule}`"]


def _when(at_: datetime) -> str:
    return f"{at_:%Y-%m-%d %H:%M:%S} UTC"
