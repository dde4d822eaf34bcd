"""The accounts of an import: each made sure of once, before anything of its own arrives."""

import asyncio
import json
from hashlib import sha256
from typing import Final

from ledger.ledger import Ledger
from sales.receipt import Receipt
from starter.client import CloselineClient
from starter.importing.particulars import Profile

AT_ONCE: Final = 10


class Accounts:
    """The accounts that one import has met."""

    def __init__(self, client: CloselineClient, ledger: Ledger, source: str) -> None:
        self._client, self._ledger, self._source = client, ledger, source
        self._room = asyncio.Semaphore(AT_ONCE)
        self._met: dict[str, asyncio.Task[Receipt | None]] = {}

    async def ensure(self, profile: Profile) -> Receipt | None:
        """Make sure that it runs under this name; its receipt, where something was to be said."""
        if profile.id not in self._met:
            self._met[profile.id] = asyncio.create_task(self._ensure(profile))
        return await self._met[profile.id]

    async def _ensure(self, profile: Profile) -> Receipt | None:
        """What the export said of it last time is not said again, whatever has become of it."""
        async with self._room:
            return await self._tell(profile)

    async def _tell(self, profile: Profile) -> Receipt | None:
        journal = await asyncio.to_thread(self._ledger.journal, "account", profile.id)
        begin = f"import:{self._source}:account:"
        told = [id_ for fact in journal if (id_ := fact.event_id or "").startswith(begin)]
        said = sha256(json.dumps(profile.fields, sort_keys=True).encode()).hexdigest()[:16]
        if told and told[-1].endswith(said):
            return None
        event_id = f"{begin}{len(told) + 1}:{said}"
        return await self._client.open_account(profile.id, event_id=event_id, **profile.fields)
