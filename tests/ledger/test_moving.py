"""An opportunity that goes to another account is that one's in every row, also when a history that
is rewritten takes the move back."""

from datetime import timedelta

from sqlalchemy import select

from insight.reading import past_of
from ledger import schema
from ledger.ledger import Ledger
from tests.ledger.story import NOW, Story


def owners(ledger: Ledger) -> tuple[str, str, str]:
    """Whose it is by its row, by its trace, and by its reservation."""
    (row,) = ledger.opportunities()
    past = past_of(ledger)
    (word,) = past.word("account_id", (NOW + timedelta(days=9)).timestamp())
    with ledger._read() as connection:
        reserved = connection.scalar(select(schema.reservation.c.account_id))
    return row.account_id, past.texts[int(word)], str(reserved)


def test_a_move_changes_row_trace_and_reservation_and_goes_with_what_is_taken_back(
    ledger: Ledger,
) -> None:
    story = Story()
    ledger.reserve(story.id, "a-1", NOW)
    ledger.record(story.batch())
    assert owners(ledger) == ("a-1", "a-1", "a-1")
    story.say("change_account", account_id="a-2", from_account="a-1")
    ledger.record(story.batch(2))
    assert owners(ledger) == ("a-2", "a-2", "a-2")
    assert [row.id for row in ledger.opportunities(account_id="a-2")] == [story.id]
    assert ledger.opportunities(account_id="a-1") == []
    other = story.fork(1)
    other.say("log_effort", hours="1")
    ledger.record(other.batch(2, run_id="run-2"))
    assert owners(ledger) == ("a-1", "a-1", "a-1")


def test_a_reservation_that_is_restored_is_the_one_of_the_journal(ledger: Ledger) -> None:
    story = Story()
    story.say("change_account", account_id="a-2", from_account="a-1")
    ledger.record(story.batch())
    assert ledger.restore_reservations({story.id: ("a-1", NOW)}) == 1
    assert owners(ledger) == ("a-2", "a-2", "a-2")
