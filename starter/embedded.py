"""A Temporal server of our own: one child process and one folder, started and stopped in order."""

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog
from temporalio.service import ConnectConfig, RPCError, ServiceClient

from settings import NAMESPACE, UpFile
from starter import lifeline
from starter.namespace import check_attributes, ensure_namespace, register_attributes
from starter.pidfile import PidFile
from starter.ports import IP, PORT, UI_PORT, choose_port
from starter.program import find_program, start_dev

START_SECONDS = 30.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.05

logger = structlog.get_logger(__name__)


class EmbeddedError(RuntimeError):
    """The embedded server cannot be started or has ended; the message says why."""


class AlreadyRuns(EmbeddedError):
    """Somebody else has the folder; the message says which process."""


class EmbeddedServer:
    """Temporal's development server, its data in one folder, ready for Closeline once started.

    A port of None is the usual one, or a free one where that is taken; 0 is any free one; a port
    that was asked for and is taken is an error. The UI decodes through the codec server at `codec`,
    and whoever finds the server through its folder encrypts with the ring in `keys_file`.
    """

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        ui_port: int | None = None,
        *,
        headless: bool = False,
        namespace: str = NAMESPACE,
        codec: str | None = None,
        keys_file: Path | None = None,
    ) -> None:
        self.folder = folder
        self.namespace = namespace
        self.codec = codec
        self.keys_file = keys_file
        self.program = find_program()
        self.log = folder / "temporal.log"
        self.address = ""
        self.ui_address: str | None = None
        self._wanted = (port, ui_port, headless)
        self._up = PidFile(folder / "up.lock")
        self._server = PidFile(folder / "server.lock")
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start the server and make it ready; on any failure leave nothing running."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self._up.take():
            raise AlreadyRuns(
                f"`closeline up` already runs in {self.folder} (process {self._up.holder()})"
            )
        self._up.name(os.getpid())
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self.stop)
            await self._stop_leftover()
            self._process = await self._spawn()
            await self._make_ready(self._process)
            UpFile(
                address=self.address,
                ui_address=self.ui_address,
                pid=os.getpid(),
                keys_file=self.keys_file,
            ).write(self.folder)
            undo.pop_all()

    async def stop(self) -> None:
        """End the server, politely and then by force; safe to call again."""
        process, self._process = self._process, None
        if process is not None:
            UpFile.path(self.folder).unlink(missing_ok=True)
            await _end(process)
        self._server.release()
        self._up.release()

    async def died(self) -> None:
        """Return once the server has been stopped; raise as soon as it ends by itself."""
        if self._process is None:
            return
        code = await self._process.wait()
        if self._process is not None:
            raise EmbeddedError(f"the Temporal server ended by itself (exit {code}), {self._why()}")

    async def _stop_leftover(self) -> None:
        """End the server of an `up` that was killed: who holds its lock is that server."""
        if self._server.take():
            return
        pid = self._server.holder()
        logger.warning("leftover_server_stopped", pid=pid, folder=str(self.folder))
        for number in (signal.SIGTERM, signal.SIGKILL):
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            for _ in range(int(STOP_SECONDS / POLL_SECONDS)):
                if self._server.take():
                    return
                await asyncio.sleep(POLL_SECONDS)
        raise EmbeddedError(f"the server left over in {self.folder} (process {pid}) does not end")

    async def _spawn(self) -> asyncio.subprocess.Process:
        port, ui_port, headless = self._wanted
        port = choose_port(IP, port, PORT)
        ui_port = None if headless else choose_port(IP, ui_port, UI_PORT)
        self.address = f"{IP}:{port}"
        self.ui_address = None if ui_port is None else f"http://{IP}:{ui_port}"
        where = (self.folder / "temporal.db", IP, port, ui_port, self.codec)
        command = start_dev(self.program.path, *where)
        with self.log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", lifeline.__file__, str(os.getpid()), *command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                pass_fds=[self._server.fd],
                process_group=0,  # the server obeys Ctrl-C at once, so it must not hear it
            )
        self._server.name(process.pid)
        self._server.release()
        return process

    async def _make_ready(self, process: asyncio.subprocess.Process) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                service = await self._healthy(process)
                await ensure_namespace(service, self.namespace)
                await register_attributes(service, self.namespace)
                problems = await check_attributes(service, self.namespace)
        except TimeoutError as error:
            raise EmbeddedError(
                f"the Temporal server is not ready in time, {self._why()}"
            ) from error
        if problems:
            raise EmbeddedError("; ".join(problems))

    async def _healthy(self, process: asyncio.subprocess.Process) -> ServiceClient:
        while process.returncode is None:
            with suppress(RuntimeError, RPCError):  # not yet listening, or not yet serving
                service = await ServiceClient.connect(ConnectConfig(target_host=self.address))
                if await service.check_health():
                    return service
            await asyncio.sleep(POLL_SECONDS)
        raise EmbeddedError(f"the Temporal server did not start, {self._why()}")

    def _why(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return f"see {self.log}: " + " | ".join(lines[-3:])


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
