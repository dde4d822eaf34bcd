"""What the commands of insight share: as of when, grouped by what, and where a table goes."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import TypeAdapter
from typer import BadParameter, Option

from sales.calendar import Calendar
from sales.values import Day, limit_of
from starter.commands.common import Shown
from starter.output import plain

DAY: Final = "A day (its end, in the ledger's time zone) or an instant."


@dataclass(frozen=True)
class AsOf:
    """Which moment's knowledge counts."""

    as_of: Annotated[str | None, Option(help=f"As it was known then. {DAY}")] = None

    def instant(self, calendar: Calendar | None) -> datetime:
        """That moment; now, where none is named."""
        if self.as_of is None:
            return datetime.now(UTC)
        try:
            when = TypeAdapter[Any](Day).validate_python(self.as_of)
        except ValueError:
            detail = f"{self.as_of!r} is neither a day nor an instant"
            raise BadParameter(detail, param_hint="--as-of") from None
        return limit_of(when, (calendar or Calendar()).time_zone)


@dataclass(frozen=True)
class Tabled(Shown):
    """The same, and as a file for spreadsheets."""

    csv: Annotated[Path | None, Option(help="Write the rows to this file, too.")] = None

    def rows(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
        """Show a table, and write it to the file if one was named."""
        self.file(rows)
        self.table(rows, columns)

    def file(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write the rows to the file, if one was named."""
        if self.csv:
            write_csv(self.csv, rows)


def write_csv(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Every column of the rows, the names first. Raises OSError."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with file.open("w", newline="", encoding="utf-8") as target:
        writer = csv.DictWriter(target, names)
        writer.writeheader()
        writer.writerows({name: plain(value) for name, value in row.items()} for row in rows)
