"""One writer for all that a worker writes: what comes at the same time goes into one transaction.

Every commit waits for the disk, and writers of one database wait for each other; together they
wait once. Who writes after a silence is written at once; in a crowd everybody waits a moment, in
which more messages reach their workflows, to be decided and written together.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from ledger.batch import Ack, Batch
from ledger.errors import LedgerDown
from ledger.ledger import Ledger

MOST: Final = 100
"""How many batches one transaction takes: none of them should wait long for the others."""
APART: Final = 0.1
"""Seconds from one transaction to the next, at least."""


class Recorder:
    """Writes to the ledger for one event loop."""

    def __init__(self, ledger: Ledger) -> None:
        """Into `ledger`."""
        self._ledger = ledger
        self._waiting: list[tuple[Batch, asyncio.Future[Ack]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._not_before = 0.0

    async def record(self, batch: Batch) -> Ack:
        """Write one batch, in its turn. Raises what `Ledger.record` raises for it."""
        answer: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._waiting.append((batch, answer))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await answer

    async def _write(self) -> None:
        clock = asyncio.get_running_loop().time
        while self._waiting:
            await asyncio.sleep(self._not_before - clock())
            self._not_before = clock() + APART
            together, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            answers = await asyncio.to_thread(self._record, [batch for batch, _ in together])
            for (_, future), answer in zip(together, answers, strict=True):
                if future.done():  # whoever asked has stopped waiting
                    continue
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)

    def _record(self, batches: Sequence[Batch]) -> list[Ack | Exception]:
        """All at once, or, where one of them cannot be written, each by itself."""
        try:
            return [*self._ledger.record_many(batches)]
        except LedgerDown as down:
            return [down] * len(batches)
        except Exception as error:
            if len(batches) == 1:
                return [error]
        return [answer for batch in batches for answer in self._record([batch])]
