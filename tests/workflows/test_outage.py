"""An outage over a deadline never changes the outcome of stamped messages.

It is gone through twice: once without a worker, once without the server too.
"""

import pytest

from tests.workflows.conftest import Stories
from tests.workflows.outage import LATE, SILENCE, Outage


@pytest.fixture(params=["worker", "worker and server"])
def outage(request: pytest.FixtureRequest, stories: Stories) -> Outage:
    return stories.outages[request.param]


def test_an_end_that_comes_late_carries_the_time_of_its_deadline(outage: Outage) -> None:
    opened, ended = outage.facts["nothing"]
    assert outage.results["nothing"]["reason"] == "buyer_silence"
    assert ended.occurred_at == outage.closed_at("nothing") == opened.occurred_at + SILENCE
    assert ended.recorded_at > ended.occurred_at + LATE


def test_what_was_sent_before_the_deadline_counts(outage: Outage) -> None:
    assert outage.kinds("before") == ["opened", "engaged", "ended"]
    assert outage.closed_at("before") == outage.in_time + SILENCE


def test_a_win_that_was_sent_in_time_is_a_win(outage: Outage) -> None:
    assert outage.results["won"]["outcome"] == "won"
    assert outage.closed_at("won") == outage.in_time


def test_what_was_sent_behind_the_deadline_finds_it_ended(outage: Outage) -> None:
    assert outage.kinds("behind") == ["opened", "ended", "late"]
    assert outage.results["behind"]["outcome"] == "expired"
    assert outage.closed_at("behind") == outage.facts["behind"][0].occurred_at + SILENCE


def test_what_has_no_time_of_sending_has_the_benefit_of_the_doubt(outage: Outage) -> None:
    assert outage.kinds("unstamped") == ["opened", "engaged"]
    assert outage.facts["unstamped"][1].occurred_at >= outage.back


def test_what_waited_with_its_sender_counts_if_it_arrives_in_the_settling_time(
    outage: Outage,
) -> None:
    assert outage.kinds("queued") == ["opened", "engaged", "ended"]
    assert outage.closed_at("queued") == outage.in_time + SILENCE


def test_a_late_message_that_arrives_first_does_not_end_what_an_earlier_one_keeps_open(
    outage: Outage,
) -> None:
    assert outage.kinds("overtaken") == ["opened", "decided", "stage_changed"]
    receipt = outage.receipts["overtaken"]
    assert (receipt.accepted, receipt.stage, receipt.clock) == (True, "offer", "action_window")


def test_a_late_update_is_answered_after_the_settling(outage: Outage) -> None:
    assert outage.kinds("answered") == ["opened", "ended", "late"]
    receipt = outage.receipts["answered"]
    assert (receipt.accepted, receipt.rule, receipt.outcome) == (False, "ended", "expired")
    assert receipt.sequence == 3
