"""Opening a file, packed or not. What unpacks without end is refused before it fills a machine."""

import gzip
import zlib
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any, Final

from starter.importing.tables.table import BadExport

FREE: Final = 64 * 2**20
"""So many bytes may come out of any packed file."""
MOST_TIMES: Final = 250
"""Beyond that it may unpack to so many times its size; logs of any kind stay far below."""


def unpacked(path: Path) -> BufferedReader:
    """The file's bytes, without its .gz if it has that. Raises BadExport, also while it is read."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BadExport(f"{path}: file: unreadable ({error.strerror})") from error
    return BufferedReader(_Gunzip(path, file)) if path.suffix == ".gz" else file


class _Gunzip(RawIOBase):
    """A stream that keeps an eye on how much comes out of how little."""

    def __init__(self, path: Path, packed: BufferedReader) -> None:
        self._path, self._packed, self._out = path, packed, 0
        self._gzip = gzip.GzipFile(fileobj=packed)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            count = self._gzip.readinto(buffer)
        except (OSError, EOFError, zlib.error) as error:
            raise BadExport(f"{self._path}: file: not_gzip ({error})") from error
        self._out += count
        if self._out > max(FREE, MOST_TIMES * self._packed.tell()):
            detail = f"more than {MOST_TIMES} times its size came out"
            raise BadExport(f"{self._path}: file: unpacks_too_far ({detail})")
        return count

    def close(self) -> None:
        self._gzip.close()
        self._packed.close()
        super().close()
