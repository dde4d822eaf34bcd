"""Facts: what happened, past tense, immutable and numbered. The journal is their sequence.

A fact carries its own words in `data`, plain JSON, so that it reads the same in a history,
in a ledger and in any other language.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

Cause = Literal["start", "signal", "update", "clock", "cancel", "import", "reconcile"]
"""How a fact came about. A signal is history before it is handled; an update, a clock or a
cancel becomes history only with the task that decides it, which rules how the fact may leave."""

Data = Mapping[str, Any]
"""Plain JSON: strings, numbers, booleans, null, lists and objects."""

_canonical: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), check_circular=False
).encode
"""One text for everything that is equal."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened to one opportunity or account.

    `sequence` counts from 1 without a gap. `occurred_at` is when it happened in the business,
    `recorded_at` when it was taken; `known_at`, on imported facts, when it could first be known.
    All three are aware and in UTC.
    """

    sequence: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    cause: Cause
    event_id: str | None = None
    actor: str | None = None
    origin: str | None = None
    note: str | None = None
    known_at: datetime | None = None
    source: str | None = None
    source_seq: int | None = None
    data: Data = field(default_factory=dict)

    def digest(self) -> str:
        """Sixteen hex digits over what the fact says; two facts that say the same are equal here.

        `recorded_at` and `cause` stay out: a task that is done again writes down the same fact at
        another moment.
        """
        said = {
            "sequence": self.sequence,
            "kind": self.kind,
            "occurred_at": self.occurred_at.isoformat(),
            "event_id": self.event_id,
            "actor": self.actor,
            "origin": self.origin,
            "note": self.note,
            "known_at": self.known_at.isoformat() if self.known_at else None,
            "source": self.source,
            "source_seq": self.source_seq,
            "data": self.data,
        }
        return hashlib.sha256(_canonical(said).encode()).hexdigest()[:16]

    def size(self) -> int:
        """About how many bytes it takes as JSON."""
        return len(json.dumps(self.data)) + 400
