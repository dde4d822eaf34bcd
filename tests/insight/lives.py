"""Lives told in days, for tests that need many of them or know the truth behind them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from insight.past import Past
from insight.reading import Reading
from ledger.steps import OPENING, SEPARATOR, STEP, Kind
from sales.process import Process
from tests.ledger.story import process

DAY: Final = 86_400.0
SINCE: Final = 1.7e9
"""The instant of day 0."""
WORDED: Final = (Kind.STAGE, Kind.REASON, Kind.OWNER)

Told = tuple[float, Kind, float | str]
"""On which day which step, and its number or word."""


def instant(day: float) -> float:
    """The instant of a day."""
    return SINCE + day * DAY


def staged(*stages: str, version: int = 1, hours: float = 0, **changes: Any) -> Process:
    """The process `plain` with these stages, whose probabilities rise."""
    told = [
        {
            "name": name,
            "title": name.title(),
            "probability": (place + 1) / (len(stages) + 1),
            "category": "pipeline",
            "hours": hours,
        }
        for place, name in enumerate(stages)
    ]
    return process(version, stages=told, **changes)


def past_of_lives(
    lives: Iterable[tuple[Iterable[Told], Mapping[str, str]]],
    *processes: Process,
    known: float | None = None,
) -> Past:
    """A past of the process `plain` from the steps of each life and the words of its opening.
    What happened was known at once, or from the day `known` on where it is later."""
    reading = Reading()
    for number, (told, opening) in enumerate(lives):
        words = [
            {"process": "plain", "currency": "EUR", **opening}.get(name, "") for name in OPENING
        ]
        steps = b""
        for sequence, (day, kind, value) in enumerate(told, start=1):
            if isinstance(value, str):
                words.append(value)
                value = len(words) - 1
            when = instant(day)
            seen = when if known is None else max(when, instant(known))
            steps += STEP.pack(seen, when, value, sequence, kind)
        reading.take([f"o-{number:05}"], [steps], [SEPARATOR.join(words)])
    return reading.past({(each.name, each.version): each for each in processes})
