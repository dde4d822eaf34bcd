"""What is open starts under its account, a few at a time, is told its past, and counts once the
ledger has it all."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any, Final

from ledger.ledger import Ledger
from sales.facts import Fact
from sales.messages import Message
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
        self._awaited: dict[str, tuple[str | None, asyncio.Future[list[Fact]]]] = {}
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
        """Open it and tell it its past; nothing if that worked, else the rule it broke."""
        async with AsyncExitStack() as held:
            async with self._lines[plan.account.id]:
                await held.enter_async_context(self._room)
                receipt = await self._say(plan)
            # A run that was killed may have sent it, too long ago for its account to remember.
            if not receipt.accepted and receipt.rule not in _HERE:
                return _refused(plan, receipt)
            journal = await self._written(plan.id)
            if journal and journal[0].event_id != plan.event_id:
                return _refused(plan, receipt)
            if journal is None and not receipt.accepted:
                return _refused(plan, receipt)
            if journal is None:
                self.unwritten += 1
            elif plan.past and (broken := await self._tell(plan.id, plan.past)):
                return rejected(plan.place, *broken)
        return None

    async def catch_up(self, change: Change) -> str | None:
        """Take over what can be; nothing if that worked, else the rule that forbids it."""
        async with self._room:
            if change.amends:
                receipt = await self._client.say(
                    change.plan.id,
                    "amend",
                    event_id=change.event_id,
                    actor=change.plan.opening.actor,
                    origin="system",
                    **change.amends,
                )
                if not receipt.accepted:
                    return f"{receipt.field}: {receipt.rule}"
            if change.tells and (broken := await self._tell(change.plan.id, change.tells)):
                return f"{broken[0]}: {broken[1]}"
        return None

    async def _say(self, plan: Plan) -> Receipt:
        said = _body(plan.opening)
        return await self._client.say_to_account(plan.account.id, plan.opening.kind, **said)

    async def _tell(
        self, opportunity_id: str, past: Sequence[Message]
    ) -> tuple[str, str, str] | None:
        """Say what has happened, in order and without waiting for each answer; the first rule that
        is broken by it, once the ledger has it all."""
        for message in past:
            await self._client.signal(opportunity_id, message.kind, **_body(message))
        told = {message.event_id for message in past}
        journal = await self._written(opportunity_id, past[-1].event_id)
        self.unwritten += journal is None
        for fact in journal or []:
            if fact.kind == "refused" and fact.event_id in told:
                return str(fact.data["field"]), str(fact.data["rule"]), str(fact.data["message"])
        return None

    async def _written(self, opportunity_id: str, event_id: str | None = None) -> list[Fact] | None:
        """Its journal, once the ledger has it with that event; nothing if that takes too long."""
        written: asyncio.Future[list[Fact]] = asyncio.get_running_loop().create_future()
        self._awaited[opportunity_id] = event_id, written
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
                for _, written in self._awaited.values():
                    if not written.done():
                        written.set_exception(error)
                return

    async def _look(self, ids: list[str]) -> None:
        found = await asyncio.to_thread(self._ledger.journals, "opportunity", ids)
        for opportunity_id, journal in found.items():
            event_id, written = self._awaited.get(opportunity_id, (None, None))
            if not written or written.done():
                continue
            if event_id is None or any(fact.event_id == event_id for fact in journal):
                written.set_result(journal)


def _body(message: Message) -> dict[str, Any]:
    return message.model_dump(mode="json", exclude_unset=True, exclude={"kind"})


def _refused(plan: Plan, receipt: Receipt) -> Rejected:
    told: tuple[Any, ...] = receipt.field or "id", receipt.rule or "refused", receipt.detail or ""
    return rejected(plan.place, *told)
