"""The bridge between two snapshots, or instants of the past, of a ledger."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from insight.bridge import Bridge, Value, bridge, own
from insight.past import Past
from insight.pipeline import Pipeline, days_of, pipeline_of
from insight.reading import past_of
from insight.snapshots.items import pipeline_of_items, read
from insight.worth import convertible, converting
from ledger.ledger import Ledger
from ledger.snapshots import Kept
from sales.calendar import Calendar, Period
from sales.drafts import Broken

End = Kept | datetime
"""A snapshot that was kept, or an instant that is made again from the past."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: the pipeline of which period (None for all of it), by which of
    `insight.pipeline.GROUPS`, and in which currency (None for each in its own)."""

    days: Period | None = None
    by: str | None = None
    into: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """One end of a bridge: the instant, and the name if it is a snapshot."""

    as_of: datetime
    snapshot: str | None


@dataclass(frozen=True, slots=True)
class Bridged:
    """All bridges between two ends, and what has to be known beside them."""

    before: Ending
    after: Ending
    period: Period | None
    by: str | None
    into: str | None
    bridges: list[Bridge]
    notes: list[str]


def bridged(ledger: Ledger, before: End, after: End, asked: Asked) -> Bridged:
    """The bridges from one to the other. Raises Broken where the other is the earlier one."""
    first, last = _ending(before), _ending(after)
    if last.as_of < first.as_of:
        raise Broken("to", "before_from", f"{last.as_of} lies before {first.as_of}")
    past, zone = past_of(ledger), (ledger.calendar() or Calendar()).time_zone
    a, b = _before(past, before, zone), _after(past, after, zone, first.as_of.timestamp())
    worth: Value = own
    missing = 0
    if asked.into:
        exchange = ledger.exchange()
        worth = converting(exchange, asked.into)
        sound = [convertible(exchange, asked.into, each) for each in (a, b)]
        gone = {*a.ids[~sound[0]], *b.ids[~sound[1]]}
        a, b = (each.pick(~np.isin(each.ids.astype(str), list(gone))) for each in (a, b))
        missing = len(gone)
    days = days_of(asked.days.first, asked.days.last) if asked.days else None
    return Bridged(
        *(first, last, asked.days, asked.by, asked.into),
        bridge(a, b, days, asked.by, worth),
        _notes(a, b, missing, asked),
    )


def _ending(end: End) -> Ending:
    if isinstance(end, Kept):
        return Ending(end.as_of, end.name)
    return Ending(end.astimezone(UTC), None)


def _before(past: Past, end: End, zone: str) -> Pipeline:
    if isinstance(end, Kept):
        return pipeline_of_items(read(end.items), end.as_of.timestamp())
    return pipeline_of(past, end.timestamp(), zone)


def _after(past: Past, end: End, zone: str, since: float) -> Pipeline:
    """A snapshot holds what ended in its own periods; what ended before them is in the past."""
    if not isinstance(end, Kept):
        return pipeline_of(past, end.timestamp(), zone, since)
    instant = end.as_of.timestamp()
    kept = pipeline_of_items(read(end.items), instant)
    kept = kept.pick((kept.outcome == 0) | (kept.ended_known > since))
    told = pipeline_of(past, instant, zone, since)
    held = set(kept.ids)
    more = [i for i, id_ in enumerate(told.ids) if told.outcome[i] and id_ not in held]
    return kept.with_more(told.pick(np.array(more, np.intp)))


def _notes(before: Pipeline, after: Pipeline, missing: int, asked: Asked) -> list[str]:
    found = []
    if missing:
        found.append(f"{missing} are left out, for no rate to {asked.into} is known for them.")
    unsized = sum(int(((each.outcome == 0) & ~each.sized).sum()) for each in (before, after))
    if unsized:
        found.append("What has no amount is counted, and adds nothing to a sum.")
    if asked.days and np.isinf(np.concatenate([before.day, after.day])).any():
        found.append("What has no close date lies behind every period.")
    currencies = {*before.words["currency"], *after.words["currency"]} - {""}
    if not asked.into and len(currencies) > 1:
        found.append("Currencies are never added up: one bridge for each, or --in one of them.")
    return found
