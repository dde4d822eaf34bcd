"""A sender of its own that sends one notice, says so, and then waits to be killed.

python -m tests.notices.sender_main URL FILE
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ledger import sending
from ledger.ledger import Ledger
from ledger.rows import NoticeRow
from notices.channels import File
from notices.routes import Route
from notices.sender import Sender


class Dying(File):
    """Writes a line, and comes to nothing more."""

    async def send(self, notice: NoticeRow) -> None:
        await super().send(notice)
        print("sent", flush=True)
        await asyncio.sleep(60)


async def main(url: str, file: str) -> None:
    sending.HELD = timedelta(seconds=1)  # type: ignore[misc]  # another need not wait for long
    ledger = Ledger(url)
    ledger.begin_channels(["desk"], datetime.now(UTC))
    async with Sender(ledger, [Route("desk", Dying(Path(file)))]):
        print("begun", flush=True)
        await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
