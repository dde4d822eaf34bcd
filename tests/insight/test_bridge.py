"""A bridge leaves nothing, and names each change as what it was."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import numpy as np
import pytest

from insight.bridge import LINES, Bridge, Line, Unbalanced, bridge, own
from insight.past import Indexes, Past
from insight.pipeline import GROUPS, Objects, Pipeline, days_of, pipeline_of
from insight.reading import past_of_journals
from insight.worth import convertible, converting
from ledger.steps import Kind
from processes import library
from sales.calendar import Calendar
from sales.exchange import Exchange, Learned
from sales.opening import Start, begin
from sales.rate import Rate
from simulation.market import Market
from tests.ledger.story import NOW, Story, process

PAIRS = 1_000
SPRING = days_of(date(2026, 4, 1), date(2026, 6, 30))


@pytest.fixture(scope="module")
def market() -> Past:
    lives = Market(5, library()).lives(150)
    return past_of_journals({script.id: facts for script, facts in lives}, library().all())


def plain(found: Bridge) -> list[Any]:
    """Each line with its name, how many it was and what it brought."""
    return [tuple(line) for line in found.lines]


def told(change: Callable[[Story], Any], by: str | None = None, **said: Any) -> list[Bridge]:
    """The bridge of spring over what happens to one opportunity in between."""
    amount = {"amount": "100", "currency": "EUR"}
    story = Story(**{"amount": amount, "close_date": "2026-05-01", "owner": "ann", **said})
    before = story.now.timestamp()
    change(story)
    past = past_of_journals({"o-1": story.facts}, [process()])
    after = story.now.timestamp()
    return bridge(pipeline_of(past, before), pipeline_of(past, after, since=before), SPRING, by)


def lines(change: Callable[[Story], Any], **said: Any) -> list[Any]:
    (found,) = told(change, **said)
    return [(line.name, line.amount) for line in found.lines]


def amend(**said: Any) -> Callable[[Story], Any]:
    return lambda story: story.say("amend", **said)


def euros(amount: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def extend(day: str) -> Callable[[Story], Any]:
    return lambda story: story.say("extend", close_date=day, reason="they asked")


def test_each_change_has_its_line() -> None:
    assert lines(amend(amount=euros("130.5"))) == [("increased", Decimal("30.5"))]
    assert lines(amend(amount=euros("99.9999"))) == [("decreased", Decimal("-0.0001"))]
    assert lines(extend("2026-07-01")) == [("pushed_out", -100)]
    assert lines(extend("2026-04-15"), close_date="2026-07-15") == [("pulled_in", 100)]
    assert lines(extend("2026-04-15"), close_date="2026-03-15") == [("pushed_in", 100)]
    assert lines(extend("2026-03-31")) == [("pulled_out", -100)]
    assert lines(lambda story: story.lose()) == [("lost", -100)]
    assert lines(lambda s: s.say("withdraw", reason="no_capacity")) == [("withdrawn", -100)]
    assert lines(lambda story: story.wait(45)) == [("expired", -100)]


def win(story: Story) -> None:
    evidence = {"kind": "signed_contract", "reference": "C-1"}
    story.say("record_purchase", later=24, evidence=evidence, amount=euros("120"))


def test_a_win_leaves_with_what_was_won_and_on_the_day_on_which_it_was() -> None:
    engaged = {"origin": "buyer", "channel": "call"}

    def kept_warm(story: Story) -> None:
        for _ in range(4):
            story.say("record_engagement", later=24 * 25, **engaged)
        story.say("change_stage", stage="offer")
        win(story)

    assert lines(kept_warm, close_date="2026-06-30")[-2:] == [("increased", 20), ("won", -120)]
    # Meant for summer, won in spring.
    found = dict(lines(kept_warm, close_date="2026-07-20"))
    assert (found["pulled_in"], found["won"]) == (100, -120)


def two_instants(*stories: Story) -> tuple[Past, float, float]:
    """Before anything, and when the last of them had its last word."""
    past = past_of_journals({story.id: story.facts for story in stories}, [process()])
    return past, NOW.timestamp() - 1, max(story.now for story in stories).timestamp()


def test_what_came_is_new_or_reopened_and_what_came_and_went_is_told_as_both() -> None:
    said: dict[str, Any] = {"amount": euros("100"), "close_date": "2026-05-01"}
    first, second, third = (Story(id_, **said) for id_ in ("o-1", "o-2", "o-3"))
    again = Start(**{**second.start.model_dump(), "attempt": 2, "predecessor_id": "o-0"})
    second.facts = [begin(again, NOW)[1]]
    third.lose()
    past, before, after = two_instants(first, second, third)
    (found,) = bridge(pipeline_of(past, before), pipeline_of(past, after, since=before), SPRING)
    assert found.opening == Line("opening", 0, Decimal(0))
    assert plain(found) == [("new", 2, 200), ("reopened", 1, 100), ("lost", 1, -100)]
    assert found.closing == Line("closing", 2, Decimal(200))


def test_another_owner_moves_it_from_one_bridge_to_the_other() -> None:
    ann, bo = told(amend(owner="bo", amount=euros("150")), by="owner")
    assert (ann.group, bo.group, ann.closing.n) == ("ann", "bo", 0)
    assert plain(ann) == [("moved_out", 1, -100)]
    assert plain(bo) == [("moved_in", 1, 100), ("increased", 1, 50)]


def test_another_currency_leaves_one_bridge_and_enters_another_and_none_are_mixed() -> None:
    euro, dollar = told(amend(amount=euros("90", "USD")))
    assert (euro.currency, dollar.currency) == ("EUR", "USD")
    assert plain(euro) == [("currency", 1, -100)]
    assert plain(dollar) == [("currency", 1, 90)]


DOLLARS: Final[Any] = {"currency": "USD", "base": "EUR"}


def exchange(*rates: tuple[str, date]) -> Exchange:
    """What a dollar is worth in euros, learned on the day from which on it rules."""
    learned = [
        Learned(
            Rate(
                id=str(day),
                sequence=1,
                currency="USD",
                base="EUR",
                rate=Decimal(rate),
                valid_from=day,
            ),
            datetime.combine(day, time(), UTC),
        )
        for rate, day in rates
    ]
    return Exchange(learned, [(Calendar(id="ledger", sequence=1), NOW - timedelta(days=99))])


def test_what_rates_did_is_told_apart_from_what_the_deal_did() -> None:
    story = Story(amount=euros("100", "USD"), close_date="2026-05-01")
    other = Story("o-2", amount=euros("7", "JPY"), close_date="2026-05-01")
    story.say("amend", later=24 * 40, amount=euros("110", "USD"))
    past = past_of_journals({s.id: s.facts for s in (story, other)}, [process()])
    before, after = (pipeline_of(past, s.timestamp()) for s in (NOW, story.now))
    rates = exchange(("0.9", date(2026, 1, 1)), ("0.8", date(2026, 2, 1)))
    assert before.ids[convertible(rates, "EUR", before)].tolist() == ["o-1"]
    before, after = (each.pick(convertible(rates, "EUR", each)) for each in (before, after))
    (found,) = bridge(before, after, SPRING, worth=converting(rates, "EUR"))
    assert found.currency == "EUR"
    assert (found.opening.amount, found.closing.amount) == (Decimal(90), Decimal(88))
    assert plain(found) == [("currency", 1, -10), ("increased", 1, 8)]


def test_what_was_taken_back_meanwhile_is_told_and_not_lost() -> None:
    story = Story(amount=euros("100"), close_date="2026-05-01")
    past, _, after = two_instants(story)
    nothing = pipeline_of(past_of_journals({}), after)
    (found,) = bridge(pipeline_of(past, after), nothing, SPRING)
    assert plain(found) == [("taken_back", 1, -100)]
    assert found.closing.n == 0


def test_an_opportunity_without_a_sum_counts_and_brings_nothing() -> None:
    (found,) = told(lambda story: story.lose(), amount=None)
    assert (found.currency, found.opening) == (None, Line("opening", 1, Decimal(0)))
    assert plain(found) == [("lost", 1, 0)]


def test_a_thousand_pairs_of_instants_leave_no_residual(market: Past) -> None:
    """Every bridge of them, by every group and in every currency or in one, closes on the
    pipeline that is there: what is told adds up to it, to the last digit and opportunity."""
    rng = np.random.default_rng(1)
    times = market.steps[Kind.STAGE].known
    rates = exchange(("0.9123", date(2024, 1, 1)), ("0.8", date(2024, 2, 20)))
    seen: set[str] = set()
    for pair in range(PAIRS):
        before, after = np.sort(rng.uniform(times.min() - 1e6, times.max() + 1e6, 2))
        first, length = int(rng.uniform(before, after) // 86_400), int(rng.integers(1, 120))
        days = None if pair % 4 == 0 else (first, first + length)
        by = (None, *GROUPS)[pair % (len(GROUPS) + 1)]
        worth = converting(rates, "EUR") if pair % 3 == 0 else own
        a, b = pipeline_of(market, before), pipeline_of(market, after, since=before)
        bridges = bridge(a, b, days, by, worth)
        seen |= {line.name for each in bridges for line in each.lines}
        for each in bridges:
            told = sum(line.amount for line in each.lines)
            assert each.opening.amount + told == each.closing.amount
        if days is None and worth is own:  # counted by another way, straight from the past
            open_ = market.at(after)
            expected = sum(Fraction(repr(each)) for each in open_.amount.tolist() if each == each)
            assert sum(Fraction(each.closing.amount) for each in bridges) == expected
            assert sum(each.closing.n for each in bridges) == len(open_)
    assert seen >= {*LINES} - {"reopened", "taken_back", "pulled_out"}


def test_a_bridge_that_would_leave_something_is_none() -> None:
    story = Story(amount=euros("100"), close_date="2026-05-01")
    past, before, after = two_instants(story)
    flows = iter((100, 100, 1, 100, 100))

    def fickle(pipeline: Pipeline, rows: Indexes) -> tuple[Objects, Objects]:
        value, currency = own(pipeline, rows)
        return value + next(flows, 7), currency

    with pytest.raises(Unbalanced):
        bridge(pipeline_of(past, before), pipeline_of(past, after), None, worth=fickle)
