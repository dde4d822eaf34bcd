"""The opportunities of a snapshot: those that are open, and those that ended in the periods under
way."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight.forecast.deals import COLUMNS, Deals, bounds
from insight.forecast.forecasting import Ground
from insight.past import OUTCOMES, Floats, Past, View
from insight.pipeline import WORDS, pipeline_of, rows_of, texts_of
from insight.snapshots.baselines import vendor_chances, won_share
from insight.snapshots.items import WON_BY, Columns
from insight.snapshots.periods import periods_at
from ledger.steps import Kind
from sales.judgement import CategorySaid


def chances_of(view: View) -> dict[str, Floats]:
    """What the forecasters that need no model give the open ones, by the name of each. None has
    anything to say of when."""
    process, version = view.word("process"), np.nan_to_num(view.last(Kind.VERSION)[0])
    keys = np.column_stack([process, version, view.stage]).astype(np.int64)
    distinct, which = np.unique(keys, axis=0, return_inverse=True)
    places, texts = np.zeros((len(distinct), 2)), view.past.texts
    for i, (name, number, stage) in enumerate(distinct.tolist()):
        if found := view.past.processes.get((texts[name], number)):
            places[i] = found.position(texts[stage]), len(found.stages)
    position, stages = places[which.reshape(-1)].T
    share = won_share(view.past, view.instant).share
    rate = {} if share is None else {"global_rate": np.full(len(view), share)}
    return {"vendor": vendor_chances(position, stages), **rate}


def columns_of(
    on: Ground,
    deals: Deals,
    chances: Mapping[str, Floats],
    won_by: Mapping[date, Floats],
    deadlines: Mapping[str, datetime],
) -> Columns:
    """As `insight.snapshots.items` writes them; `won_by` has the learned chances by the last days
    of the periods, `deadlines` those that stand now."""
    past, instant = on.past, deals.instant
    months = periods_at(on.calendar.day(on.as_of), on.calendar)
    since = min(bounds(each, on.calendar)[0] for each in months)
    rows, pipeline = (
        rows_of(past, instant, since),
        pipeline_of(past, instant, on.calendar.time_zone, since),
    )
    open_ = pipeline.outcome == 0

    def of_open(values: Floats) -> Floats:
        found = np.full(len(rows), np.nan)
        found[open_] = values
        return found

    words = {name: pipeline.words[name] for name in (*WORDS, "process", "stage")}
    amount = pipeline.units.copy()
    amount[~pipeline.sized] = -1
    return {
        "opportunity": pipeline.ids,
        "account": words.pop("account_id"),
        **words,
        "process_version": _last(past, Kind.VERSION, instant)[rows],
        "category": _categories(deals, pipeline.outcome),
        "judged_by": _authors(on, pipeline.ids),
        "outcome": texts_of(OUTCOMES)[pipeline.outcome],
        "closed_at": pipeline.ended,
        "end_known_at": pipeline.ended_known,
        "amount": amount,
        "close_date": np.where(np.isinf(pipeline.day), np.nan, pipeline.day),
        "attempt": _last(past, Kind.OPENED, instant)[rows],
        "end_by": _last(past, Kind.END_BY, instant)[rows],
        "deadline": _deadlines(past, instant, deadlines)[rows],
        "stage_probability": of_open(deals.probability[deals.open]),
        "vendor_probability": of_open(chances["vendor"]),
        **{f"{WON_BY}{last}": of_open(chance) for last, chance in won_by.items()},
    }


def _last(past: Past, kind: Kind, instant: float) -> Floats:
    return past.last(kind, instant)[0]


def _categories(deals: Deals, outcome: NDArray[np.int8]) -> NDArray[Any]:
    found = texts_of(["closed" if OUTCOMES[code] == "won" else "omitted" for code in outcome])
    found[outcome == 0] = texts_of(COLUMNS)[deals.category[deals.open]]
    return found


def _authors(on: Ground, ids: NDArray[Any]) -> NDArray[Any]:
    """Who put each into its category, where it is not its stage's."""
    by = {
        each.said.opportunity: each.said.by
        for each in on.judged
        if each.standing == "counts" and isinstance(each.said, CategorySaid)
    }
    return texts_of([by.get(id_, "") for id_ in ids])


def _deadlines(past: Past, instant: float, deadlines: Mapping[str, datetime]) -> Floats:
    """The deadline that stands now, for those of which nothing became known since the instant; of
    the others it is not known any more."""
    moved = np.zeros(len(past), np.bool_)
    for steps in past.steps.values():
        moved[steps.who[steps.known > instant]] = True
    found = np.full(len(past), np.nan)
    for i in np.flatnonzero(~moved):
        if deadline := deadlines.get(past.ids[i]):
            found[i] = deadline.timestamp()
    return found
