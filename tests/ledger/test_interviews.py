"""What buyers say behind the end is kept beside what was recorded then, and goes when it must."""

from datetime import timedelta
from typing import Any, Final

import pytest

from ledger.entries import Answer
from ledger.ledger import Ledger
from sales.erasing import ERASED
from sales.interview import AskInterview, EraseInterview, Interview, RecordInterview
from sales.register import AnyEntry
from starter.contract.documents import plain
from tests.contract.schemas import fault
from tests.ledger.story import NOW, Story

LATER: Final = NOW + timedelta(days=30)
WORDS: Final = "Kim Doe said that nobody could tell what it would change."


def ended(ledger: Ledger) -> None:
    """o-1 was lost, o-2 is open."""
    lost, open_ = Story("o-1"), Story("o-2")
    lost.lose(competitor="Rival")
    for story in (lost, open_):
        ledger.record(story.batch())


def said(**more: Any) -> RecordInterview:
    return RecordInterview.model_validate({"opportunity": "o-1", "reasons": ["price"], **more})


def enter(ledger: Ledger, *entries: AnyEntry, at: Any = LATER) -> list[Answer]:
    return ledger.enter(entries, at)


def the_one(ledger: Ledger) -> Interview:
    (found,) = ledger.interviews()
    return found


def test_a_buyer_is_asked_by_a_notice_and_the_answer_is_kept(ledger: Ledger) -> None:
    ended(ledger)
    asked, again = enter(
        ledger,
        AskInterview(opportunity="o-1", of="kim", why="to learn", actor="ops"),
        AskInterview(opportunity="o-1", of="kim", why="to learn"),
    )
    assert asked.fact
    assert asked.fact.data == {"id": "o-1", "of": "kim", "why": "to learn"}
    assert again.fact is None
    assert the_one(ledger).reason is None

    later = LATER + timedelta(days=2)
    enter(ledger, said(verbatim=WORDS, competitor="Rival", decision_makers=["kim"]), at=later)
    enter(ledger, said(would_have_changed="a trial"), at=later)
    found = the_one(ledger)
    assert (found.asked_at, found.recorded_at, found.of) == (LATER, later, "kim")
    assert (found.reason, found.competitor, found.verbatim) == ("price", "Rival", WORDS)
    assert (found.decision_makers, found.would_have_changed) == (("kim",), "a trial")
    assert found.sequence == 3


@pytest.mark.parametrize(
    ("entry", "broken"),
    [
        (AskInterview(opportunity="o-2", of="kim"), "opportunity: still_open"),
        (AskInterview(opportunity="o-9", of="kim"), "opportunity: unknown_opportunity"),
        (said(reasons=["value"]), "reasons: unknown_reason"),
        (said(opportunity="o-2"), "opportunity: still_open"),
        (EraseInterview(opportunity="o-1", actor="ops"), "opportunity: unknown_interview"),
    ],
)
def test_what_breaks_a_rule_is_told_and_nothing_is_written(
    ledger: Ledger, entry: AnyEntry, broken: str
) -> None:
    ended(ledger)
    (answer,) = enter(ledger, entry)
    assert str(answer.broken).startswith(broken)
    assert ledger.interviews() == []


def test_every_fact_is_of_the_shape_that_the_contract_says(ledger: Ledger) -> None:
    ended(ledger)
    answers = enter(
        ledger,
        AskInterview(opportunity="o-1", of="kim"),
        said(verbatim=WORDS, held_at=NOW.isoformat()),
        EraseInterview(opportunity="o-1", actor="privacy"),
    )
    facts = [answer.fact for answer in answers if answer.fact]
    assert [fact.kind for fact in facts] == ["interview_asked", "interview_recorded", "erased"]
    for fact in facts:
        assert fault(f"facts/interview/{fact.kind}", plain(fact)) is None


def test_an_erasure_takes_every_word_out_of_facts_and_row_and_a_rebuilt_ledger(
    ledger: Ledger, tmp_path: Any
) -> None:
    ended(ledger)
    enter(ledger, AskInterview(opportunity="o-1", of="kim", why="Doe knows", note="Doe again"))
    enter(ledger, said(verbatim=WORDS, competitor="Doe Inc", would_have_changed="Doe's trial"))
    (refused,) = enter(ledger, EraseInterview(opportunity="o-1"))
    assert str(refused.broken).startswith("actor: required")
    erase = EraseInterview(opportunity="o-1", actor="privacy")
    first, second = enter(ledger, erase, erase)
    assert (first.fact is None, second.fact is None) == (False, True)

    kept = repr((ledger.journal_rows("interview", "o-1"), the_one(ledger)))
    assert "Doe" not in kept
    found = the_one(ledger)
    assert (found.verbatim, found.reason, found.of) == (ERASED, "price", "kim")

    other = Ledger(f"sqlite:///{tmp_path / 'again.db'}")
    other.migrate()
    other.rebuild_from(ledger, lambda _: None)
    assert [each for each in ledger.compare(other) if not each.equal] == []
    other.close()
