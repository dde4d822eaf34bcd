"""How the summary of an import is printed, for people and for programs."""

import sys
from typing import Any, Final

from starter.commands.failing import warn
from starter.importing.summary import Summary
from starter.output import print_json, print_record, print_table

SHOWN: Final = 20
"""How many rows of a table a person is shown; programs get them all."""
REFUSAL: Final = ("row", "field", "rule", "detail")
CHANGE: Final = ("row", "id", "differs", "amended", "told", "refused")
WEEK: Final = ("week_of", "clock", "opportunities")


def show(summary: Summary, json: bool) -> None:
    """Counts that add up, what was refused, what has changed; of a dry run what would end when."""
    if json:
        print_json(_whole(summary))
        return
    outcomes = {f"  {name}": n for name, n in summary.ended.items()}
    print_record({"import": summary.import_id, **summary.counts, **outcomes})
    if summary.unwritten:
        print_record({"not in the ledger yet": summary.unwritten})
    _some("Rejected", summary.refusals, REFUSAL)
    _some("Changed", summary.changes, CHANGE)
    if summary.dry_run:
        _some("Ends, unless something happens", summary.weeks, WEEK)
        warn("a dry run: nothing was written")


def _some(title: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    if not rows:
        return
    sys.stdout.write(f"\n{title}\n")
    print_table(rows[:SHOWN], columns)
    if len(rows) > SHOWN:
        sys.stdout.write(f"... and {len(rows) - SHOWN} more\n")


def _whole(summary: Summary) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "import": summary.import_id,
        **summary.counts,
        "dry_run": summary.dry_run,
        "unwritten": summary.unwritten,
        "outcomes": summary.ended,
        "rejects": summary.refusals,
        "changes": summary.changes,
    }
    if summary.dry_run:
        whole |= {
            "by_week": summary.weeks,
            "deadlines": sorted(summary.deadlines, key=lambda due: due.ends_at),
        }
    return whole
