"""What only the states tell of what has ended: people, plan and rivals, as they were at the end."""

from typing import Any

import pytest

from insight.win_loss.particulars import Particulars, particulars_of
from ledger.ledger import Ledger
from tests.ledger.story import Story

DONE = "2026-01-09T12:00:00Z"


def told(ledger: Ledger, wait: float = 0, **said: Any) -> Particulars:
    """What is told of a lost opportunity about which that was said, so many days later."""
    story = Story("o-1", **said)
    story.wait(wait)
    story.lose(competitor="Rival")
    ledger.record(story.batch())
    ledger.record(Story("o-2").batch())
    found = particulars_of(ledger, "UTC")
    assert found.keys() == {"o-1"}, "what is open is not told of"
    return found["o-1"]


def test_people_and_rivals_are_told(ledger: Ledger) -> None:
    people = {"a": {"role": "champion"}, "b": {"role": "legal"}, "c": {"role": "legal"}}
    rivals = {"r": {"name": "Rival"}, "s": {}}
    found = told(ledger, stakeholders=people, competitors=rivals)
    assert found.roles == {"champion", "legal"}
    assert found.people == 3
    assert (found.competitors, found.winner, found.reasons) == (("Rival", "s"), "Rival", ("price",))


@pytest.mark.parametrize(
    ("wait", "people", "champion"),
    [
        (0, {}, "no champion"),
        (20, {"a": {"role": "champion"}}, "in contact"),
        (25, {"a": {"role": "champion"}}, "silent"),
        (25, {"a": {"role": "champion", "last_contact_at": DONE}}, "in contact"),
    ],
)
def test_a_champion_is_silent_as_the_risks_have_it(
    ledger: Ledger, wait: float, people: dict[str, Any], champion: str
) -> None:
    assert told(ledger, wait, stakeholders=people).champion == champion


@pytest.mark.parametrize(
    ("steps", "plan"),
    [
        ([], "no plan"),
        ([("2026-01-09", DONE), ("2026-01-10", "2026-01-10T23:00:00Z")], "kept"),
        ([("2026-01-09", DONE), ("2026-01-10", None)], "not kept"),
        ([("2026-01-08", DONE)], "not kept"),
        ([("2026-09-01", None)], "nothing due yet"),
        ([("2026-01-09", DONE), ("2026-09-01", None)], "kept"),
    ],
)
def test_a_plan_is_kept_where_what_was_due_was_done_by_its_day(
    ledger: Ledger, steps: list[tuple[str, str | None]], plan: str
) -> None:
    said = {
        f"s{i}": {"title": "Trial", "due": due, "owner": "buyer"}
        | ({"done_at": done} if done else {})
        for i, (due, done) in enumerate(steps)
    }
    assert told(ledger, 20, plan=said).plan == plan
