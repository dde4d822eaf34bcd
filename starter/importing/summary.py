"""What came of an import: counts that add up, the rows that were refused, what would end when.

A row is a row of the export, or a case of an event log together with all its events; an event that
names no case is one, too.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from starter.importing.held import Change
from starter.importing.plan import Plan
from starter.importing.rows import Rejected

Watch = Callable[[int], None]
"""Is told how many rows more are done."""


@dataclass(frozen=True, slots=True)
class Due:
    """When a clock ends an opportunity unless something happens, and which clock."""

    id: str
    ends_at: datetime
    clock: str


@dataclass(slots=True)
class Summary:
    """One import, row by row; `ended` is by outcome. In a dry run it is what would be."""

    dry_run: bool = False
    import_id: str | None = None
    opened: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    deadlines: list[Due] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    already: int = 0
    changed: list[Change] = field(default_factory=list)
    unwritten: int = 0

    def take(self, plan: Plan) -> None:
        """Count the plan as carried out; of a dry run, keep when it would end."""
        if plan.outcome:
            self.ended[plan.outcome] += 1
            return
        self.opened += 1
        if self.dry_run and plan.deadline:
            self.deadlines.append(Due(plan.id, plan.deadline.at, plan.deadline.clock))

    @property
    def counts(self) -> dict[str, int]:
        """How many rows, and what became of them."""
        parts = {
            "opened": self.opened,
            "ended": self.ended.total(),
            "rejected": len(self.rejected),
            "already": self.already,
            "changed": len(self.changed),
        }
        return {"rows": sum(parts.values()), **parts}

    @property
    def changes(self) -> list[dict[str, Any]]:
        """The rows that now say something else, field by field."""
        return [
            {
                "row": change.plan.place.number,
                "id": change.plan.id,
                "differs": {name: list(pair) for name, pair in change.differs.items()},
                "amended": [] if change.refused or self.dry_run else sorted(change.amends),
                "told": 0 if change.refused or self.dry_run else len(change.tells),
                "refused": change.refused,
            }
            for change in sorted(self.changed, key=lambda change: change.plan.place.number)
        ]

    @property
    def refusals(self) -> list[dict[str, Any]]:
        """The rows that were not taken, each with the field and the rule."""
        return [
            {"row": each.number, "field": each.field, "rule": each.rule, "detail": each.detail}
            for each in sorted(self.rejected, key=lambda each: each.number)
        ]

    @property
    def weeks(self) -> list[dict[str, Any]]:
        """How many end in which week, by which clock, unless something happens."""
        counted = Counter((_monday(due.ends_at.date()), due.clock) for due in self.deadlines)
        return [
            {"week_of": week, "clock": clock, "opportunities": counted[week, clock]}
            for week, clock in sorted(counted)
        ]


def write_rejects(path: Path, header: Sequence[str], rejected: Iterable[Rejected]) -> None:
    """The refused rows as CSV: number, field, rule, detail, then the row as it came."""
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("row", "field", "rule", "detail", *header))
        for each in sorted(rejected, key=lambda each: each.number):
            writer.writerow((each.number, each.field, each.rule, each.detail, *each.cells))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
