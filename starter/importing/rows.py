"""Rows: an export is read, its side files are joined, known misspellings are put right.

A row that cannot be read is rejected and the next one is read; only a file that is no export at
all stops the reading.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

from starter.importing.common import BadMapping, Common, Sources
from starter.importing.tables.csv import CsvTable
from starter.importing.tables.table import BadExport, Record, Table
from starter.importing.tables.xes import XesTable

_PART: Final = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the export something stands: the number of its record, its cells as they came."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row(Place):
    """One record understood: the values by column."""

    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rejected(Place):
    """What is not taken: the field and the rule it broke."""

    field: str
    rule: str
    detail: str = ""


class Export:
    """The rows of one file, as its mapping reads them."""

    def __init__(self, path: Path, mapping: Common, mapping_file: Path) -> None:
        """Raises BadExport, or BadMapping where the two do not belong together."""
        self.path, self._mapping, self._mapping_file = path, mapping, mapping_file
        self._told = {
            ref for _, sources in mapping.sources() for each in sources for ref in refs(each)
        }
        self.table = self._table(path)
        self.header = self.table.header
        self._refs = set(self.header)
        self._lookups = {name: self._side(name) for name in mapping.lookups if self._needs(name)}
        self._check_sources()

    def __len__(self) -> int:
        """How many rows there are."""
        return sum(1 for _ in self.table.records())

    def __iter__(self) -> Iterator[Row | Rejected]:
        """Every row that is not blank, in order."""
        for number, cells, fault in self.records():
            if fault:
                yield Rejected(number, cells, *fault)
            else:
                yield self.row(number, cells)

    def records(self) -> Iterator[Record]:
        """Every record as it came; what no store can hold is faulty, too."""
        for record in self.table.records():
            text = "".join(record.cells)
            if record.fault or (text.isascii() and "\0" not in text):
                yield record
            else:
                yield record._replace(fault=self._unreadable(record.cells))

    def row(self, number: int, cells: tuple[str, ...]) -> Row:
        """The record with its misspellings put right."""
        named = zip(self.header, cells, strict=True)
        return Row(number, cells, {name: self.mended(name, cell) for name, cell in named})

    def mended(self, ref: str, cell: str) -> str:
        """The value of a cell in that column."""
        value = cell.strip()
        value = self._mapping.mend.get(ref, {}).get(value, value)
        return "" if value in self._mapping.empty.get(ref, ()) else value

    def mending(self, ref: str) -> Callable[[str], str]:
        """What puts the cells of that column right; most columns need nothing but a strip."""
        known = ref in self._mapping.mend or ref in self._mapping.empty
        return partial(self.mended, ref) if known else str.strip

    def text(self, row: Row, sources: Sources) -> str:
        """What the row says in the first of the sources that is not empty."""
        return next((text for each in sources if (text := self._said(row, each))), "")

    def _said(self, row: Row, source: str) -> str:
        if "{" not in source:
            return self._value(row, source)
        parts = list(_split(source))
        for at in range(1, len(parts), 2):
            parts[at] = self._value(row, parts[at])
            if not parts[at]:
                return ""
        return "".join(parts)

    def _value(self, row: Row, ref: str) -> str:
        if ref in row.values:
            return row.values[ref]
        name, _, column = ref.partition(".")
        if name not in self._lookups:
            return ""
        key = row.values[self._mapping.lookups[name].by]
        return self._lookups[name].get(key, {}).get(column, "")

    def _unreadable(self, cells: tuple[str, ...]) -> tuple[str, str, str] | None:
        for name, cell in zip(self.header, cells, strict=True):
            if "\0" in cell:
                return name, "null_character", "no store can hold it"
            try:
                cell.encode()
            except UnicodeEncodeError:
                return name, "encoding", f"not {self._mapping.encoding}"
        return None

    # -- the mapping against the files -----------------------------------------------------------

    def _table(self, path: Path) -> Table:
        """By what its name ends with; CSV unless it says otherwise."""
        kind = Path(path.stem if path.suffix == ".gz" else path.name).suffix.lower()
        if kind == ".parquet":
            # Loaded for those who need it: it takes longer than all the rest of a command's start.
            from starter.importing.tables.parquet import ParquetTable

            return ParquetTable(path)
        if kind == ".xes":
            return XesTable(path, self._told)
        return CsvTable(path, self._mapping.encoding, self._mapping.delimiter)

    def _needs(self, lookup: str) -> bool:
        """Whether the side file has to be there: not where each field that may stand in it has
        another source that is here, nor where the log does not say which of its rows is meant."""
        if not self._mapping.alternatives:
            return True
        if self._mapping.lookups[lookup].by not in self.header:
            return False
        return any(
            any(ref.startswith(f"{lookup}.") for source in sources for ref in refs(source))
            and not any(set(refs(source)) <= self._refs for source in sources)
            for _, sources in self._mapping.sources()
        )

    def _side(self, name: str) -> dict[str, dict[str, str]]:
        """A side file, by its key; of its columns those that the mapping speaks of."""
        lookup, at = self._mapping.lookups[name], f"lookups.{name}"
        path = self.path.parent / lookup.file
        if not path.is_file():
            raise BadMapping(self._mapping_file, f"{at}.file", "no_such_file", str(path))
        table = self._table(path)
        self._refs |= {f"{name}.{column}" for column in table.header}
        for field, ref, known in (
            ("key", lookup.key, table.header),
            ("by", lookup.by, self.header),
        ):
            if ref not in known:
                self._unknown(f"{at}.{field}", ref, known)
        wanted = [c for c in table.header if c == lookup.key or f"{name}.{c}" in self._told]
        columns = [(c, f"{name}.{c}", table.header.index(c)) for c in wanted]
        found: dict[str, dict[str, str]] = {}
        for _, cells, fault in table.records():
            if fault:
                raise BadExport(f"{path}: {fault[0]}: {fault[1]} ({fault[2]})")
            values = {column: self.mended(ref, cells[at]) for column, ref, at in columns}
            if found.setdefault(values[lookup.key], values) is not values:
                raise BadExport(f"{path}: {lookup.key}: defined_twice ({values[lookup.key]!r})")
        return found

    def _check_sources(self) -> None:
        for key, sources in self._mapping.sources():
            unknown = [(ref for ref in refs(each) if ref not in self._refs) for each in sources]
            missing = [next(each, None) for each in unknown]
            found = None in missing if self._mapping.alternatives else not any(missing)
            if not found:
                self._unknown(key, next(ref for ref in missing if ref), sorted(self._refs))
        if not self._mapping.alternatives:
            for key, told in (("mend", self._mapping.mend), ("empty", self._mapping.empty)):
                for ref in told:
                    if ref not in self._refs:
                        self._unknown(key, ref, sorted(self._refs))

    def _unknown(self, key: str, ref: str, known: list[str] | tuple[str, ...]) -> None:
        detail = f"{ref!r} is none of {', '.join(known)}"
        raise BadMapping(self._mapping_file, key, "unknown_column", detail)


def refs(source: str) -> list[str]:
    """The columns that a source speaks of."""
    return list(_split(source)[1::2]) if "{" in source else [source]


@cache
def _split(source: str) -> tuple[str, ...]:
    """A text with columns in it: text and column in turns."""
    return tuple(_PART.split(source))
