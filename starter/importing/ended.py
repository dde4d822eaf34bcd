"""What has ended goes into the ledger as facts: it needs no workflow, for nothing happens to it."""

from collections.abc import Sequence
from typing import Final

from ledger.batch import Batch
from ledger.ledger import Ledger
from sales.process import Process
from starter.importing.plan import Plan, rejected
from starter.importing.rows import Rejected
from starter.importing.summary import Watch

AT_ONCE: Final = 250
"""How many are written in one transaction: others, who wait meanwhile, wait only shortly."""
RUN: Final = "import"


def write_ended(
    ledger: Ledger, process: Process, plans: Sequence[Plan], watch: Watch
) -> list[Rejected]:
    """Write them all, each under its reserved id; those whose id is another's are rejected."""
    taken: list[Rejected] = []
    for start in range(0, len(plans), AT_ONCE):
        some = plans[start : start + AT_ONCE]
        wanted = {plan.id: plan.account.id for plan in some}
        rules = ledger.reserve_many(wanted, some[0].facts[0].recorded_at)
        free = [plan for plan in some if plan.id not in rules]
        ledger.record_many([Batch("opportunity", p.id, RUN, p.facts, process) for p in free])
        taken += [
            rejected(plan.place, "id", rule, "another account has this id")
            for plan in some
            if (rule := rules.get(plan.id))
        ]
        watch(len(some))
    return taken
