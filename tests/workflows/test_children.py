"""An account that has had many children launches the next one as cheaply as an early one."""

from pathlib import Path

import pytest
from temporalio.client import Client

from bench.children import LIMIT, grow
from ledger.ledger import Ledger
from tests.workflows.world import new_id
from worker import make_worker

CHILDREN, WINDOW = 300, 20


@pytest.mark.timeout(180)
async def test_the_last_of_three_hundred_children_costs_what_the_hundredth_did(
    client: Client, tmp_path: Path
) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.migrate()
    task_queue = new_id("queue")
    async with make_worker(client, ledger, task_queue):
        found = await grow(client, task_queue, CHILDREN, WINDOW)
    ledger.close()
    assert found.children == CHILDREN
    assert 0 < found.carried < 64 * 1024
    for of in ("count", "events", "bytes"):
        assert LIMIT.holds(found.ratio(of)), of
