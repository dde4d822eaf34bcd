"""The ring in its file, which only its owner may read, and which is replaced in one step."""

import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from encryption.ring import BadRing, Ring

OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
Stamp = tuple[int, int, int]


class RingFile:
    """Always the ring that the file holds now: a rotation is seen without a restart."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: tuple[Stamp, Ring] | None = None

    def __repr__(self) -> str:
        return f"RingFile({str(self.path)!r})"

    def read(self) -> Ring:
        """The ring as it is now. Raises BadRing, also where others could read the file."""
        try:
            found = self.path.stat()
            stamp = (found.st_ino, found.st_mtime_ns, found.st_mode)
            if self._known and self._known[0] == stamp:
                return self._known[1]
            if found.st_mode & OTHERS:
                mode = stat.S_IMODE(found.st_mode)
                raise BadRing(f"mode {mode:04o}: others may use it; `chmod 600` closes it")
            ring = Ring.parse(self.path.read_bytes())
        except OSError as error:
            raise BadRing(f"{self.path}: {error.strerror}") from error
        except BadRing as bad:
            raise BadRing(f"{self.path}: {bad}") from None
        self._known = (stamp, ring)
        return ring

    def create(self) -> Ring:
        """A new ring in a new file. Raises BadRing where one is: its keys must not be lost."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._alone():
            if self.path.exists():
                raise BadRing(f"{self.path}: there is one already")
            return self._write(Ring.new())

    def change(self, change: Callable[[Ring], Ring]) -> Ring:
        """Put the changed ring in the place of what is there now. Raises BadRing."""
        with self._alone():
            return self._write(change(self.read()))

    def _write(self, ring: Ring) -> Ring:
        draft = self.path.with_name(self.path.name + ".new")
        draft.unlink(missing_ok=True)
        fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            file.write(ring.text())
            file.flush()
            os.fsync(fd)
        draft.replace(self.path)
        return ring

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two that change it at once would lose a key of one of them, so they take turns."""
        try:
            fd = os.open(self.path.parent, os.O_RDONLY)
        except OSError as error:
            raise BadRing(f"{self.path}: {error.strerror}") from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)
