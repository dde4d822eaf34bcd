"""Whether an answer about an instant uses what nobody knew then.

The answer is asked for twice: of the whole past, and of the past without anything that became
known later. Where the two differ, something leaks from the future.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight.past import Past, Steps
from ledger.trace import known
from sales.facts import Fact

Answer = Mapping[str, Mapping[str, Any]]
"""By the name of what was asked, the values by the ids of opportunities, or by any other key."""


def leaks(past: Past, instant: float, question: Callable[[Past, float], Answer]) -> list[str]:
    """What of the answer is another one once the future is taken away, as `differing` tells it. An
    empty list is what should be."""
    return differing(question(past, instant), question(known_by(past, instant), instant))


def differing(one: Answer, other: Answer) -> list[str]:
    """The names under which two answers differ, each with the first key for which they do."""
    found = []
    for name in sorted({*one, *other}):
        mine, others = one.get(name, {}), other.get(name, {})
        for key in sorted({*mine, *others}):
            if key not in mine or key not in others or not _same(mine[key], others[key]):
                found.append(f"{name}: {key}")
                break
    return found


def known_by(past: Past, instant: float) -> Past:
    """The past as somebody had it at the instant who never learned more.

    Every opportunity and step that became known later is away; what later corrections did is
    undone. The texts keep their codes, so some of them may be left that nobody had said yet.
    """
    there = np.flatnonzero(past.known <= instant)
    place = np.full(len(past), -1)
    place[there] = np.arange(len(there))
    steps = {kind: _steps_by(each, instant, place) for kind, each in past.steps.items()}
    opening = {name: codes[there] for name, codes in past.opening.items()}
    return replace(past, ids=[past.ids[i] for i in there], opening=opening, steps=steps)


def facts_by(journal: Iterable[Fact], instant: float) -> list[Fact]:
    """The facts of a journal that could be known by the instant."""
    return [fact for fact in journal if known(fact) <= instant]


def _steps_by(steps: Steps, instant: float, place: NDArray[np.intp]) -> Steps:
    some = steps.pick((steps.known <= instant) & (place[steps.who] >= 0))
    until = np.where(some.until <= instant, some.until, np.inf)
    return some._replace(who=place[some.who], until=until)


def _same(one: Any, other: Any) -> bool:
    return bool(one == other or (one != one and other != other))
