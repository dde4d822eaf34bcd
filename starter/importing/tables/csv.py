"""CSV. A record that cannot be read is faulty and the next one is read."""

import csv
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from starter.importing.tables.table import BadExport, Record
from starter.importing.tables.unpacking import unpacked

LONGEST: Final = 2**20
"""How many characters one line may have."""


class CsvTable:
    """The records under the first line; numbers are lines as a spreadsheet counts them."""

    def __init__(self, path: Path, encoding: str, delimiter: str) -> None:
        """Raises BadExport without a sound header."""
        self._path, self._encoding, self._delimiter = path, encoding, delimiter
        cells, problem = next(self._read(), ((), "it is empty"))
        self.header = tuple(cell.strip() for cell in cells)
        if problem or not self.header:
            detail = problem or "the first line is blank"
            raise BadExport(f"{path}: header: required ({detail})")
        for name in self.header:
            if self.header.count(name) > 1:
                raise BadExport(f"{path}: header: defined_twice ({name!r})")

    def records(self) -> Iterator[Record]:
        """Every record that is not blank."""
        rows = self._read()
        next(rows)
        width = len(self.header)
        for number, (cells, problem) in enumerate(rows, start=2):
            if problem:
                yield Record(number, cells, ("row", "not_csv", problem))
            elif len(cells) == width:
                yield Record(number, cells)
            elif cells:
                detail = f"{len(cells)} cells under {width} columns"
                yield Record(number, cells, ("row", "column_count", detail))

    def _read(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Each record's cells, and what made it unreadable."""
        with unpacked(self._path) as raw:
            file = TextIOWrapper(raw, self._encoding, "surrogateescape", newline="")
            reader = csv.reader(self._lines(file), delimiter=self._delimiter, strict=True)
            while True:
                first = reader.line_num + 1
                try:
                    yield tuple(next(reader)), ""
                except StopIteration:
                    return
                except csv.Error as error:
                    yield (), f"lines {first} to {reader.line_num}: {error}"
                except UnicodeDecodeError as error:
                    told = f"{self._path}: encoding: not_{self._encoding} ({error})"
                    raise BadExport(told) from error

    def _lines(self, file: TextIOWrapper) -> Iterator[str]:
        while line := file.readline(LONGEST):
            if len(line) == LONGEST:
                raise BadExport(f"{self._path}: line: too_long (more than {LONGEST} characters)")
            yield line
