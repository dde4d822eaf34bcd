"""A snapshot is kept once, under its name, and as it was."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Final

from ledger.ledger import Ledger
from ledger.snapshots import Kept
from tests.ledger.story import NOW, Story
from tests.ledger.test_fold import fresh

MONDAY: Final = Kept(
    *("monday", NOW, NOW + timedelta(seconds=9), False),
    count=2,
    about={"rates": {"USD": {"factor": "9/10"}}, "periods": []},
    items=bytes(range(256)),
)


def test_the_first_of_a_name_stays_whatever_is_said_later(ledger: Ledger) -> None:
    assert ledger.keep_snapshot(MONDAY)
    assert not ledger.keep_snapshot(replace(MONDAY, count=3, items=b"other", about={}))
    assert ledger.snapshot("monday") == MONDAY
    assert ledger.snapshot("tuesday") is None


def test_they_are_listed_by_their_instants_without_their_items(ledger: Ledger) -> None:
    sunday = replace(MONDAY, name="sunday", as_of=NOW - timedelta(days=1), retroactive=True)
    for each in (MONDAY, sunday):
        ledger.keep_snapshot(each)
    assert ledger.snapshots() == [replace(each, items=b"") for each in (sunday, MONDAY)]


def test_a_rebuild_takes_them_over_and_a_comparison_looks_at_them(ledger: Ledger) -> None:
    # A snapshot is a fold of nothing: no journal could tell it again.
    ledger.record(Story().batch())
    ledger.keep_snapshot(MONDAY)
    with fresh() as second:
        assert second.rebuild_from(ledger, lambda _: None).copied["snapshot"] == 1
        assert second.snapshot("monday") == MONDAY
        assert all(each.equal for each in ledger.compare(second))

        second.keep_snapshot(replace(MONDAY, name="tuesday"))
        ledger.keep_snapshot(replace(MONDAY, name="tuesday", items=b"another"))
        (differing,) = (each for each in ledger.compare(second) if not each.equal)
    assert (differing.table, differing.differing) == ("snapshot", 1)
    (first,) = differing.first
    assert first.key == ("tuesday",)
    # By what identifies them, for thousands of bytes would tell nobody anything.
    digests = [sha256(each).hexdigest() for each in (b"another", MONDAY.items)]
    assert first.columns == {"items": tuple(f"sha256:{each}" for each in digests)}
