"""Parquet, a batch at a time. Numbers, times and the like are texts here, as everywhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from starter.importing.tables.table import BadExport, Record

BATCH: Final = 5_000
"""How many records are in memory at once."""


class ParquetTable:
    """The records of one file; columns that nest others are none that a mapping could name."""

    def __init__(self, path: Path) -> None:
        """Raises BadExport where it is no such file."""
        self._path = path
        with self._opened() as file:
            fields = list(file.schema_arrow)
        self.header = tuple(each.name for each in fields if not pa.types.is_nested(each.type))
        if not self.header:
            raise BadExport(f"{path}: header: required (no plain column)")

    def records(self) -> Iterator[Record]:
        """Every record, numbered from 1."""
        number, columns = 0, list(self.header)
        with self._opened() as file:
            try:
                for batch in file.iter_batches(BATCH, columns=columns, use_threads=False):
                    for cells in zip(*(_texts(batch[name]) for name in columns), strict=True):
                        number += 1
                        yield Record(number, cells)
            except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
                raise BadExport(
                    f"{self._path}: row: unreadable (behind {number}: {error})"
                ) from error

    def _opened(self) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(self._path)
        except (pa.ArrowException, OSError) as error:
            raise BadExport(f"{self._path}: file: not_parquet ({error})") from error


def _texts(column: pa.Array) -> list[str]:
    """Texts as a CSV would have them; an instant in UTC, and nothing as an empty text."""
    if pa.types.is_timestamp(column.type):
        zone = "" if column.type.tz is None else "Z"
        plain = column.cast(pa.int64()) if zone else column
        bare = plain.cast(pa.timestamp(column.type.unit)) if zone else column
        texts = bare.cast(pa.timestamp("us"), safe=False).cast(pa.string())
        column = pc.binary_join_element_wise(texts, zone, "")
    filled: list[str] = pc.fill_null(column.cast(pa.string()), "").to_pylist()
    return filled
