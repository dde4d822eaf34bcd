"""One writer for all that a worker writes: what comes at the same time goes into one transaction.

Every commit waits for the disk, and writers of one database wait for each other; together they
wait once.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from ledger.batch import Ack, Batch
from ledger.errors import LedgerDown
from ledger.ledger import Ledger

MOST: Final = 50
"""How many batches one transaction takes: none of them should wait long for the others."""


class Recorder:
    """Writes to the ledger for one event loop."""

    def __init__(self, ledger: Ledger) -> None:
        """Into `ledger`."""
        self._ledger = ledger
        self._waiting: list[tuple[Batch, asyncio.Future[Ack]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def record(self, batch: Batch) -> Ack:
        """Write one batch, in its turn. Raises what `Ledger.record` raises for it."""
        answer: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._waiting.append((batch, answer))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await answer

    async def _write(self) -> None:
        while self._waiting:
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
