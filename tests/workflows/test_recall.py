"""What an account remembers when it begins: the past of other runs, never its own first try."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment

from activities.accounts import Accounts
from activities.admission import AdmissionActivities
from ledger.batch import Batch
from ledger.ledger import Ledger
from processes import library
from sales.account.decide import open_account

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize("run_id", ["this run", "one before"])
async def test_what_a_run_wrote_before_its_worker_died_is_not_its_past(
    tmp_path: Path, run_id: str
) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.migrate()
    environment = ActivityEnvironment()
    own = environment.info.workflow_run_id
    assert own
    state, opened = open_account("acme", NOW, "Acme")
    ledger.record(Batch("account", "acme", own if run_id == "this run" else run_id, (opened,)))
    accounts = Accounts.__new__(Accounts)  # nobody is told anything here
    recall = AdmissionActivities(ledger, library(), accounts).recall_account

    found = await environment.run(recall, "acme")
    assert found.state == (None if run_id == "this run" else state)
    assert (await environment.run(recall, "nobody")).state is None
    ledger.close()
