"""What an import brought is taken back: superseded, never deleted, and free to come again."""

from dataclasses import replace
from typing import Any, Final

import pytest
from sqlalchemy import select

from ledger import schema
from ledger.ledger import Ledger
from sales.imports import BeginImport, BeginUndo, undo_event
from sales.outcome import record_of
from tests.ledger.story import NOW, Story
from tests.ledger.test_totals import assert_counted
from tests.ledger.test_trace import assert_traced

RUN: Final = "run-1"


def imported(id: str, import_id: str = RUN, **said: Any) -> Story:
    """One that an import opened."""
    landing = {"said": {"source": "crm", "import": import_id}}
    return Story(id, landing=landing, event_id=f"import:crm:{id}", **said)


def ended(id: str, import_id: str = RUN) -> Story:
    """One that had ended before."""
    story = imported(id, import_id)
    story.lose(event_id=f"import:crm:{id}:decision")
    story.facts = [replace(fact, cause="import") for fact in story.facts]
    return story


def written(ledger: Ledger, *stories: Story) -> None:
    run = BeginImport(
        id=RUN, source="crm", process="plain", file="deals.csv", sha256="0", mapping="crm"
    )
    ledger.enter([run], NOW)
    for story in stories:
        assert ledger.reserve(story.id, "a-1", NOW) is None
        ledger.record(story.batch())


def everything(ledger: Ledger) -> dict[str, Any]:
    """What the ledger has, by table."""
    with ledger._read() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=str)
            for table in (schema.fact, schema.opportunity, schema.reservation)
        }


def test_what_was_brought_is_superseded_and_its_rows_and_reservations_go(ledger: Ledger) -> None:
    mine, other = [ended("o-1"), ended("o-2")], ended("o-3", "run-2")
    written(ledger, *mine, other)

    assert ledger.brought(RUN) == (["o-1", "o-2"], 0)
    assert ledger.take_back(RUN, ["o-1", "o-2"]) == {}

    assert ledger.brought(RUN) == ([], 2)
    assert [row.id for row in ledger.opportunities()] == ["o-3"]
    assert_counted(ledger)
    assert_traced(ledger)
    rows = ledger.journal_rows("opportunity", "o-1", superseded=True)
    assert [(row.fact, row.superseded) for row in rows] == [(f, 1) for f in mine[0].facts]
    assert ledger.reserve("o-1", "another", NOW) is None


def test_taking_back_again_changes_nothing(ledger: Ledger) -> None:
    written(ledger, ended("o-1"))
    ledger.take_back(RUN, ["o-1"])
    before = everything(ledger)

    assert ledger.take_back(RUN, ["o-1"]) == {}
    assert everything(ledger) == before


def test_it_may_come_again_and_be_taken_back_again(ledger: Ledger) -> None:
    written(ledger, ended("o-1"))
    assert ledger.times_taken_back() == {}
    ledger.enter([BeginUndo(id=RUN)], NOW)
    for times in (1, 2):
        ledger.take_back(RUN, ["o-1"])
        assert_counted(ledger)
        assert ledger.times_taken_back() == {"o-1": times}
        ledger.record(ended("o-1").batch())
        assert_traced(ledger)

    assert ledger.journal("opportunity", "o-1") == ended("o-1").facts
    rows = ledger.journal_rows("opportunity", "o-1", superseded=True)
    assert sorted({row.superseded for row in rows}) == [0, 1, 2]


def amended(story: Story) -> None:
    story.say("amend", name="By hand", actor="jane")


def closed(story: Story) -> None:
    story.lose()


def by_clock(story: Story) -> None:
    story.wait(300)


def withdrawn(story: Story) -> None:
    story.say("withdraw", reason="created_in_error", event_id=undo_event(RUN))


def late(story: Story) -> None:
    story.wait(300)
    story.say("amend", name="Too late")


@pytest.mark.parametrize(
    ("happened", "rule", "forced"),
    [
        (amended, "touched", "still_open"),
        (closed, "ended_since", "ended_since"),
        (late, "touched", None),
        (by_clock, None, None),
        (withdrawn, None, None),
    ],
)
def test_what_was_touched_since_stays_and_goes_by_force_where_that_is_safe(
    ledger: Ledger, happened: Any, rule: str | None, forced: str | None
) -> None:
    story = imported("o-1")
    happened(story)
    written(ledger, story)

    found = [ledger.take_back(RUN, ["o-1"]), ledger.take_back(RUN, ["o-1"], force=True)]
    assert [each["o-1"].rule if each else None for each in found] == [rule, forced]
    assert (ledger.opportunity("o-1") is None) == (forced is None)


def test_what_is_open_stays_until_its_workflow_has_ended(ledger: Ledger) -> None:
    written(ledger, imported("o-1"))

    assert ledger.take_back(RUN, ["o-1"], force=True)["o-1"].rule == "still_open"


def test_what_has_a_successor_stays_whatever_is_said(ledger: Ledger) -> None:
    written(ledger, ended("o-1"))
    ledger.reserve("o-1~2", "a-1", NOW)

    assert ledger.take_back(RUN, ["o-1"], force=True)["o-1"].rule == "reopened"


def test_the_end_of_what_was_taken_back_is_still_known(ledger: Ledger) -> None:
    story = ended("o-1")
    written(ledger, story)
    assert ledger.record_taken_back("o-1") is None

    ledger.take_back(RUN, ["o-1"])

    assert ledger.record_taken_back("o-1") == record_of(story.state)
    assert ledger.end_of("o-1") is None
    assert ledger.record_taken_back("o-2") is None
