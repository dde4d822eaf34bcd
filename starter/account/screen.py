"""How an account stands, for one screen: what is promised, what runs, what ended, what comes."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from ledger.rows import OpportunityRow
from sales.account.contracts.state import recurring
from sales.account.decide import passed
from sales.account.health.risks import risks
from sales.account.health.scoring import explain
from sales.account.state import Account
from sales.noticed import noticed
from starter.output import print_record, print_table

AHEAD: Final = timedelta(days=400)
"""How far is looked: beyond a year's term and the notice before its end."""
MOST: Final = 8
"""How many lines a part of the screen has at most."""
UNDER: Final = {
    "promised": ("commitment", "title", "due", "severe", "breached"),
    "contracts": ("contract", "term", "ends", "recurring", "renewal"),
    "runs": ("opportunity", "process", "stage", "amount", "deadline", "clock"),
    "ended": ("opportunity", "outcome", "reason", "at"),
    "next": ("at", "what", "about"),
}
SILENT: Final = frozenset({"health_changed", "refused"})
"""Of what comes, that which nobody has to be told of in advance."""


def standing(state: Account, rows: Sequence[OpportunityRow], now: datetime) -> dict[str, Any]:
    """How it stands now. `next` is what will be recorded if nobody says anything from now on, told
    by the very rules that will; `rows` are its open opportunities."""
    health = explain(state, now)
    other = state.health.disagreement
    return {
        "merged_into": state.merging.into if state.merging.agreed else None,
        "health": health.score,
        "band": health.band,
        "vetoes": health.vetoes,
        "disagreement": other and (other.band or other.score),
        "risks": risks(state),
        "recurring": [
            f"{each} {code}" for code, each in sorted(recurring(state.contracts, now).items())
        ],
        "promised": list(_promised(state)),
        "contracts": list(_contracts(state)),
        "runs": [_running(state, row) for row in rows],
        "ended": [_ended(each) for each in reversed(state.last_ends)],
        "next": sorted(_next(state, rows, now), key=lambda each: each["at"])[:MOST],
    }


def show_standing(profile: dict[str, Any], told: dict[str, Any]) -> None:
    """One screen: the account in some lines, and a short table of each part that holds anything."""
    parts = {name: told[name] for name in UNDER}
    plain = {name: value for name, value in told.items() if name not in UNDER}
    if plain["health"] is not None:
        plain["health"] = f"{plain['health']:.2f}"
    print_record({**profile, **plain})
    for name, rows in parts.items():
        print(f"\n{name.upper()}" + (f" ({len(rows)})" if len(rows) > MOST else ""))
        print_table(rows[:MOST], UNDER[name])


def _promised(state: Account) -> Iterator[dict[str, Any]]:
    """What is promised and not settled, what is due first coming first."""
    found: list[dict[str, Any]] = [
        {
            "commitment": id,
            "title": each.title,
            "due": min(clock.due for clock in each.clocks.values()),
            "severe": each.severe,
            "breached": each.breached,
        }
        for id, each in state.commitments.items()
    ]
    yield from sorted(found, key=lambda each: each["due"])


def _contracts(state: Account) -> Iterator[dict[str, Any]]:
    """What runs for a term, what ends first coming first."""
    for id, each in sorted(state.contracts.live.items(), key=lambda held: held[1].ends_at):
        sum_ = each.recurring
        tried = each.renewal.attempts
        yield {
            "contract": id,
            "term": each.number,
            "ends": each.ends_at,
            "recurring": f"{sum_.amount} {sum_.currency}" if sum_ else None,
            "renewal": tried[-1] if tried else "silence renews" if each.auto_renew else None,
        }


def _running(state: Account, row: OpportunityRow) -> dict[str, Any]:
    return {
        "opportunity": row.id,
        "process": row.process,
        "stage": row.stage,
        "amount": f"{row.amount} {row.currency}" if row.amount is not None else None,
        "deadline": row.deadline,
        "clock": row.clock,
    }


def _ended(end: Any) -> dict[str, Any]:
    return {
        "opportunity": end.opportunity_id,
        "outcome": end.outcome,
        "reason": end.reason,
        "at": end.at,
    }


def _next(
    state: Account, rows: Sequence[OpportunityRow], now: datetime
) -> Iterator[dict[str, Any]]:
    """What time will do to the account, and to its opportunities."""
    until = now + AHEAD
    for fact in () if state.retiring_at else passed(state, until, until):
        if fact.kind in SILENT or fact.occurred_at < now:
            continue
        told = next(iter(noticed("account", fact)), None)
        words = told.words if told else fact.kind.replace("_", " ")
        yield {"at": fact.occurred_at, "what": words, "about": _about(fact.data)}
    for row in rows:
        if row.deadline and row.deadline <= until:
            yield {"at": row.deadline, "what": f"{row.clock} ends it", "about": row.id}


def _about(data: Any) -> str | None:
    """The id of what a fact is about."""
    for name in ("commitment_id", "contract_id", "survey_id", "need_id", "cause"):
        if name in data:
            return str(data[name])
    return None
