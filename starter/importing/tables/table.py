"""A table: records of plain texts, in bounded memory, from whatever kind of file."""

from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

MOST_EVENTS: Final = 10_000
"""How many records of an event log may belong to one case."""


class BadExport(ValueError):
    """The file cannot be read as an export at all."""


class Record(NamedTuple):
    """One record: its number as the file's own users count, its cells, and what is wrong with it
    as such: field, rule and detail."""

    number: int
    cells: tuple[str, ...]
    fault: tuple[str, str, str] | None = None


class Table(Protocol):
    """The records of one file under their header. Raises BadExport where it is no such file."""

    header: tuple[str, ...]

    def records(self) -> Iterator[Record]:
        """Every record, from the first; may be asked again."""
        ...
