"""A file that names a process and is locked exactly as long as that process lives."""

import fcntl
import os
from pathlib import Path

NOT_HELD = -1


class PidFile:
    """The kernel frees the lock with its holder, so a number from a dead process is never trusted.

    The lock belongs to the open file: a child that inherits the descriptor goes on holding it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd = NOT_HELD

    def take(self) -> bool:
        """Lock the file, nobody named in it yet; False when somebody else holds it."""
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        self.fd = fd
        self.path.write_text("")
        return True

    def name(self, pid: int) -> None:
        """Write down which process holds the lock."""
        self.path.write_text(str(pid))

    def release(self) -> None:
        """Let go, unless a child inherited the lock; safe to call again."""
        if self.fd != NOT_HELD:
            os.close(self.fd)
            self.fd = NOT_HELD

    def holder(self) -> int | None:
        """The process named, or None where the holder had no time to be named."""
        text = self.path.read_text()
        return int(text) if text else None
