"""Rows: an export is read, its side files are joined, known misspellings are put right.

A row that cannot be read is rejected and the next one is read; only a file that is no export at
all stops the reading.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starter.importing.mapping import BadMapping, Mapping, Sources

_PART: Final = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet counts, the cells as they came, the values by column."""

    number: int
    cells: tuple[str, ...]
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not taken: the field and the rule it broke."""

    number: int
    cells: tuple[str, ...]
    field: str
    rule: str
    detail: str = ""


class BadExport(ValueError):
    """The file cannot be read as an export at all."""


class Export:
    """The rows of one file, as its mapping reads them."""

    def __init__(self, path: Path, mapping: Mapping, mapping_file: Path) -> None:
        """Raises BadExport, or BadMapping where the two do not belong together."""
        self.path, self._mapping, self._mapping_file = path, mapping, mapping_file
        self.header = _header(path, mapping)
        self._refs = set(self.header)
        self._lookups = {name: self._side(name) for name in mapping.lookups}
        self._check_sources()

    def __len__(self) -> int:
        """How many rows there are."""
        return sum(1 for _ in self._records())

    def __iter__(self) -> Iterator[Row | Rejected]:
        """Every row that is not blank, in order."""
        for number, cells, fault in self._records():
            if fault:
                yield Rejected(number, cells, *fault)
            elif len(cells) != len(self.header):
                detail = f"{len(cells)} cells under {len(self.header)} columns"
                yield Rejected(number, cells, "row", "column_count", detail)
            elif odd := self._unreadable(cells):
                yield Rejected(number, cells, *odd)
            else:
                named = zip(self.header, cells, strict=True)
                values = {name: self._mended(name, cell) for name, cell in named}
                yield Row(number, cells, values)

    def text(self, row: Row, sources: Sources) -> str:
        """What the row says in the first of the sources that is not empty."""
        return next((text for each in sources if (text := self._said(row, each))), "")

    def _said(self, row: Row, source: str) -> str:
        if "{" not in source:
            return self._value(row, source)
        parts = [self._value(row, part) for part in _PART.findall(source)]
        told = iter(parts)
        return _PART.sub(lambda _: next(told), source) if all(parts) else ""

    def _value(self, row: Row, ref: str) -> str:
        if ref in row.values:
            return row.values[ref]
        name, _, column = ref.partition(".")
        key = row.values[self._mapping.lookups[name].by]
        return self._lookups[name].get(key, {}).get(column, "")

    def _mended(self, ref: str, cell: str) -> str:
        value = cell.strip()
        value = self._mapping.mend.get(ref, {}).get(value, value)
        return "" if value in self._mapping.empty.get(ref, ()) else value

    def _unreadable(self, cells: tuple[str, ...]) -> tuple[str, str, str] | None:
        for name, cell in zip(self.header, cells, strict=True):
            if "\0" in cell:
                return name, "null_character", "no store can hold it"
            try:
                cell.encode()
            except UnicodeEncodeError:
                return name, "encoding", f"not {self._mapping.encoding}"
        return None

    def _records(self) -> Iterator[tuple[int, tuple[str, ...], tuple[str, str, str] | None]]:
        """Number, cells, and what is wrong with the row as such."""
        rows = _read(self.path, self._mapping)
        next(rows)
        for number, (cells, problem) in enumerate(rows, start=2):
            if cells or problem:
                yield number, cells, ("row", "not_csv", problem) if problem else None

    # -- the mapping against the files -----------------------------------------------------------

    def _side(self, name: str) -> dict[str, dict[str, str]]:
        """A side file, by its key."""
        lookup, key = self._mapping.lookups[name], f"lookups.{name}"
        path = self.path.parent / lookup.file
        if not path.is_file():
            raise BadMapping(self._mapping_file, f"{key}.file", "no_such_file", str(path))
        header = _header(path, self._mapping)
        self._refs |= {f"{name}.{column}" for column in header}
        for field, ref, known in (("key", lookup.key, header), ("by", lookup.by, self.header)):
            if ref not in known:
                self._unknown(f"{key}.{field}", ref, known)
        found: dict[str, dict[str, str]] = {}
        rows = _read(path, self._mapping)
        next(rows)
        for cells, problem in rows:
            if problem or (cells and len(cells) != len(header)):
                raise BadExport(f"{path}: row: column_count ({problem or ','.join(cells)})")
            named = zip(header, cells, strict=False)
            values = {column: self._mended(f"{name}.{column}", cell) for column, cell in named}
            if values and found.setdefault(values[lookup.key], values) is not values:
                raise BadExport(f"{path}: {lookup.key}: defined_twice ({values[lookup.key]!r})")
        return found

    def _check_sources(self) -> None:
        told = self._mapping
        for part, model in (("columns", told.columns), ("account", told.account)):
            for name, sources in model:
                for each in sources if isinstance(sources, tuple) else ():
                    self._check(f"{part}.{name}", _PART.findall(each) if "{" in each else [each])
        self._check("mend", list(told.mend))
        self._check("empty", list(told.empty))

    def _check(self, key: str, refs: list[str]) -> None:
        for ref in refs:
            if ref not in self._refs:
                self._unknown(key, ref, sorted(self._refs))

    def _unknown(self, key: str, ref: str, known: list[str] | tuple[str, ...]) -> None:
        detail = f"{ref!r} is none of {', '.join(known)}"
        raise BadMapping(self._mapping_file, key, "unknown_column", detail)


def _header(path: Path, mapping: Mapping) -> tuple[str, ...]:
    cells, problem = next(_read(path, mapping), ((), "it is empty"))
    header = tuple(cell.strip() for cell in cells)
    if problem or not header:
        raise BadExport(f"{path}: header: required ({problem or 'the first line is blank'})")
    for name in header:
        if header.count(name) > 1:
            raise BadExport(f"{path}: header: defined_twice ({name!r})")
    return header


def _read(path: Path, mapping: Mapping) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each record's cells, and what made it unreadable. Raises BadExport without a file."""
    try:
        file = path.open(encoding=mapping.encoding, errors="surrogateescape", newline="")
    except OSError as error:
        raise BadExport(f"{path}: file: unreadable ({error.strerror})") from error
    with file:
        reader = csv.reader(file, delimiter=mapping.delimiter, strict=True)
        while True:
            first = reader.line_num + 1
            try:
                yield tuple(next(reader)), ""
            except StopIteration:
                return
            except csv.Error as error:
                yield (), f"lines {first} to {reader.line_num}: {error}"
            except UnicodeDecodeError as error:
                raise BadExport(f"{path}: encoding: not_{mapping.encoding} ({error})") from error
