"""Each channel is sent over by one worker at a time, and what one has left another finds."""

from datetime import datetime, timedelta

import pytest

from ledger.ledger import Ledger
from ledger.rows import SentRow
from ledger.sending import HELD, STALE, Claimed
from tests.ledger.story import NOW, Story

SOON = timedelta(seconds=1)


class Desk:
    """A channel of a ledger, with a clock that goes by what was written."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        ledger.begin_channels(["desk"], NOW)

    @property
    def now(self) -> datetime:
        last = self.ledger.last_notice()
        assert last
        return last + SOON

    def lose(self, *ids: str) -> None:
        """Ends that somebody should be told of."""
        for id_ in ids:
            story = Story(id_, owner="ann")
            story.lose()
            self.ledger.record(story.batch())

    def claim(self, holder: str = "w-1", later: timedelta = SOON) -> Claimed | None:
        return self.ledger.claim_notices("desk", holder, self.now + later)

    def waits(self, holder: str = "w-1", later: timedelta = SOON) -> bool:
        return self.ledger.has_notices_for("desk", holder, self.now + later)

    def settle(
        self,
        claimed: Claimed | None,
        error: str | None = None,
        again: timedelta | None = None,
        holder: str = "w-1",
    ) -> None:
        assert claimed
        again_at = self.now + again if again else None
        answers = [
            SentRow("desk", due.notice.id, due.notice.to, due.tries + 1, self.now, error, again_at)
            for due in claimed.due
        ]
        self.ledger.settle_notices("desk", holder, answers, claimed.through)


@pytest.fixture
def desk(ledger: Ledger) -> Desk:
    return Desk(ledger)


def about(claimed: Claimed | None) -> list[tuple[str, int]]:
    assert claimed
    return [(due.notice.subject_id, due.tries) for due in claimed.due]


def test_what_is_new_is_sent_once_and_whom_it_reached_is_kept(desk: Desk, ledger: Ledger) -> None:
    desk.lose("o-1", "o-2")
    assert desk.waits()
    first = desk.claim()
    assert about(first) == [("o-1", 0), ("o-2", 0)]
    desk.settle(first)

    assert not desk.waits()
    assert about(desk.claim()) == []
    ids = [row.id for row in ledger.notices(NOW)]
    assert [(each.to, each.tries, each.error) for each in ledger.sendings(ids)] == [
        ("ann", 1, None)
    ] * 2


def test_a_channel_that_is_new_tells_nothing_of_before(ledger: Ledger) -> None:
    desk = Desk(ledger)
    desk.lose("o-1")
    ledger.begin_channels(["later", "desk"], NOW)
    assert not ledger.has_notices_for("later", "w-1", desk.now)
    assert desk.waits()
    assert ledger.claim_notices("unknown", "w-1", desk.now) is None


def test_a_channel_is_held_by_one_until_it_has_answered_or_is_dead(desk: Desk) -> None:
    desk.lose("o-1")
    first = desk.claim()
    assert not desk.waits("w-2")
    assert desk.claim("w-2") is None
    assert about(desk.claim("w-2", HELD + 2 * SOON)) == [("o-1", 0)]  # it has said nothing

    desk.settle(first)  # and says it now, after all
    assert desk.claim("w-1") is None  # the other holds it
    desk.settle(Claimed([], first.through if first else NOW), holder="w-2")
    assert about(desk.claim("w-1")) == []


def test_what_failed_is_tried_again_when_it_is_time_and_holds_up_nothing(
    desk: Desk, ledger: Ledger
) -> None:
    desk.lose("o-1")
    desk.settle(desk.claim(), "refused", timedelta(minutes=1))
    desk.lose("o-2")
    desk.settle(desk.claim())
    assert not desk.waits()
    (row,) = ledger.channels(desk.now)
    assert (row.behind, row.waiting, row.failed) == (0, 1, 0)

    minute = timedelta(minutes=2)
    assert desk.waits(later=minute)
    again = desk.claim(later=minute)
    assert about(again) == [("o-1", 1)]
    desk.settle(again, "refused again")
    assert not desk.waits(later=timedelta(days=1))
    assert [(each.tries, each.error) for each in ledger.failed_notices()] == [(2, "refused again")]

    assert ledger.retry_notices(desk.now, "another") == 0
    assert ledger.retry_notices(desk.now) == 1
    desk.settle(desk.claim())
    assert ledger.failed_notices() == []


def test_what_was_taken_back_meanwhile_is_not_sent(desk: Desk, ledger: Ledger) -> None:
    story = Story()
    story.wait(24)
    other = story.fork(1)
    ledger.record(story.batch())
    desk.settle(desk.claim(), "refused", SOON)
    other.say("record_engagement", origin="buyer", channel="call")
    ledger.record(other.batch())
    desk.lose("o-2")

    assert about(desk.claim(later=timedelta(minutes=1))) == [("o-2", 0)]
    assert ledger.channels(desk.now)[0].waiting == 0


def test_a_channel_that_was_away_for_long_leaves_out_what_is_long_over(desk: Desk) -> None:
    desk.lose("o-1")
    assert desk.waits(later=STALE - 2 * SOON)
    assert not desk.waits(later=STALE + SOON)
    late = desk.claim(later=STALE + SOON)
    assert late == Claimed([], late.through if late else NOW)
