"""All workflows of the namespace, some at once."""

import asyncio
from typing import Final

from temporalio.client import Client

from ledger.ledger import Ledger
from ledger.rebuild import Watch
from starter.rebuilding.listing import Listed
from starter.rebuilding.restoring import Restored, Restoring

AT_ONCE: Final = 40
"""How many workflows are read at once: each is held in memory, run by run."""


async def restore_all(
    client: Client, ledger: Ledger, runs: dict[str, list[Listed]], watch: Watch
) -> Restored:
    """Make the ledger, which is empty, from the histories of these runs."""
    restoring = Restoring(client, ledger)
    left = iter(runs.items())

    async def some() -> None:
        for workflow_id, listed in left:
            await restoring.restore(workflow_id, listed)
            watch(1)

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return await restoring.finish()
