"""What commands print: tables and records for people, JSON with stable keys for programs.

Decimals are text and times RFC 3339 in UTC. Whatever strangers wrote is shown without the control
characters that a terminal would obey.
"""

import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE: Final = 1_000
"""The width of a page that nobody looks at: what is piped is never folded."""
LONGEST_CELL: Final = 120


def plain(value: Any) -> Any:
    """The value as plain JSON."""
    match value:
        case BaseModel():
            return plain({name: getattr(value, name) for name in type(value).model_fields})
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds():f}".rstrip("0").rstrip(".") + "s"
        case Decimal():
            return format(value, "f")
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
        case tuple() if hasattr(value, "_asdict"):
            return plain(value._asdict())
        case list() | tuple():
            return [plain(each) for each in value]
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    return value


def print_json(value: Any) -> None:
    """One JSON value, indented."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def print_record(record: Mapping[str, Any]) -> None:
    """One line a field; what is not known is left out."""
    told = {name: text for name, value in record.items() if (text := cell(value))}
    width = max(map(len, told), default=0)
    console = _console()
    for name, text in told.items():
        line = Text.assemble((name.ljust(width), "bold"), "  ", text)
        console.print(line, soft_wrap=True)


def print_table(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], numbers: Collection[str] = ()
) -> None:
    """One line a row, or a word where there is none; columns of numbers end on the right."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, justify="right" if name in numbers else "left")
    for row in rows:
        table.add_row(*(_shortened(cell(row[name])) for name in columns))
    console = _console()
    with console.capture() as page:
        console.print(table if table.row_count else "none")
    sys.stdout.writelines(line.rstrip() + "\n" for line in page.get().splitlines())


def cell(value: Any) -> str:
    """The value as a person reads it, on one line."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        case list() | tuple() if not hasattr(value, "_asdict"):
            return ", ".join(cell(each) for each in value)
    said = plain(value)
    if isinstance(said, dict):
        return printable(json.dumps(said, ensure_ascii=False)) if said else ""
    return printable(str(said))


def printable(text: str) -> str:
    """The text with every character that is not for reading shown as its code."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 3] + "..."


def _console() -> Console:
    width = None if sys.stdout.isatty() else WIDE
    return Console(width=width, markup=False, highlight=False, emoji=False)
