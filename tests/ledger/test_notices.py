"""What somebody should be told is written with the fact that tells it, once, and goes with it."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from ledger import notices, schema
from ledger.batch import Batch
from ledger.ledger import Ledger
from ledger.rows import NoticeRow, SentRow
from sales.account.decide import decide_account, open_account
from sales.account.messages import ACCOUNT_KINDS
from sales.erasing import ERASED
from sales.facts import Fact
from sales.interview import AskInterview
from sales.notice import Notice
from sales.noticed import NOTICED
from sales.owner import SetOwner
from sales.reading import read
from tests.ledger.story import NOW, Story
from tests.ledger.test_concurrency import spawn
from tests.ledger.test_rebuild import rebuilt, unequal

LATER = NOW + timedelta(days=400)
BEGIN = NOW - timedelta(days=1)


def told(ledger: Ledger, **wanted: Any) -> list[tuple[str, str, str | None]]:
    """About what, what, and whom it reaches."""
    found = ledger.notices(LATER, **wanted)
    return [(row.subject_id, row.what, row.to) for row in found]


def warned(id: str = "o-1", **said: Any) -> Story:
    """One whose buyer has been silent for so long that a clock speaks twice and ends it."""
    story = Story(id, **said)
    for days in (24, 7, 3):
        story.wait(days)
    assert [fact.kind for fact in story.facts] == ["opened", "warned", "warned", "ended"]
    return story


def owned(ledger: Ledger, account_id: str, owner: str) -> None:
    """An account of somebody's."""
    state, opened = open_account(account_id, NOW)
    said = read("amend", {"owner": owner}, ACCOUNT_KINDS)
    facts = (opened, *decide_account(state, said, NOW))
    ledger.record(Batch("account", account_id, "run-1", facts))


def test_a_warning_a_last_call_and_an_end_are_told_once_however_often_they_are_written(
    ledger: Ledger,
) -> None:
    story = warned(owner="ann")
    for batch in (story.batch(1, 2), story.batch(), story.batch(2)):
        ledger.record(batch)

    found = ledger.notices(LATER)
    assert [(row.what, row.to, row.kind) for row in found] == [
        ("deadline", "ann", "warned"),
        ("last_call", "ann", "warned"),
        ("ended", "ann", "ended"),
    ]
    assert found[0].due == found[1].due == NOW + timedelta(days=32)
    assert found[0].words == "buyer_silence draws near: left alone, it ends at 2026-02-06 09:00 UTC"
    assert found[2].words == "expired: buyer_silence"
    assert [row.at for row in found] == [fact.occurred_at for fact in story.facts[1:]]
    assert found[0].account_id == "a-1"
    assert len({row.id for row in found}) == 3


@pytest.mark.parametrize("manner", ["hold-before-commit", "hold-after-commit"])
def test_a_writer_that_is_killed_leaves_the_fact_and_its_notice_or_neither(
    url: str, ledger: Ledger, tmp_path: Path, manner: str
) -> None:
    story = warned()
    with spawn(url, [story.batch()], tmp_path / "batches.json", manner) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "held\n"
        writer.kill()

    left = 4 if manner == "hold-after-commit" else 0
    assert len(ledger.journal("opportunity", "o-1")) == left
    assert len(ledger.notices(LATER)) == (3 if left else 0)
    ledger.record(story.batch())
    assert len(ledger.notices(LATER)) == 3


def test_what_is_taken_back_is_told_no_more(ledger: Ledger) -> None:
    story = Story()
    story.wait(24)
    other = story.fork(1)
    ledger.record(story.batch())
    first = ledger.notices(LATER)
    other.say("record_engagement", origin="buyer", channel="call")
    other.wait(25)
    ledger.record(other.batch())

    found = ledger.notices(LATER)
    assert [(row.sequence, row.what) for row in first] == [(2, "deadline")]
    assert [(row.sequence, row.what) for row in found] == [(3, "deadline")]
    assert found[0].cursor > first[0].cursor
    with rebuilt(ledger) as again:
        assert unequal(ledger, again) == []


def test_of_what_was_imported_nobody_is_told(ledger: Ledger) -> None:
    past, known = warned("o-1"), warned("o-2")
    past.facts = [replace(fact, cause="import") for fact in past.facts]
    known.facts = [replace(fact, known_at=NOW) for fact in known.facts]
    ledger.record_many([past.batch(), known.batch()])

    assert ledger.notices(LATER) == []


def test_whom_it_reaches_is_who_owns_it_now_or_the_nearest_above_who_is_there(
    ledger: Ledger,
) -> None:
    owned(ledger, "a-1", "ann")
    left = date(2026, 6, 1)
    owners = [
        SetOwner(owner="top"),
        SetOwner(owner="mid", manager="top", active_until=left),
        SetOwner(owner="lee", manager="mid", active_until=left),
        SetOwner(owner="ann"),
    ]
    ledger.enter(owners, NOW)
    mine, whose, nobodys = Story("o-1", owner="lee"), Story("o-2"), Story("o-3", account_id="a-9")
    for story in (mine, whose, nobodys):
        story.lose()
        ledger.record(story.batch())
    ledger.enter([AskInterview(opportunity="o-2", of="kim")], NOW)

    ends = [("o-1", "ended", "top"), ("o-2", "ended", "ann"), ("o-3", "ended", None)]
    asked = ("o-2", "interview", "ann")
    assigned = ("a-1", "assigned", "ann")
    assert told(ledger) == [assigned, *ends, asked]
    assert told(ledger, to="ann") == [assigned, ends[1], asked]
    assert told(ledger, to="nobody") == [ends[2]]
    assert told(ledger, to="lee") == []
    assert told(ledger, to="top") == [ends[0]]
    before = ledger.notices(NOW, to="lee")
    assert [row.subject_id for row in before] == ["o-1"]


def test_pages_are_the_latest_that_fit(ledger: Ledger) -> None:
    for number in range(4):
        ledger.record(warned(f"o-{number}").batch())
    every = ledger.notices(LATER)

    assert told(ledger, what="ended") == [(f"o-{n}", "ended", None) for n in range(4)]
    assert ledger.notices(LATER, limit=3) == every[-3:]
    assert ledger.notices(LATER, since=every[6].cursor) == every[6:]


def feed(ledger: Ledger, cursor: datetime = BEGIN, limit: int = 2) -> Iterator[NoticeRow]:
    """All that is behind the cursor, page by page."""
    while page := ledger.notices_after(cursor, LATER, limit):
        yield from page
        cursor = page[-1].cursor


def test_a_reader_that_follows_many_writers_misses_nothing_and_sees_nothing_twice(
    ledger: Ledger,
) -> None:
    stories = [warned(f"o-{number:02}") for number in range(20)]
    seen: list[NoticeRow] = []
    with ThreadPoolExecutor(8) as pool:
        rest = [pool.submit(write_in_turn, ledger, story) for story in stories]
        while not all(each.done() for each in rest):
            seen += feed(ledger, seen[-1].cursor if seen else BEGIN)
    seen += feed(ledger, seen[-1].cursor if seen else BEGIN)

    assert len(seen) == len({row.id for row in seen}) == 60
    assert [row.cursor for row in seen] == sorted(row.cursor for row in seen)
    assert seen == list(feed(ledger, limit=1000))


def write_in_turn(ledger: Ledger, story: Story) -> None:
    for number in (1, 2, 3, 4):
        ledger.record(story.batch(number, number))


def test_what_is_written_at_once_is_on_one_page(ledger: Ledger) -> None:
    ledger.record_many([warned(f"o-{number}").batch() for number in range(3)])
    assert len(ledger.notices_after(BEGIN, LATER, 2)) == 9


def test_a_writer_whose_clock_is_behind_writes_behind_the_others(ledger: Ledger) -> None:
    ledger.record(warned("o-1").batch())
    ahead = NOW + timedelta(days=100_000)
    with ledger._write() as connection:
        connection.execute(update(schema.notice).values(written_at=ahead))
    ledger.record(warned("o-2").batch())

    cursors = [row.cursor for row in feed(ledger)]
    assert cursors == [ahead] * 3 + [ahead + timedelta(microseconds=1)] * 3
    (row, *_) = ledger.journal_rows("opportunity", "o-2")
    assert row.written_at == cursors[-1]


def quoted(fact: Fact) -> Iterable[Notice]:
    yield Notice("talk", f"they talked: {fact.data['summary']}")


def test_words_that_are_erased_are_gone_from_notices_and_from_what_channels_said(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NOTICED["opportunity"], "engaged", (quoted,))
    story = Story()
    for words in ("Zaphira called", "nobody called"):
        story.say("record_engagement", origin="buyer", channel="call", summary=words)
    ledger.record(story.batch())
    (first, second) = ledger.notices(LATER)
    ledger.begin_channels(["desk"], NOW)
    said = SentRow("desk", first.id, None, 1, NOW, "Zaphira is unknown here", NOW)
    ledger.settle_notices("desk", "w", [said], first.cursor)
    assert "Zaphira" in first.words

    story.say("erase", reason="requested", sequences=[2], actor="desk")
    ledger.record(story.batch())

    assert [row.words for row in ledger.notices(LATER)] == [
        f"they talked: {ERASED}",
        second.words,
    ]
    assert [each.error for each in ledger.sendings([first.id])] == [ERASED]
    with ledger._read() as connection:
        everything = [
            str(row)
            for table in schema.metadata.tables.values()
            for row in connection.execute(select(table))
        ]
    assert not [row for row in everything if "Zaphira" in row]
    with rebuilt(ledger) as again:
        assert unequal(ledger, again) == []


def test_a_ledger_from_before_gets_the_notices_of_its_facts(ledger: Ledger) -> None:
    stories = [warned(f"o-{number}") for number in range(3)]
    ledger.record_many([story.batch() for story in stories])
    ledger.enter([AskInterview(opportunity="o-1", of="kim")], NOW)
    with ledger._write() as connection:
        before = sorted(map(tuple, connection.execute(select(schema.notice))))
        again = [tuple(row.values()) for rows in notices.made_again(connection) for row in rows]
    assert sorted(again) == before
    assert len(before) == 10


def test_a_copy_of_a_ledger_tells_the_same_in_the_same_order(ledger: Ledger) -> None:
    for number in range(3):
        ledger.record(warned(f"o-{2 - number}").batch())
    with rebuilt(ledger) as again:
        assert list(feed(again)) == list(feed(ledger))
        assert unequal(ledger, again) == []
