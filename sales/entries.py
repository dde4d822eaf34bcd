"""Entries: what is said straight to the ledger and needs no workflow, such as owners and rates.

An entry becomes a fact of its own subject, numbered and kept like all others; one that says
nothing new becomes none. Whoever says it is told at once, so a refusal is an answer and no fact.
"""

from typing import Any, TypeVar

from sales.facts import Fact
from sales.values import Label, Model, Text


class Entry(Model):
    """What every entry may say of itself: by whom, and why."""

    actor: Label | None = None
    note: Text | None = None

    def said(self) -> dict[str, Any]:
        """Its own words as plain JSON; what was not said is not in it."""
        return self.model_dump(mode="json", exclude=set(Entry.model_fields), exclude_unset=True)


class Entered(Model):
    """How a subject stands after its facts."""

    id: str
    sequence: int = 0


S = TypeVar("S", bound=Entered)


def evolve_entered(form: type[S], state: S | None, fact: Fact) -> S:
    """The state after the fact: what a fact names is so from then on, all else stays."""
    held = {} if state is None else state.model_dump()
    return form.model_validate({**held, **fact.data, "sequence": fact.sequence})


def news(form: type[S], held: S | None, said: dict[str, Any]) -> dict[str, Any] | None:
    """The fact's data, unless everything it would say is so already."""
    if held is not None:
        after = form.model_validate({**held.model_dump(), **said})
        if after == held:
            return None
    return said
