"""Two workers share a PostgreSQL ledger; kill one of them now and then, and nothing is lost.

`make chaos` does the same with hundreds of opportunities.
"""

import pytest
from temporalio.client import Client

from settings import NAMESPACE
from tests.postgres import Postgres
from tests.workflows.chaos import chaos
from tests.workflows.conftest import in_namespace


@pytest.mark.timeout(120)
async def test_workers_are_killed_and_every_message_counts_once_in_every_ledger_that_is_made(
    client: Client, postgres: Postgres
) -> None:
    apart = await in_namespace(client, f"{NAMESPACE}-chaos")
    found = await chaos(apart, postgres, count=40, seconds=3)
    assert found.broken == []
    assert found.killed >= 2
    assert found.messages > 100
