"""Whether the health at a checkpoint tells who leaves, with how many it is said of."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from insight.health import Case, backtest, cases, told
from ledger.ledger import Ledger
from tests.insight.test_satisfaction import NOW, Told, ledger  # noqa: F401  # a fixture

END = NOW + timedelta(days=365)


def case(score: float | None, renewed: bool | None, **more: Any) -> Case:
    band = None if score is None else "good" if score >= 0.75 else "poor"
    given = {"days": 90, "score": score, "band": band, "vetoes": (), "verdict": None}
    return Case(**given | {"renewed": renewed} | more)


def test_a_score_that_tells_them_apart_says_so_and_one_that_does_not_is_chance() -> None:
    apart = [case(0.9, True)] * 12 + [case(0.3, False)] * 10
    found = told(90, apart)
    assert (found.auc, found.scored, found.note) == (1.0, 22, None)
    assert found.by_band["good"].rate == 1.0
    assert found.by_band["poor"].rate == 0.0
    same = [case(0.5, True)] * 12 + [case(0.5, False)] * 10
    assert told(90, same).auc == 0.5


def test_nothing_is_said_of_too_few() -> None:
    found = told(90, [case(0.9, True)] * 50 + [case(0.3, False)] * 9)
    assert found.auc is None
    assert found.note == (
        "too few to say: 50 renewed and 9 lost with a score, and it takes 10 of each"
    )
    assert found.renewed.rate == pytest.approx(50 / 59)


def test_what_is_open_counts_nowhere_and_is_told() -> None:
    some = [case(0.9, None), case(None, False, verdict="will_leave"), case(0.9, True)]
    found = told(90, some)
    assert (found.open, found.renewed.n, found.scored) == (1, 2, 1)
    assert {name: each.n for name, each in found.by_band.items()} == {"good": 1, "unknown": 1}
    assert {*found.by_verdict} == {"unanswered", "will_leave"}


def checkpoint(told: Told, term: int, days: int, score: float) -> None:
    about = {"contract_id": "c", "term": term, "ends_at": END.isoformat(), "last": days == 90}
    more = {"before": days * 86_400.0, "score": score, "band": "fair", "vetoes": ["sponsor_left"]}
    told("a", "checkpoint_due", 365 * term - days, **about, **more)


def test_a_term_was_renewed_if_the_next_one_began(ledger: Ledger) -> None:  # noqa: F811
    say = Told(ledger)
    for days in (180, 90):
        checkpoint(say, 1, days, 0.8)
    say("a", "checkpoint_answered", 276, contract_id="c", term=1, before=90 * 86_400.0, **VERDICT)
    say("a", "term_renewed", 365, contract_id="c", term=2)
    checkpoint(say, 2, 90, 0.6)
    say("a", "contract_ended", 730, contract_id="c", term=2)
    checkpoint(say, 3, 90, 0.5)
    say.write()
    later: datetime = NOW + timedelta(days=2_000)
    assert [
        (each.days, each.score, each.verdict, each.renewed) for each in cases(ledger, later)
    ] == [
        (180, 0.8, None, True),
        (90, 0.8, "renew", True),
        (90, 0.6, None, False),
        (90, 0.5, None, None),
    ]
    farthest, nearest = backtest(ledger, later)
    assert (farthest.days, nearest.days, nearest.open) == (180, 90, 1)
    assert nearest.by_veto["sponsor_left"].n == 2
    assert backtest(ledger, NOW - timedelta(days=1)) == []


VERDICT = {"verdict": "renew", "ends_at": END.isoformat(), "last": True}
