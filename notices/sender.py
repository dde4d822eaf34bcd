"""The sender: what the ledger says should be told goes out over every channel, beside all else.

It has a thread and a loop of its own. So neither a channel that hangs nor one that never gives the
loop back holds up a workflow; and since it only looks at what is written, nobody has to call it.
"""

import asyncio
import os
import socket
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Final, Self
from uuid import uuid4

import structlog

from ledger.board import Board
from ledger.errors import LedgerDown
from ledger.rows import SentRow
from ledger.sending import Due
from notices.routes import Route

PAUSE: Final = 1.0
"""Seconds between two looks where there was nothing to send."""
PATIENCE: Final = 5.0
"""Seconds that one notice may take."""
LONGEST: Final = 60.0
"""Seconds after which no more of what was claimed is begun: well before another may claim it."""
TOGETHER: Final = 10
"""How many are on their way over one channel at once."""
MOST_TRIES: Final = 10
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=6)
"""After a failure; each wait is twice the one before, so that ten tries take some four hours."""
STOPPING: Final = 5.0
"""Seconds that a stop waits for what is on its way; what it cuts off goes out again elsewhere."""
LONGEST_ERROR: Final = 200

logger = structlog.get_logger(__name__)


class Sender:
    """Sends while its context is open."""

    def __init__(self, ledger: Board, routes: Sequence[Route]) -> None:
        self._ledger, self._routes = ledger, routes
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._loop: Future[asyncio.AbstractEventLoop] = Future()
        self._stop = asyncio.Event()
        self._thread = Thread(target=self._run, name="notices", daemon=True)

    async def __aenter__(self) -> Self:
        """Begin to send."""
        self._thread.start()
        await asyncio.wrap_future(self._loop)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop, with what is on its way, if that does not take long."""
        self._loop.result().call_soon_threadsafe(self._stop.set)
        await asyncio.to_thread(self._thread.join, STOPPING)

    def _run(self) -> None:
        asyncio.run(self._serve_all())

    async def _serve_all(self) -> None:
        self._loop.set_result(asyncio.get_running_loop())
        while not self._stop.is_set():
            try:
                now = datetime.now(UTC)
                names = [route.name for route in self._routes]
                await asyncio.to_thread(self._ledger.begin_channels, names, now)
                break
            except LedgerDown:
                await self._pause()
        await asyncio.gather(*(self._serve(route) for route in self._routes))

    async def _serve(self, route: Route) -> None:
        while not self._stop.is_set():
            try:
                if not await self.send_some(route):
                    await self._pause()
            except LedgerDown as down:
                logger.warning("notices_wait", channel=route.name, error=str(down))
                await self._pause()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), PAUSE)
        except TimeoutError:
            return

    async def send_some(self, route: Route) -> bool:
        """Send what is next over a channel, and write down what became of it; whether there was
        anything. Raises LedgerDown."""
        ledger, name, holder = self._ledger, route.name, self.holder
        now = datetime.now(UTC)
        if not await asyncio.to_thread(ledger.has_notices_for, name, holder, now):
            return False
        claimed = await asyncio.to_thread(ledger.claim_notices, name, holder, now)
        if claimed is None:
            return False
        until = asyncio.get_running_loop().time() + LONGEST
        gate = asyncio.Semaphore(TOGETHER)
        taken = [due for due in claimed.due if route.takes(due.notice)]
        answers = await asyncio.gather(*(_send(route, due, gate, until) for due in taken))
        await asyncio.to_thread(ledger.settle_notices, name, holder, answers, claimed.through)
        return True


async def _send(route: Route, due: Due, gate: asyncio.Semaphore, until: float) -> SentRow:
    """One try, and what became of it."""
    async with gate:
        if asyncio.get_running_loop().time() > until:
            return _answer(route, due, "not begun: the channel is slow", due.tries)
        try:
            await asyncio.wait_for(route.channel.send(due.notice), PATIENCE)
        except TimeoutError:
            error = f"no answer within {PATIENCE:.0f} s"
        except Exception as failure:
            error = " ".join(f"{type(failure).__name__}: {failure}".split())
        else:
            return _answer(route, due, None, due.tries + 1)
    logger.warning("notice_not_sent", channel=route.name, id=due.notice.id, tries=due.tries + 1)
    return _answer(route, due, error[:LONGEST_ERROR], due.tries + 1)


def _answer(route: Route, due: Due, error: str | None, tries: int) -> SentRow:
    now = datetime.now(UTC)
    again = now + wait_after(tries) if error and tries < MOST_TRIES else None
    return SentRow(route.name, due.notice.id, due.notice.to, tries, now, error, again)


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many tries in vain."""
    return min(FIRST_WAIT * (1 << max(tries - 1, 0)), LONGEST_WAIT)
