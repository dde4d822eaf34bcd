"""Opportunities share a few pools while workers are killed and pools terminated, and end in every
way there is: no pool lends more than it has, and all is returned.

`make chaos` does the same with hundreds of opportunities.
"""

import pytest
from temporalio.client import Client

from settings import NAMESPACE
from tests.postgres import Postgres
from tests.workflows.conftest import in_namespace
from tests.workflows.pool_chaos import FATES, chaos


@pytest.mark.timeout(150)
async def test_however_opportunities_end_no_pool_lends_too_much_and_all_have_everything_back(
    client: Client, postgres: Postgres
) -> None:
    apart = await in_namespace(client, f"{NAMESPACE}-pools")
    found = await chaos(apart, postgres, count=3 * len(FATES), seconds=2)
    assert found.broken == []
    assert found.workers_killed >= 1
    assert found.facts_of_pools["lease_granted"] > len(FATES)
