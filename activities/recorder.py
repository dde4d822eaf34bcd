"""One writer for all that a worker writes: what comes at the same time goes into one transaction.

Every commit waits for the disk, and writers of one database wait for each other; together they
wait once. Who writes after a silence is written at once; in a crowd everybody waits a moment, in
which more messages reach their workflows, to be decided and written together.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from ledger.batch import Ack, Batch, Claim, Claimed
from ledger.errors import LedgerDown
from ledger.ledger import Ledger

MOST: Final = 100
"""How many batches one transaction takes: none of them should wait long for the others."""
APART: Final = 0.1
"""Seconds from one transaction to the next, at least."""


Work = Batch | Claim
Answer = Ack | Claimed


class Recorder:
    """Writes to the ledger for one event loop."""

    def __init__(self, ledger: Ledger) -> None:
        """Into `ledger`."""
        self._ledger = ledger
        self._waiting: list[tuple[Work, asyncio.Future[Any]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._not_before = 0.0

    async def record(self, batch: Batch) -> Ack:
        """Write one batch, in its turn. Raises what `Ledger.record` raises for it."""
        ack: Ack = await self._done(batch)
        return ack

    async def claim(self, claim: Claim) -> Claimed:
        """Claim ids and write what follows, in its turn. Raises what `Ledger.record` does."""
        claimed: Claimed = await self._done(claim)
        return claimed

    async def _done(self, work: Work) -> Any:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, answer))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await answer

    async def _write(self) -> None:
        clock = asyncio.get_running_loop().time
        while self._waiting:
            await asyncio.sleep(self._not_before - clock())
            self._not_before = clock() + APART
            together, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            answers = await asyncio.to_thread(self._record, [work for work, _ in together])
            for (_, future), answer in zip(together, answers, strict=True):
                if future.done():  # whoever asked has stopped waiting
                    continue
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)

    def _record(self, works: Sequence[Work]) -> list[Answer | Exception]:
        """All at once, or, where one of them cannot be written, each by itself."""
        claims = [work for work in works if isinstance(work, Claim)]
        batches = [work for work in works if isinstance(work, Batch)]
        try:
            claimed, acks = self._ledger.record_all(claims, batches)
            of_claims, of_batches = iter(claimed), iter(acks)
            return [
                next(of_claims) if isinstance(work, Claim) else next(of_batches) for work in works
            ]
        except LedgerDown as down:
            return [down] * len(works)
        except Exception as error:
            if len(works) == 1:
                return [error]
        return [answer for work in works for answer in self._record([work])]
