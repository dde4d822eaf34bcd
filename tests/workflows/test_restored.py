"""A ledger that is restored from a backup is older than the workflows, and is caught up."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from ledger.ledger import Ledger
from tests.workflows.lives import back_up, remade
from tests.workflows.test_reconcile import A_CALL, A_CONTRACT, listed
from tests.workflows.world import Handle, World, eventually, new_id, reconcile

LIVE: Final = {
    "fact": "SELECT subject, id, sequence, digest FROM fact WHERE superseded = 0",
    "opportunity": "SELECT * FROM opportunity",
    "account": "SELECT * FROM account",
    "reservation": "SELECT opportunity_id, account_id FROM reservation",
}
"""What must be again as it was; by which run and when it was written may differ."""


def restored(database: Path, copy: Path) -> None:
    """The copy in place of the database, while nobody has it open."""
    for side in ("-wal", "-shm"):
        database.with_name(database.name + side).unlink(missing_ok=True)
    copy.replace(database)


def held(database: Path) -> dict[str, set[Any]]:
    """Everything in the ledger that counts."""
    with closing(sqlite3.connect(database)) as source:
        return {table: set(source.execute(query)) for table, query in LIVE.items()}


async def won(world: World, handle: Handle) -> None:
    receipt = await world.say(handle, "record_purchase", reasons=["value"], **A_CONTRACT)
    assert receipt.accepted, receipt
    await listed(world, handle, "Completed")


async def test_an_older_ledger_is_brought_up_to_all_that_happened_since(world: World) -> None:
    account_id = new_id("a")
    account = world.closeline.account(account_id)
    copy = world.database.with_name("backup.db")
    async with world.worker():
        goes_on, ends = [await world.open("long", account_id) for _ in range(2)]
        back_up(world.database, copy)
        await world.say(goes_on, "record_engagement", **A_CALL)
        await won(world, ends)
        begins = await world.open("long", account_id)
        passes = await world.open("long", account_id)
        await won(world, passes)
        await eventually(lambda: world.state(account), lambda state: len(state["last_ends"]) == 2)
        for handle in (goes_on, begins, account):
            await world.written(handle)
    before = held(world.database)
    world.ledger.close()
    world.switched.close()
    restored(world.database, copy)
    assert held(world.database) != before

    ledger = Ledger(f"sqlite:///{world.database}")
    found = (await remade(world.client, ledger)).found
    ledger.close()
    assert (found.incomplete, found.begin_later) == ({}, {})
    assert held(world.database) == before
    async with world.worker():
        await world.say(begins, "record_engagement", **A_CALL)
        later = await world.open("long", account_id)
        assert await world.status(later) == "RUNNING"
        reconciled = await reconcile(world)
        assert (reconciled.ledger_behind, reconciled.missing) == ([], [])
