"""Facts: what happened, past tense, immutable and numbered. The journal is their sequence.

A fact carries its own words in `data`, plain JSON, so that it reads the same in a history,
in a ledger and in any other language.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from operator import attrgetter
from typing import Any, Final, Literal

from pydantic_core import to_json

Cause = Literal["start", "signal", "update", "clock", "cancel", "import", "reconcile", "command"]
"""How a fact came about. A signal is history before it is handled; an update, a clock or a
cancel becomes history only with the task that decides it, which rules how the fact may leave.
A command went straight to the ledger: about what has no workflow, or none any more."""

Data = Mapping[str, Any]
"""Plain JSON: strings, numbers, booleans, null, lists and objects."""

_said: Final = attrgetter(
    *("sequence", "kind", "occurred_at", "event_id", "actor", "origin", "note"),
    *("known_at", "source", "source_seq"),
)
"""What a fact says beside its data. `recorded_at` and `cause` stay out: a task that is done again
writes down the same fact at another moment."""

_NESTED: Final = (dict, list, tuple)


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
        """Sixteen hex digits over what the fact says; two facts that say the same are equal here,
        in whichever order."""
        return sha256(to_json((_said(self), _ordered(self.data)))).hexdigest()[:16]

    def size(self) -> int:
        """About how many bytes it takes as JSON."""
        return len(json.dumps(self.data)) + 400


def _ordered(plain: Any) -> Any:
    """The same with the names of every object in order."""
    if isinstance(plain, dict):
        return {
            name: _ordered(each) if isinstance(each, _NESTED) else each
            for name, each in sorted(plain.items())
        }
    return [_ordered(each) if isinstance(each, _NESTED) else each for each in plain]
