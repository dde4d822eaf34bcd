"""No acknowledged message is lost, and none counts twice, though the server was killed."""

from collections import Counter

from tests.workflows.conftest import Stories
from tests.workflows.storm import SILENT, TALKERS


def test_every_sender_had_a_message_on_its_way_when_the_server_was_killed(stories: Stories) -> None:
    assert stories.storm.asking == TALKERS


def test_every_acknowledged_message_is_applied_once_under_its_number(stories: Stories) -> None:
    for talk in stories.storm.talks:
        assert set(Counter(fact.event_id for fact in talk.facts).values()) == {1}
        engaged = {fact.event_id: fact.sequence for fact in talk.facts if fact.kind == "engaged"}
        for event, sequence in talk.acknowledged.items():
            assert sequence in (None, engaged[event])
        assert [fact.sequence for fact in talk.facts] == list(range(1, len(talk.facts) + 1))


def test_every_opportunity_ends(stories: Stories) -> None:
    outcomes = [outcome["outcome"] for outcome in stories.storm.outcomes]
    assert outcomes == ["withdrawn"] * TALKERS + ["expired"] * SILENT
