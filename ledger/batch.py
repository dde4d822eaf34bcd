"""What a workflow hands to the ledger and what it hears back: plain values, no database."""

from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

import pydantic

from sales.facts import Fact
from sales.process import Process
from sales.register import EntrySubject

Subject = Literal["opportunity", "account"] | EntrySubject


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
    outcome record where that end stands against the batch: then nothing was written.
    """

    through: int
    superseded: int
    facts: tuple[Fact, ...]
    end: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Ids that are to be an account's, and what the account writes once it is known which are.

    `then` makes that of what the claim found; it may be asked more than once, and must not wait.
    """

    subject: ClassVar[Literal["account"]] = "account"
    id: str
    wanted: tuple[str, ...]
    at: datetime
    then: Callable[["Found"], Batch | None]


@dataclass(frozen=True, slots=True)
class Found:
    """What a claim found: the ids that belong to somebody else, and those that were taken back
    with an import, ever, so that a workflow of that id has been."""

    taken: Set[str]
    again: Set[str]


@dataclass(frozen=True, slots=True)
class Claimed:
    """What became of a claim, and of what was written with it."""

    found: Found
    ack: Ack | None
