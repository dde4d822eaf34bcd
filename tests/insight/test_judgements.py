"""What people judged, read as it stood at any instant."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from insight.judgements import categories, judgements, submissions
from ledger.ledger import Ledger
from sales.judgement import SetCategory, Submit
from sales.owner import SetOwner
from tests.ledger.story import NOW, Story

DAY = timedelta(days=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.migrate()
    ledger.record(Story("o-1").batch())
    ledger.enter([SetOwner(owner="bo"), SetOwner(owner="ann")], NOW)
    yield ledger
    ledger.close()


def say(ledger: Ledger, at: datetime, category: str | None, actor: str, **more: Any) -> None:
    told = {"category": category, "reason": "heard so", "until": NOW + 9 * DAY} if category else {}
    entry = {"opportunity": "o-1", "actor": actor, **told, "void": category is None, **more}
    (answer,) = ledger.enter([SetCategory.model_validate(entry)], at)
    assert answer.broken is None


def submit(ledger: Ledger, at: datetime, amount: str, actor: str) -> None:
    said = {"owner": "bo", "period": "2026-Q1", "currency": "EUR", "reason": "by deal"}
    (answer,) = ledger.enter(
        [Submit.model_validate({**said, "amount": amount, "actor": actor})], at
    )
    assert answer.broken is None


def test_the_last_word_that_has_not_expired_counts(ledger: Ledger) -> None:
    say(ledger, NOW, "commit", "bo")
    say(ledger, NOW + DAY, "omitted", "ann", until=NOW + 3 * DAY)

    def counting(days: float) -> dict[str, str]:
        return categories(judgements(ledger, NOW + days * DAY))

    assert counting(-1) == {}
    assert counting(0) == {"o-1": "commit"}
    assert counting(2) == {"o-1": "omitted"}
    assert counting(4) == {"o-1": "commit"}  # what stood against it has expired
    assert counting(10) == {}


def test_every_author_is_told_beside_the_one_who_counts(ledger: Ledger) -> None:
    submit(ledger, NOW, "900", "bo")
    submit(ledger, NOW + DAY, "700", "ann")
    submit(ledger, NOW + 2 * DAY, "950", "bo")

    def told(days: float) -> list[tuple[Any, ...]]:
        found = judgements(ledger, NOW + days * DAY)
        amounts = [getattr(each.said, "amount", None) for each in found]
        return [(e.said.by, a, e.standing) for e, a in zip(found, amounts, strict=True)]

    assert told(1) == [("ann", 700, "counts"), ("bo", 900, "replaced")]
    assert told(2) == [("bo", 950, "counts"), ("ann", 700, "replaced")]
    assert told(99) == [("bo", 950, "expired"), ("ann", 700, "expired")]
    (counting,) = submissions(judgements(ledger, NOW + 2 * DAY))
    assert (counting.by, counting.reason) == ("bo", "by deal")


def test_what_was_taken_back_counted_until_then(ledger: Ledger) -> None:
    say(ledger, NOW, "commit", "bo")
    say(ledger, NOW + DAY, None, "bo")

    assert categories(judgements(ledger, NOW)) == {"o-1": "commit"}
    assert categories(judgements(ledger, NOW + DAY)) == {}
    (only,) = judgements(ledger, NOW + DAY)
    assert only.standing == "void"
