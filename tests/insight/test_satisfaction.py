"""CSAT and NPS as others compute them, over all accounts, with how many answered."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight.satisfaction import By, csat, nps, satisfaction
from ledger.batch import Batch
from ledger.ledger import Ledger
from sales.facts import Fact

DAY: Final = timedelta(days=1)
NOW: Final = datetime(2027, 1, 10, 9, tzinfo=UTC)


def answers(counts: dict[int, int]) -> Iterable[int]:
    return (score for score, count in counts.items() for _ in range(count))


@pytest.mark.parametrize(
    ("counts", "percent"),
    [
        # https://help.delighted.com/article/240-how-is-csat-calculated
        ({5: 42, 4: 32, 3: 10, 2: 9, 1: 14}, 69.16),
        # https://intercom.help/voc-metrics/en/articles/9647540
        ({5: 10, 4: 20, 3: 10, 2: 5, 1: 5}, 60.0),
        # https://www.wyapy.com/guides/customer-feedback/how-to-calculate-csat
        ({5: 120, 4: 40, 3: 20, 2: 10, 1: 10}, 80.0),
    ],
)
def test_csat_is_what_others_say_it_is(counts: dict[int, int], percent: float) -> None:
    found = csat(answers(counts))
    assert found.n == sum(counts.values())
    assert found.rate == pytest.approx(percent / 100, abs=5e-5)


@pytest.mark.parametrize(
    ("promoters", "passives", "detractors", "score", "half"),
    [
        # https://annualreport2018.dela.nl/begrippenlijst/net-promotor-score
        (30, 50, 20, 10.0, None),
        # http://www.talkstats.com/threads/58500: -9, and an interval of 4.4 to each side
        (291, 476, 395, -8.95, 4.4),
        # A half, a third and a sixth of 324: 33.3 with a standard error of 4.1, worked out by
        # W. Huber, https://stats.stackexchange.com/questions/18603
        (162, 108, 54, 33.33, 1.96 * 4.14),
    ],
)
def test_nps_is_what_others_say_it_is(
    promoters: int, passives: int, detractors: int, score: float, half: float | None
) -> None:
    found = nps(answers({10: promoters, 7: passives, 6: detractors}))
    assert (found.promoters, found.passives, found.detractors) == (promoters, passives, detractors)
    assert found.score == pytest.approx(score, abs=0.01)
    if half:
        assert found.low is not None
        assert found.high is not None
        assert (found.high - found.low) / 2 == pytest.approx(half, abs=0.1)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=60))
def test_an_interval_of_the_nps_is_never_a_point_and_never_leaves_the_scale(
    scores: list[int],
) -> None:
    found = nps(scores)
    assert found.score is not None
    assert found.low is not None
    assert found.high is not None
    assert -100 <= found.low < found.high <= 100
    assert found.n == len(scores) == found.promoters + found.passives + found.detractors


def test_where_nobody_answered_there_is_no_number() -> None:
    assert (nps([]).n, nps([]).score, nps([]).low) == (0, None, None)
    assert (csat([]).n, csat([]).rate) == (0, None)


class Told:
    """Facts about accounts, straight into a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.journals = ledger, dict[str, list[Fact]]()

    def __call__(self, account: str, kind: str, days: float, **data: Any) -> None:
        at = NOW + days * DAY
        journal = self.journals.setdefault(account, [])
        if not journal:
            opened = {"account_id": account, "name": account}
            journal.append(Fact(1, "account_opened", NOW, NOW, "start", data=opened))
            journal.append(Fact(2, "account_amended", NOW, NOW, "signal", data={"segment": "x"}))
        journal.append(Fact(len(journal) + 1, kind, at, at, "signal", data=data))

    def write(self) -> None:
        batches = [Batch("account", id, "run", tuple(each)) for id, each in self.journals.items()]
        self.ledger.record_many(batches)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterable[Ledger]:
    found = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    found.migrate()
    yield found
    found.close()


def ask(told: Told, account: str, survey: str, number: int, days: float) -> str:
    id_ = f"{survey}-{number}"
    more = {"why": "won" if survey == "csat" else "customer", "answer_within": 86_400.0}
    told(account, "survey_asked", days, survey=survey, survey_id=id_, **more)
    return id_


def filled(ledger: Ledger) -> None:
    told = Told(ledger)
    first = ask(told, "a", "csat", 1, 1)
    told("a", "survey_answered", 2, survey="csat", score=5, survey_id=first, first=True)
    told("a", "survey_answered", 3, survey="csat", score=2, survey_id=first)
    late = ask(told, "a", "nps", 1, 70)
    told("a", "survey_answered", 85, survey="nps", score=10, survey_id=late, first=True)
    lapsed = ask(told, "b", "nps", 1, 5)
    told("b", "survey_lapsed", 19, survey="nps", survey_id=lapsed)
    told("b", "survey_answered", 20, survey="nps", score=3)
    ask(told, "b", "nps", 2, 90)
    told.write()


def rows(ledger: Ledger, by: By | None = None, as_of: float = 400) -> dict[Any, tuple[Any, ...]]:
    """By group: CSAT and NPS with how many, asked, waiting, answered of those that are over."""
    return {
        each.group: (
            *(each.csat.rate, each.csat.n, each.nps.score, each.nps.n),
            *(each.asked, each.waiting, each.response.part, each.response.n),
        )
        for each in satisfaction(ledger, NOW + as_of * DAY, by)
    }


def test_all_answers_count_and_those_that_nobody_gave_are_told(ledger: Ledger) -> None:
    filled(ledger)
    assert rows(ledger) == {None: (0.5, 2, 0.0, 2, 4, 1, 2, 3)}


def test_they_are_told_by_segment_by_occasion_and_by_period(ledger: Ledger) -> None:
    filled(ledger)
    assert list(rows(ledger, "segment")) == ["x"]
    assert rows(ledger, "why") == {
        "customer": (None, 0, 100.0, 1, 3, 1, 1, 2),
        "unasked": (None, 0, -100.0, 1, 0, 0, 0, 0),
        "won": (0.5, 2, None, 0, 1, 0, 1, 1),
    }
    # A survey counts where it was asked, and its answer where it was given.
    assert rows(ledger, "quarter") == {
        "2027-Q1": (0.5, 2, -100.0, 1, 3, 0, 2, 3),
        "2027-Q2": (None, 0, 100.0, 1, 1, 1, 0, 0),
    }


def test_what_was_not_known_then_does_not_count(ledger: Ledger) -> None:
    filled(ledger)
    assert rows(ledger, as_of=2.5) == {None: (1.0, 1, None, 0, 1, 0, 1, 1)}
    assert rows(ledger, as_of=-1) == {None: (None, 0, None, 0, 0, 0, 0, 0)}
