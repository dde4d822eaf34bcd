"""What is open starts under its account, a few at a time, and counts once the ledger has it."""

import asyncio
from collections import defaultdict
from contextlib import AsyncExitStack
from typing import Any, Final

from ledger.ledger import Ledger
from sales.receipt import Receipt
from starter.client import CloselineClient
from starter.importing.held import Change
from starter.importing.plan import Plan, rejected
from starter.importing.rows import Rejected

IN_FLIGHT: Final = 40
"""How many are on their way at once: a worker that is asked for more only gets slower."""
PER_ACCOUNT: Final = 8
"""A server takes ten updates in flight for one workflow; some are left for others."""
LOOK_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 60.0
_HERE: Final = frozenset({"already_open", "id_taken"})


class Opener:
    """Opens opportunities; use it as a context, for it watches the ledger meanwhile."""

    def __init__(self, client: CloselineClient, ledger: Ledger) -> None:
        self._client, self._ledger = client, ledger
        self._room = asyncio.Semaphore(IN_FLIGHT)
        self._lines: dict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(PER_ACCOUNT)
        )
        self._awaited: dict[str, asyncio.Future[str]] = {}
        self._watcher: asyncio.Task[None] | None = None
        self.unwritten = 0
        """How many were accepted and had not reached the ledger when patience ended."""

    async def __aenter__(self) -> "Opener":
        self._watcher = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._watcher:
            self._watcher.cancel()
            await asyncio.wait({self._watcher})

    async def open(self, plan: Plan) -> Rejected | None:
        """Open it; nothing if that worked, else the rule it broke."""
        async with AsyncExitStack() as held:
            async with self._lines[plan.account.id]:
                await held.enter_async_context(self._room)
                receipt = await self._say(plan)
            # A run that was killed may have sent it, too long ago for its account to remember.
            if not receipt.accepted and receipt.rule not in _HERE:
                return _refused(plan, receipt)
            event_id = await self._written(plan.id)
        if event_id is None:
            self.unwritten += receipt.accepted
        mine = receipt.accepted if event_id is None else event_id == plan.event_id
        return None if mine else _refused(plan, receipt)

    async def _say(self, plan: Plan) -> Receipt:
        said = plan.opening.model_dump(mode="json", exclude_unset=True, exclude={"kind"})
        return await self._client.say_to_account(plan.account.id, plan.opening.kind, **said)

    async def amend(self, change: Change) -> str | None:
        """Take over what can be; nothing if that worked, else the rule that forbids it."""
        async with self._room:
            receipt = await self._client.say(
                change.plan.id,
                "amend",
                event_id=change.event_id,
                actor=change.plan.opening.actor,
                origin="system",
                **change.amends,
            )
        return None if receipt.accepted else f"{receipt.field}: {receipt.rule}"

    async def _written(self, opportunity_id: str) -> str | None:
        """The event that opened it, once the ledger has it; nothing if that takes too long."""
        written = self._awaited[opportunity_id] = asyncio.get_running_loop().create_future()
        try:
            return await asyncio.wait_for(written, PATIENCE_SECONDS)
        except TimeoutError:
            return None
        finally:
            del self._awaited[opportunity_id]

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if not self._awaited:
                continue
            try:
                await self._look(list(self._awaited))
            except Exception as error:
                for written in self._awaited.values():
                    if not written.done():
                        written.set_exception(error)
                return

    async def _look(self, ids: list[str]) -> None:
        found = await asyncio.to_thread(self._ledger.journals, "opportunity", ids)
        for opportunity_id, journal in found.items():
            written = self._awaited.get(opportunity_id)
            if written and not written.done():
                written.set_result(journal[0].event_id or "")


def _refused(plan: Plan, receipt: Receipt) -> Rejected:
    told: tuple[Any, ...] = receipt.field or "id", receipt.rule or "refused", receipt.detail or ""
    return rejected(plan.row, *told)
