"""A cable between a program and a server: it carries bytes until somebody cuts it."""

import socket
import struct
import threading
from contextlib import suppress
from typing import Final, Self

ABORT: Final = struct.pack("ii", 1, 0)
"""Close without a goodbye, as a machine does that loses its power."""


class Cable:
    """A TCP port of this machine that leads to a socket file, while its context is open.

    `deaf` drops the server's answers: what was said arrives, and nobody hears what became of it.
    """

    def __init__(self, to: str) -> None:
        self._to, self.deaf = to, False
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # Whoever waits for a new connection is not woken by closing alone.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Every connection is gone, on both sides; a new one may be made."""
        ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):  # until it is closed
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._to)
                self._ends += near, far
                threading.Thread(target=self._carry, args=(near, far), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        answers = source.family == socket.AF_UNIX
        with suppress(OSError):
            while data := source.recv(65_536):
                if not (answers and self.deaf):
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)
