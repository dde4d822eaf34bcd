"""What a workflow hands to the ledger and what it hears back: plain values, no database."""

from dataclasses import dataclass
from typing import Any, Literal

import pydantic

from sales.facts import Fact
from sales.process import Process
from sales.register import EntrySubject

Subject = Literal["opportunity", "account", "pool"] | EntrySubject


@dataclass(frozen=True, slots=True)
class Batch:
    """Facts of one subject that are written at once, their sequences without a gap.

    `run_id` names the Temporal run that made them, or `import`, `simulation` or, of what was said
    straight to it, `ledger`. `process` is the
    definition that an `opened` or `migrated` fact among them refers to.
    """

    subject: Subject
    id: str
    run_id: str
    facts: tuple[Fact, ...]
    process: Process | None = None

    def __post_init__(self) -> None:
        if not self.facts:
            raise ValueError("facts: a batch holds at least one")
        sequences = [fact.sequence for fact in self.facts]
        if sequences != list(range(sequences[0], sequences[0] + len(sequences))):
            raise ValueError(f"facts: {sequences} are not consecutive")


# Checked by pydantic, since every run of a workflow would otherwise make the check of its own.
@pydantic.dataclasses.dataclass(frozen=True, slots=True)
class Ack:
    """What became of a batch.

    `through` is the last of its sequences that the ledger now holds, `superseded` how many rows it
    took back. `facts` is the batch again as it is stored, so that a marker in a history holds what
    the ledger holds: a fact that was taken down before keeps its moment. `end` is the stored
    outcome record where that end stands against the batch: then nothing was written. Nor was it
    where the run was `overtaken`: another went on from what the ledger knew, and this is no more.
    """

    through: int
    superseded: int
    facts: tuple[Fact, ...]
    end: dict[str, Any] | None = None
    overtaken: bool = False
