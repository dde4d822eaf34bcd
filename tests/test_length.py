"""A run knows about how long it has grown."""

from typing import Final

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from sales.process import Limits
from tests.stored import FILES
from worker import INTERCEPTORS, RUNNER, WORKFLOWS
from workflows.length import MOST_BYTES, Length

A_FEW: Final = 30
"""In shorter histories what is not counted weighs much: a cancel, or a task that failed."""


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> list[Length]:
    """What was counted, run by run."""
    found, begin = list[Length](), Length.__init__

    def begun(self: Length) -> None:
        begin(self)
        found.append(self)

    monkeypatch.setattr(Length, "__init__", begun)
    return found


async def test_what_a_run_counts_is_about_what_its_history_has(counts: list[Length]) -> None:
    replayer = Replayer(
        workflows=WORKFLOWS,
        interceptors=INTERCEPTORS,
        workflow_runner=RUNNER,
        data_converter=pydantic_data_converter,
    )
    shares = {}
    for file in FILES:
        history = WorkflowHistory.from_json(file.stem, file.read_text())
        counts.clear()
        await replayer.replay_workflow(history)
        if counts and len(history.events) > A_FEW:
            shares[file.stem] = counts[-1].events / len(history.events)
    assert len(shares) > 30
    assert {name: share for name, share in shares.items() if not 0.8 <= share <= 1.2} == {}


@pytest.mark.parametrize("what", ["events", "bytes", "signals", "updates"])
def test_a_run_is_too_long_by_each_of_its_limits(what: str) -> None:
    limits, length = Limits(), Length()
    most = {
        "events": limits.events,
        "bytes": MOST_BYTES,
        "signals": limits.signals - 1,
        "updates": limits.updates - 1,
    }
    setattr(length, what, most[what])
    assert not length.over(limits)
    setattr(length, what, most[what] + 1)
    assert length.over(limits)
