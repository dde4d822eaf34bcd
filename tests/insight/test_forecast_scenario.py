"""Scenarios: what assumptions change, and nothing else."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.forecast.deals import COLUMNS
from insight.forecast.differing import difference
from insight.forecast.report import Forecast, Line
from insight.forecast.scenario import Assumption
from sales.drafts import Broken
from tests.insight.test_forecast import columns_of, euros, only, told_of
from tests.ledger.story import Story

STORIES = [
    Story(f"o-{i}", amount=euros(f"{10 * (i + 1)}.10"), owner=owner, close_date=day)
    for i, (owner, day) in enumerate(
        [("bo", "2026-02-01"), ("ann", "2026-03-01"), ("bo", "2026-05-01"), ("cy", "2026-03-31")]
    )
]
MODEL_P = 0.34  # 0.004 a day until the end of March


def told(*some: Assumption) -> Forecast:
    found: Forecast = told_of(*STORIES, assumptions=some, by="owner", each=True)
    return found


def of(told: Forecast, id: str) -> Any:
    return next((each for each in told.opportunities if each.id == id), None)


def test_what_is_assumed_won_is_closed_and_what_is_lost_is_gone() -> None:
    found = told(Assumption("o-0", outcome="won"), Assumption("o-1", outcome="lost"))
    assert columns_of(only(found)) == {
        **{"closed": "10.10", "pipeline": "40.10", "outside": "30.10"}
    }
    assert of(found, "o-0") is of(found, "o-1") is None
    outlook, before = only(found).outlook, only(told()).outlook
    assert outlook
    assert before
    moved = Decimal("10.10") * Decimal(1 - MODEL_P) - Decimal("20.10") * Decimal(MODEL_P)
    assert outlook.expected - before.expected == pytest.approx(moved, abs=Decimal("0.2"))


def test_another_amount_counts_in_its_place() -> None:
    found = told(Assumption("o-3", amount=Decimal("400.00")))
    assert columns_of(only(found))["pipeline"] == "430.20"
    dollars = told(Assumption("o-3", amount=Decimal(400), currency="USD"))
    assert [line.currency for line in dollars.whole] == ["EUR", "USD"]


def test_another_close_date_moves_it_into_the_period_or_out_of_it() -> None:
    into = told(Assumption("o-2", close_date=date(2026, 3, 1)))
    assert columns_of(only(into)) == {"pipeline": "100.40"}
    assert of(into, "o-2").p_won == pytest.approx(of(told(), "o-2").p_won)
    out = told(Assumption("o-3", close_date=date(2026, 6, 1)))
    assert (of(out, "o-3").p_won, of(out, "o-3").column) == (0, "outside")


def test_another_chance_leaves_the_rest_in_proportion() -> None:
    before, after = of(told(), "o-0"), of(told(Assumption("o-0", chance=0.7)), "o-0")
    assert after.p_won == 0.7
    assert after.p_lost / after.p_open == pytest.approx(before.p_lost / before.p_open)
    assert after.p_won + after.p_lost + after.p_open == pytest.approx(1)
    none = of(told(Assumption("o-0", chance=0.0)), "o-0")
    assert none.p_won + none.p_lost + none.p_open == pytest.approx(1)


@pytest.mark.parametrize("id", ["nobody", "won"])
def test_only_what_is_open_can_be_assumed_about(id: str) -> None:
    won = Story("won", amount=euros("60"))
    won.say("record_purchase", evidence={"kind": "payment", "reference": "P"}, reasons=["value"])
    with pytest.raises(Broken, match="assume: not_open"):
        told_of(won, assumptions=[Assumption(id, outcome="lost")])


def test_an_amount_without_a_currency_is_never_guessed() -> None:
    assumption = Assumption("o-1", amount=Decimal(5))
    with pytest.raises(Broken, match="assume: currency_required"):
        told_of(Story("o-1"), assumptions=[assumption])


ASSUMPTIONS = st.builds(
    Assumption,
    id=st.sampled_from([each.id for each in STORIES]),
    outcome=st.sampled_from([None, None, "won", "lost"]),
    amount=st.sampled_from([None, Decimal("7.07"), Decimal(1000)]),
    currency=st.sampled_from([None, "EUR", "USD"]),
    close_date=st.sampled_from([None, date(2026, 2, 2), date(2026, 9, 9)]),
    chance=st.sampled_from([None, 0.0, 0.5, 1.0]),
)


def expected(line: Line | None) -> Decimal:
    return line.outlook.expected if line and line.outlook else Decimal(0)


def index(lines: list[Line]) -> dict[Any, Line]:
    return {(line.whose, line.currency): line for line in lines}


@settings(max_examples=40)
@given(st.lists(ASSUMPTIONS, max_size=4))
def test_the_difference_reconciles_the_forecasts_with_and_without(some: list[Assumption]) -> None:
    without, with_ = told(), told(*some)
    found = {(each.whose, each.currency): each for each in difference(without, with_)}
    before, after = (index([*each.whole, *each.lines]) for each in (without, with_))
    for key in before.keys() | after.keys():
        for name in COLUMNS:
            old, new = (
                side[key].columns.single[name].amount if key in side else Decimal(0)
                for side in (before, after)
            )
            moved = found[key].columns.single[name].amount if key in found else Decimal(0)
            assert old + moved == new
        if key in found:
            one, other = (expected(side.get(key)) for side in (before, after))
            assert one + (found[key].expected or 0) == other
    # What the groups moved is what the whole moved.
    for currency in {currency for _, currency in found}:
        for name in COLUMNS:
            groups = [e for (whose, c), e in found.items() if whose is not None and c == currency]
            total = sum(each.columns.single[name].amount for each in groups)
            assert total == found[None, currency].columns.single[name].amount
