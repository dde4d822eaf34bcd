"""What the ledger holds of a case already, event by event: a log that has grown goes on."""

from collections.abc import Sequence
from dataclasses import replace

from sales.facts import Fact
from starter.importing.events.saying import STEP
from starter.importing.held import Change, compare
from starter.importing.plan import Plan


def compare_case(plan: Plan, journal: Sequence[Fact]) -> Change | None:
    """What the log says otherwise than before; nothing if it says the same. What it says more of an
    open case can be told; of one that has ended nothing can. Raises Broken as `compare` does."""
    change = compare(plan, journal)
    ours = f"{plan.event_id}{STEP}"
    heard = {id_ for fact in journal if (id_ := fact.event_id or "").startswith(ours)}
    said = {message.event_id: message for message in plan.past}
    untold = tuple(message for id_, message in said.items() if id_ not in heard)
    if heard == said.keys():
        return change
    change = change or Change(plan, {})
    differs = {**change.differs, "messages": (len(heard), len(said))}
    if any(fact.kind == "ended" for fact in journal):
        return replace(change, differs=differs)
    tells = tuple(message for message in untold if message.kind != "expire")
    # Only a clock expires what runs here; it will, when its time has come.
    return replace(change, differs=differs, tells=tells)
