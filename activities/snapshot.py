"""Taking a snapshot, in a process of its own: learning takes up to a minute of the CPU, and neither
workflows nor other activities are to wait for it."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from datetime import UTC, datetime
from typing import Final

from temporalio import activity

from ledger.ledger import Ledger
from ledger.snapshots import Taken

BEAT: Final = 10.0
"""So often, in seconds, the activity says that it lives."""
COMMAND: Final = (sys.executable, "-m", "insight.snapshots")


class SnapshotFailed(RuntimeError):
    """The process that should have taken it did not; the message is its last word."""


class SnapshotActivities:
    """Keeps snapshots in the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        """Another process finds the ledger by its URL."""
        self._ledger = ledger

    @activity.defn(name="take_snapshot")
    async def take(self, name: str) -> Taken:
        """The snapshot of the time that its name is. Tried again, it keeps what is there."""
        kept = await asyncio.to_thread(self._ledger.snapshot, name)
        if kept:
            return Taken(name, kept.count, new=False)
        # By its input: a command line can be read by everybody, and the URL may hold a password.
        asked = {"ledger_url": self._ledger.url, "name": name, "as_of": name}
        said = json.dumps({**asked, "taken_at": datetime.now(UTC).isoformat()}).encode()
        process = await create_subprocess_exec(*COMMAND, stdin=PIPE, stdout=PIPE, stderr=PIPE)
        try:
            out, err = await _watched(process, said)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise SnapshotFailed(err.decode(errors="replace").strip()[-1_000:])
        return Taken(**json.loads(out))


async def _watched(process: Process, said: bytes) -> tuple[bytes, bytes]:
    """What the process answers; meanwhile the server hears that somebody is at work."""
    answer = asyncio.ensure_future(process.communicate(said))
    while not answer.done():
        activity.heartbeat()
        await asyncio.wait([answer], timeout=BEAT)
    return answer.result()
