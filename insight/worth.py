"""What the sums of a pipeline are worth in one currency, and which of them nobody can say."""

from datetime import UTC, datetime
from fractions import Fraction

import numpy as np

from insight.bridge import Value
from insight.past import Indexes, Mask
from insight.pipeline import Objects, Pipeline
from sales.exchange import Exchange


def converting(exchange: Exchange, target: str) -> Value:
    """Sums as `insight.bridge` wants them, all in the target: by the rates in force at the
    pipeline's instant for what was open then, frozen at the end for what had ended. What cannot
    be converted is worth nothing: `convertible` says which it is."""

    def worth(pipeline: Pipeline, rows: Indexes) -> tuple[Objects, Objects]:
        currency = pipeline.words["currency"][rows]
        value = pipeline.units[rows]
        for i, row in enumerate(rows):
            if currency[i] and currency[i] != target:
                factor = _factor(exchange, target, pipeline, row)
                value[i] = round(value[i] * factor) if factor else 0
        return value, np.where(currency == "", currency, target)

    return worth


def convertible(exchange: Exchange, target: str, pipeline: Pipeline) -> Mask:
    """Which of them have a rate, or need none."""
    currency = pipeline.words["currency"]
    return np.array(
        [
            each in ("", target) or _factor(exchange, target, pipeline, row) is not None
            for row, each in enumerate(currency)
        ],
        np.bool_,
    )


def _factor(exchange: Exchange, target: str, pipeline: Pipeline, row: int) -> Fraction | None:
    """By which a sum of this one is multiplied."""
    currency = pipeline.words["currency"][row]
    if pipeline.outcome[row]:
        at, known = pipeline.ended[row], pipeline.ended_known[row]
        found = exchange.frozen(currency, target, _when(at), _when(known))
    else:
        found = exchange.current(currency, target, _when(pipeline.as_of))
    return found.factor if found else None


def _when(instant: float) -> datetime:
    return datetime.fromtimestamp(instant, UTC)
