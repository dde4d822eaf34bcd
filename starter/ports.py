"""Which port to listen on: the one asked for, the usual one, or a free one."""

import socket
from typing import Final

IP: Final = "127.0.0.1"
PORT, UI_PORT, CODEC_PORT = 7233, 8233, 8234
"""Where Temporal, its UI and what decrypts for it usually are."""


class PortTaken(OSError):
    """The port that was asked for is in use; the message names it."""


def choose_port(ip: str, wanted: int | None, usual: int) -> int:
    """The wanted port or an error; for None the usual one if free; otherwise any free one."""
    if wanted:
        if not _is_free(ip, wanted):
            raise PortTaken(f"port {wanted} on {ip} is in use; choose another one")
        return wanted
    if wanted is None and _is_free(ip, usual):
        return usual
    with socket.create_server((ip, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _is_free(ip: str, port: int) -> bool:
    try:
        socket.create_server((ip, port)).close()
    except OSError:
        return False
    return True
