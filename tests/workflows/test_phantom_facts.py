"""A worker that is killed between a write and the end of its task leaves no fact that never was.

Three times the ledger falls silent right after a commit, the worker is killed there, and another
one goes on. What stands in the ledger afterwards is what the workflow itself has in its journal.
"""

import pytest

from tests.workflows.conftest import Stories
from tests.workflows.killing import ACTS


@pytest.mark.parametrize("name", ACTS)
def test_the_ledger_holds_what_the_workflow_itself_remembers(stories: Stories, name: str) -> None:
    mine, theirs = stories.killings[name].journal, stories.killings[name].facts
    assert [fact.digest() for fact in mine] == [fact.digest() for fact in theirs]
    assert [fact.sequence for fact in theirs] == [1, 2, 3]


def test_what_a_signal_caused_is_decided_again_and_replaces_what_was_written(
    stories: Stories,
) -> None:
    told = stories.killings["signal"]
    assert told.kinds() == ["opened", "engaged", "stage_changed"]
    (phantom,) = told.taken_back
    assert phantom.kind == "engaged"
    assert phantom.occurred_at < told.facts[1].occurred_at


def test_what_an_update_caused_was_history_before_it_was_written(
    stories: Stories,
) -> None:
    assert stories.killings["update"].kinds() == ["opened", "engaged", "stage_changed"]
    assert stories.killings["update"].taken_back == []


def test_an_end_by_the_clock_was_history_before_it_was_written(
    stories: Stories,
) -> None:
    ended = stories.killings["clock"]
    assert ended.kinds() == ["opened", "ended", "late"]
    assert ended.taken_back == []
    assert ended.account[2:] == ["opportunity_ended", "late_message_kept"]
