"""Whether the health at a checkpoint tells who leaves, with how many it is said of."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from insight.health import Case, backtest, cases, told
from ledger.batch import Batch
from ledger.ledger import Ledger
from tests.insight.test_satisfaction import ledger  # noqa: F401  # a fixture
from tests.sales.cared import NOW, Cared
from tests.sales.test_checkpoints import TERMS, record


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


def test_a_term_was_renewed_if_the_next_one_began(ledger: Ledger) -> None:  # noqa: F811  # the fixture
    account = Cared(TERMS)
    account.say("report_usage", metric="logins", value="0.6")
    record(account, "c", 0, 365, auto_renew=True)
    account.live(276)
    account.say("answer_checkpoint", verdict="renew")
    account.live(88)
    ((event_id, wanted),) = account.state.wanted.items()
    account.say(wanted.kind, **{**wanted.body, "event_id": event_id})  # it is refused
    account.live(300)
    account.say("end_contract", contract_id="c", reason="price")
    record(account, "d", 660, 900)
    account.live(130)
    ledger.record(Batch("account", "acme", "run", tuple(account.facts)))

    later: datetime = account.now
    assert [
        (each.days, each.score, each.verdict, each.renewed) for each in cases(ledger, later)
    ] == [
        (180, 0.6, None, True),
        (90, 0.6, "renew", True),
        (180, 0.6, None, False),
        (90, 0.6, None, False),
        (180, 0.6, None, None),
    ]
    farthest, nearest = backtest(ledger, later)
    assert (farthest.days, farthest.open, nearest.days, nearest.open) == (180, 1, 90, 0)
    assert (nearest.by_band["fair"].part, nearest.by_band["fair"].n) == (1, 2)
    assert backtest(ledger, NOW - timedelta(days=1)) == []
