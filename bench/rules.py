"""What the rules alone cost: deciding and folding, beside one `replace` of the same state."""

import gc
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from bench.figures import Figure, Limit, compared
from bench.reference import LIFE, Said, direct, message
from sales.decide import decide
from sales.evolve import evolve
from sales.messages import KINDS, Message
from sales.opening import Start, begin
from sales.opportunity import Opportunity
from sales.reading import read

NOW: Final = datetime.now(UTC)
IN_20_DAYS, IN_100_DAYS = (str((NOW + timedelta(days=days)).date()) for days in (20, 100))

OTHERS: Final[tuple[Said, ...]] = (
    ("log_effort", {"hours": "1.5"}),
    ("correct", {"sequence": 2, "hours": "2"}),
    ("amend", {"stakeholders": {"cfo": {"stance": "supporter"}}}),
    ("extend", {"close_date": IN_100_DAYS, "reason": "their board meets later"}),
    ("park", {"until": IN_20_DAYS, "reason": "the new budget year"}),
    ("unpark", {}),
    ("change_stage", {"stage": "the_moon"}),
)
"""What is said beside the reference life; the moon is refused."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it came and as it was read, and the state it met."""

    state: Opportunity
    kind: str
    body: dict[str, Any]
    message: Message
    at: datetime


def measure(rounds: int, repeats: int) -> list[Figure]:
    """Microseconds a message: over the six of the reference life, and of each other kind."""
    life = _heard(LIFE)
    works: dict[str, Callable[[], Any]] = {
        "replace": lambda: [replace(each.state, sequence=9) for each in life],
        "rules": lambda: [_told(each) for each in life],
        "whole": lambda: [_told(each, read(each.kind, each.body, KINDS)) for each in life],
    }
    found = _microseconds(works, rounds, repeats, len(life))
    base = found["replace"]
    return [
        compared("One `replace` of the state", "µs", base),
        compared(
            "`decide` and `evolve`, reference life", "µs", found["rules"], base, Limit(most=4)
        ),
        compared("Reading, `decide` and `evolve`", "µs", found["whole"], base),
        *_others(rounds, repeats),
    ]


def _others(rounds: int, repeats: int) -> Iterable[Figure]:
    for each in _heard(OTHERS):
        works: dict[str, Callable[[], Any]] = {
            "replace": partial(replace, each.state, sequence=9),
            "rules": partial(_told, each),
        }
        found = _microseconds(works, rounds, repeats, 1)
        name = f"`decide` and `evolve`, `{each.kind}`"
        yield compared(name, "µs", found["rules"], found["replace"], Limit(most=4))


def _heard(life: Iterable[Said]) -> list[Heard]:
    """Each message with the state in which it is heard."""
    state, _ = begin(Start.model_validate(direct("a", NOW).input("o")), NOW)
    heard = []
    for number, (kind, said) in enumerate(life):
        body = message(f"o/{number}", said)
        heard.append(Heard(state, kind, body, read(kind, body, KINDS), datetime.now(UTC)))
        state = _told(heard[-1])
    return heard


def _told(heard: Heard, message: Message | None = None) -> Opportunity:
    state = heard.state
    facts = decide(state, message or heard.message, heard.at)
    assert facts
    for fact in facts:
        state = evolve(state, fact)
    return state


def _microseconds(
    works: dict[str, Callable[[], Any]], rounds: int, repeats: int, messages: int
) -> dict[str, list[float]]:
    """The works take turns."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            found[name].append(_seconds(work, repeats) / messages * 1e6)
    return found


def _seconds(work: Callable[[], Any], repeats: int) -> float:
    """As `timeit` does it: collecting garbage would be charged to whoever comes last."""
    gc.disable()
    begun = time.thread_time()
    for _ in range(repeats):
        work()
    spent = time.thread_time() - begun
    gc.enable()
    return spent / repeats
