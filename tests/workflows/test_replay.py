"""What ran once replays: the histories that all tests have made, and those that were stored.

A stored history stands for the runs of a release that is out; `python -m tests.record_histories`
writes them anew, which only a release that can meet no older run may do.
"""

import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

from tests.workflows.poisoning import BAD_RELEASE

STORED = sorted((Path(__file__).parents[1] / "histories").glob("*.json"))
HARMLESS = {
    # A message overtook an end or a roll-over; the server asks again, with the message.
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_UPDATE,
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW,
}

"""A run that was started wrongly ends before it began, and the SDK throws its coroutine away."""


@pytest.fixture(scope="module", autouse=True)
def nothing_left_for_others() -> Iterator[None]:
    """Such coroutines are gone before others' tests, which would be blamed for them."""
    yield
    gc.collect()


@pytest.mark.timeout(120)
async def test_every_history_that_the_tests_have_made_replays_and_no_task_of_it_has_failed(
    client: Client, aside: Client, replayer: Replayer
) -> None:
    count, failed = 0, []

    async def histories() -> AsyncIterator[WorkflowHistory]:
        nonlocal count
        for each in (client, aside):
            async for history in each.list_workflows().map_histories():
                count += 1
                failed.extend(unexpected_failures(history))
                yield history

    results = await replayer.replay_workflows(histories(), raise_on_replay_failure=False)
    assert results.replay_failures == {}
    assert failed == []
    if not count:
        pytest.skip("no other test has run")


def unexpected_failures(history: WorkflowHistory) -> list[str]:
    """Why tasks of this run have failed, as none may but in the hands of a bad release. What a
    worker reports always says why; what the server drops on its own account says nothing."""
    failed = [
        event.workflow_task_failed_event_attributes
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    ]
    return [
        f"{history.workflow_id}: cause {task.cause}: {task.failure.message}"
        for task in failed
        if task.cause not in HARMLESS and task.failure.message not in ("", BAD_RELEASE)
    ]


@pytest.mark.parametrize("file", STORED, ids=lambda file: file.stem)
async def test_every_stored_history_replays(replayer: Replayer, file: Path) -> None:
    history = WorkflowHistory.from_json(file.stem, file.read_text())
    await replayer.replay_workflow(history)


def test_histories_are_stored() -> None:
    assert len(STORED) > 10
