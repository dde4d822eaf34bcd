"""The worker of the demonstration: a process of its own, so that it can die."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from settings import Settings
from starter import lifeline

STOP_SECONDS: Final = 20.0


@dataclass
class Workers:
    """One worker at a time, and how often one was killed."""

    settings: Settings
    log: Path
    kills: int = 0
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Start one, which knows only the settings of the demonstration and never outlives us."""
        worker = (sys.executable, "-m", "worker")
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", lifeline.__file__, str(os.getpid()), *worker),
                env=self._environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,  # it is ended by us and in order, so it must not hear Ctrl-C
            )

    async def kill(self) -> None:
        """As a machine dies: no goodbye."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()
        self.kills += 1

    async def stop(self) -> None:
        """Let it finish what it has in hand."""
        if self.process is None or self.process.returncode is not None:
            return
        self.process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
            return
        self.process.kill()
        await self.process.wait()

    def _environment(self) -> dict[str, str]:
        profiles = self.log.with_name("temporal.toml")
        profiles.touch()  # empty: a profile of the user's own could lead to another server
        ours = ("TEMPORAL_", "CLOSELINE_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {
            "TEMPORAL_CONFIG_FILE": str(profiles),
            "TEMPORAL_ADDRESS": self.settings.address,
            "TEMPORAL_NAMESPACE": self.settings.namespace,
            "CLOSELINE_LEDGER_URL": self.settings.ledger_url,
            "CLOSELINE_LOG": "json",
        }
