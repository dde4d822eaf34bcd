"""A past of which the truth is known: made by hand, column by column, or by chance from a seed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from insight.past import OUTCOMES, Past
from insight.reading import Reading
from ledger.steps import ENDS, OPENING, SEPARATOR, STEP, Kind
from sales.process import Process

DAY: Final = 86_400.0
START: Final = 1_767_225_600.0
"""1 January 2026 in UTC, a Thursday."""
NEVER: Final = np.inf

Floats = NDArray[np.float64]


def past_of_lives(
    opened: Sequence[float] | Floats,
    closed: Sequence[float] | Floats,
    outcome: Sequence[str],
    *,
    stages: Sequence[Sequence[tuple[str, float]]] | None = None,
    amounts: Sequence[float | None] | None = None,
    reasons: Sequence[str] | None = None,
    words: Sequence[Mapping[str, str]] | None = None,
    ids: Sequence[str] | None = None,
    attempts: Sequence[int] | None = None,
    processes: Mapping[tuple[str, int], Process] | None = None,
) -> Past:
    """Opportunities that were opened and closed on these days since START and ended so; `open` is
    an outcome, too. A stage is its name and the day on which it was entered."""
    reading = Reading()
    count = len(opened)
    ids = ids or [f"o-{i}" for i in range(count)]
    steps, texts = [], []
    for i in range(count):
        begun = START + float(opened[i]) * DAY
        said: dict[str, str] = {"process": "plain", "account_id": "a-1", "currency": "EUR"}
        said |= words[i] if words else {}
        told = [said.get(name, "") for name in OPENING]
        rows: list[tuple[float, float, int]] = [
            (begun, attempts[i] if attempts else 1, Kind.OPENED)
        ]
        for name, day in stages[i] if stages else (("talk", float(opened[i])),):
            told.append(name)
            rows.append((START + day * DAY, len(told) - 1, Kind.STAGE))
        if amounts and (amount := amounts[i]) is not None:
            rows.append((begun, amount, Kind.AMOUNT))
        if outcome[i] != "open":
            over = START + float(closed[i]) * DAY
            told.append(reasons[i] if reasons else outcome[i])
            rows += [(over, np.nan, ENDS[outcome[i]]), (over, len(told) - 1, Kind.REASON)]
        steps.append(
            b"".join(
                STEP.pack(at, at, value, n, kind) for n, (at, value, kind) in enumerate(rows, 1)
            )
        )
        texts.append(SEPARATOR.join(told))
    reading.take(ids, steps, texts)
    return reading.past(processes or {})


def by_hazards(
    n: int, seed: int, hazards: Mapping[str, float], *, days: float = 365, **more: Any
) -> Past:
    """So many that begin evenly over so many days and come to each end by a constant hazard a day;
    what is not over by the last day is open."""
    rng = np.random.default_rng(seed)
    opened = np.sort(rng.uniform(0, days, n))
    rates = np.array([*hazards.values()])
    life = rng.exponential(1 / rates.sum(), n)
    end = rng.choice([*hazards], n, p=rates / rates.sum())
    closed = opened + life
    outcome = np.where(closed <= days, end, OUTCOMES[0])
    return past_of_lives(opened, closed, [str(each) for each in outcome], **more)
