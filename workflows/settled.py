"""What may leave at once, by local activity, before the task that decides it is history.

What a signal caused is history already. What an update, a clock or a cancel caused becomes history
only with the task that decides it, so it leaves by a normal activity. So does an end, unless all
that is written with it bears its sender's time: a ledger must not hold an end that a redone task,
which has a later time of its own, decides otherwise.
"""

from collections.abc import Sequence
from typing import Final

from sales.facts import Fact

SETTLED: Final = frozenset({"start", "signal"})
"""Causes that are history before the task that handles them is done."""


def settled(facts: Sequence[Fact]) -> bool:
    """Whether a task that is done again says the same; of an end that has to be sure."""
    by_history = all(fact.cause in SETTLED for fact in facts)
    if any(fact.kind == "ended" for fact in facts):
        return by_history and all(fact.occurred_at < fact.recorded_at for fact in facts)
    return by_history
