"""The forecast adds up: columns, groups and currencies to the whole, at any instant."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from insight.forecast.deals import COLUMNS, LIKELY, bounds, deals_of
from insight.forecast.expectation import OVER
from insight.forecast.forecasting import Asked, Ground, forecast
from insight.forecast.groups import By
from insight.forecast.report import Forecast, Line
from insight.past import Past
from insight.reading import past_of_journals
from processes import library
from sales.calendar import Calendar, Period, period, quarter
from sales.evolve import fold
from sales.exchange import Exchange, Learned
from sales.facts import Fact
from sales.opportunity import Opportunity
from sales.owner import Owner
from sales.rate import Rate
from sales.restoring import restored
from simulation.market import Market
from tests.insight.stand_in import StandIn, stand_in
from tests.ledger.story import NOW, Story, process

MANY = 200
BERLIN = Calendar(time_zone="Europe/Berlin", base_currency="EUR", year_starts=4)
GROUPS: tuple[By, ...] = (
    *("owner", "manager", "team", "territory"),
    *("segment", "product", "process", "currency"),
)


@pytest.fixture(scope="module")
def journals() -> dict[str, list[Fact]]:
    market = Market(23, library())
    return {script.id: facts for script, facts in market.lives(MANY)}


@pytest.fixture(scope="module")
def past(journals: dict[str, list[Fact]]) -> Past:
    return past_of_journals(journals, library().all())


def ground(past: Past, as_of: datetime, calendar: Calendar = BERLIN, **more: Any) -> Ground:
    owners: dict[str, Owner] = more.pop("owners", {})
    exchange: Exchange = more.pop("exchange", Exchange([], []))
    held = {"quotas": [], "judged": [], **more}
    return Ground(
        *(past, as_of, calendar, owners, held["quotas"], held["judged"], exchange),
        lambda _ids: {},
    )


def instants(journals: dict[str, list[Fact]]) -> Iterator[datetime]:
    told = sorted(fact.recorded_at for journal in journals.values() for fact in journal)
    yield from told[:: len(told) // 8]


def states(journals: dict[str, list[Fact]], when: datetime) -> list[Opportunity]:
    """What the rules make of the facts that had been taken down by then."""
    processes = {(each.name, each.version): each for each in library().all()}
    known = ([f for f in journal if f.recorded_at <= when] for journal in journals.values())
    folded = (fold(facts, lambda *ref: processes[ref]) for facts in known if facts)
    return [state for state in folded if state]


def column(state: Opportunity, days: Period) -> str | None:
    """Where the rules would count it."""
    if end := state.outcome:
        won = end.outcome == "won" and days.holds(*(BERLIN.day(end.closed_at),) * 2)
        return "closed" if won else None
    if state.close_date is None:
        return "undated"
    return state.category if days.holds(state.close_date, state.close_date) else "outside"


def test_every_column_is_what_the_rules_made_of_the_journals_at_any_instant(
    past: Past, journals: dict[str, list[Fact]]
) -> None:
    seen: Counter[str] = Counter()
    for when in instants(journals):
        days = quarter(BERLIN.day(when), BERLIN)
        told = forecast(ground(past, when), days, stand_in())
        counts: Counter[tuple[str, str | None]] = Counter()
        sums: defaultdict[tuple[str, str | None], Decimal] = defaultdict(Decimal)
        weighted = Decimal(0)
        for state in states(journals, when):
            if name := column(state, days):
                key = name, state.currency if state.amount is not None else None
                counts[key] += 1
                sums[key] += state.amount or Decimal(0)
                stage = state.process.stage(state.stage)
                if name in LIKELY and state.amount and stage:
                    weighted += state.amount * Decimal(str(stage.probability))
        found = {
            (name, line.currency): cell
            for line in told.whole
            for name, cell in line.columns.single.items()
            if cell.n
        }
        assert {key: cell.n for key, cell in found.items()} == counts
        assert {key: cell.amount for key, cell in found.items()} == sums
        assert sum(line.columns.weighted for line in told.whole) == pytest.approx(weighted)
        seen.update(name for name, _ in counts)
    assert seen.keys() >= {"closed", "commit", "best_case", "pipeline", "outside"}


@pytest.mark.parametrize("by", GROUPS)
def test_groups_add_up_to_the_whole_in_every_column(past: Past, by: By) -> None:
    when = datetime.fromtimestamp(float(sorted(past.known)[MANY // 2]), UTC)
    told = forecast(ground(past, when), quarter(BERLIN.day(when), BERLIN), stand_in(), Asked(by))
    assert len(told.lines) >= len(told.whole) > 0
    for line in told.whole:
        parts = [each for each in told.lines if each.currency == line.currency]
        for name in COLUMNS:
            cells = [each.columns.single[name] for each in parts]
            assert sum(cell.n for cell in cells) == line.columns.single[name].n
            assert sum(cell.amount for cell in cells) == line.columns.single[name].amount
        assert sum(each.columns.weighted for each in parts) == line.columns.weighted
        if line.outlook:
            expected = sum(each.outlook.expected for each in parts if each.outlook)
            assert float(expected) == pytest.approx(float(line.outlook.expected), abs=0.01 * MANY)


def test_cumulative_columns_are_sums_of_the_single_ones(past: Past) -> None:
    when = datetime.fromtimestamp(float(sorted(past.known)[MANY // 2]), UTC)
    for line in forecast(ground(past, when), quarter(BERLIN.day(when), BERLIN), stand_in()).whole:
        single = {name: cell.amount for name, cell in line.columns.single.items()}
        surest = ("closed", *LIKELY)
        for i, name in enumerate(surest, start=1):
            assert line.columns.cumulative[name] == sum(single[each] for each in surest[:i])
        assert line.columns.open.amount == sum(single[name] for name in LIKELY)


# -- single stories --------------------------------------------------------------------------


def told_of(*stories: Story, at: datetime | None = None, days: str = "2026-Q1", **more: Any) -> Any:
    past = past_of_journals({each.id: each.facts for each in stories}, [process()])
    when = at or max((each.now for each in stories), default=NOW)
    asked = {key: more.pop(key) for key in ("by", "into", "assumptions", "each") if key in more}
    model = more.pop("model", stand_in())
    calendar = more.pop("calendar", Calendar())
    on = ground(past, when, calendar, **more)
    return forecast(on, period(days, calendar), model, Asked(**asked))


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def only(told: Forecast) -> Any:
    (line,) = told.whole
    return line


def columns_of(line: Line) -> dict[str, str]:
    return {name: str(c.amount) for name, c in line.columns.single.items() if c.n}


def test_the_close_date_says_whether_it_counts_in_the_period() -> None:
    within = Story("a", amount=euros("10.10"), close_date="2026-03-31")
    behind = Story("b", amount=euros("20.00"), close_date="2026-04-01")
    undated = Story("c", amount=euros("40.00"))
    assert columns_of(only(told_of(within, behind, undated))) == {
        **{"pipeline": "10.10", "outside": "20.00", "undated": "40.00"}
    }


def test_a_yes_is_a_commitment_and_a_win_is_closed_from_when_it_was_known() -> None:
    story = Story(amount=euros("100"), close_date="2026-03-01")
    before = story.now
    story.say("record_decision", decision="yes", reasons=["value"])
    promised = story.now
    proof = {"kind": "signed_contract", "reference": "C-1"}
    story.say("record_purchase", evidence=proof, amount=euros("90"))

    assert columns_of(only(told_of(story, at=before))) == {"pipeline": "100.00"}
    assert columns_of(only(told_of(story, at=promised))) == {"commit": "100.00"}
    assert columns_of(only(told_of(story))) == {"closed": "90.00"}
    assert told_of(story, days="2026-Q2").whole == []


def test_a_promise_is_still_known_where_the_journal_before_is_gone() -> None:
    story = Story(amount=euros("100"), close_date="2026-03-01")
    story.say("record_decision", decision="yes", reasons=["value"])
    story.facts = [restored(story.state, story.now)]
    assert columns_of(only(told_of(story))) == {"commit": "100.00"}


def test_amount_owner_and_stage_are_those_that_were_known_then() -> None:
    story = Story(amount=euros("100"), close_date="2026-03-01", owner="bo")
    before = story.now
    story.say("amend", amount=euros("70"), owner="ann")
    story.say("change_stage", stage="offer")

    (then,), (now,) = (told_of(story, at=at, by="owner").lines for at in (before, None))
    assert (then.whose, columns_of(then), then.columns.weighted) == (
        "bo",
        {"pipeline": "100.00"},
        10,
    )
    assert (now.whose, columns_of(now)) == ("ann", {"best_case": "70.00"})
    assert (then.columns.weighted, now.columns.weighted) == (10, Decimal("24.50"))


def test_what_has_no_amount_is_counted_and_in_no_sum() -> None:
    told = told_of(
        Story("a", close_date="2026-03-01"), Story("b", close_date="2026-03-01", amount=euros("5"))
    )
    euro, without = told.whole
    assert (euro.currency, euro.columns.open) == ("EUR", (1, Decimal("5.00")))
    assert (without.currency, without.columns.open) == (None, (1, 0))
    assert without.outlook is None
    assert told.notes == ["1 opportunity has no amount: counted, and in no sum."]


def test_what_has_no_amount_is_expected_to_come_to_what_such_wins_did() -> None:
    some = (
        Story("a", close_date="2026-03-01"),
        Story("b", close_date="2026-03-01", amount=euros("500")),
    )
    euro, _ = told_of(*some, model=stand_in(0.004, 0, 90), each=True).whole
    assert euro.outlook
    chance = euro.outlook.wins / 2
    assert float(euro.outlook.unsized) == pytest.approx(90 * chance, abs=0.01)
    assert float(euro.outlook.open) == pytest.approx(590 * chance, abs=0.01)
    # Where that is all there is, it still has a currency.
    alone, without = told_of(some[0], model=stand_in(0.004, 0, 90)).whole
    assert (alone.currency, without.currency) == ("EUR", None)
    assert alone.outlook.expected > 0


def rates(*said: tuple[str, str, str]) -> Exchange:
    pair = {"id": "r", "base": "EUR", "valid_from": date(2026, 1, 1)}
    learned = [
        Learned(
            Rate.model_validate({**pair, "currency": code, "rate": rate}),
            datetime.fromisoformat(at),
        )
        for code, rate, at in said
    ]
    return Exchange(learned, [(Calendar(base_currency="EUR"), NOW - timedelta(days=9))])


def test_currencies_are_never_added_up_unless_there_is_a_rate() -> None:
    dollars = Story("a", amount={"amount": "10", "currency": "USD"}, close_date="2026-03-01")
    pounds = Story("b", amount={"amount": "7", "currency": "GBP"}, close_date="2026-03-01")
    euro = Story("c", amount=euros("100"), close_date="2026-03-01")
    apart = told_of(dollars, pounds, euro)
    assert [line.currency for line in apart.whole] == ["EUR", "GBP", "USD"]
    assert "never added up" in apart.notes[0]

    exchange = rates(("USD", "0.9", "2026-01-02T00:00:00Z"))
    known = Calendar(base_currency="EUR", sequence=1)
    one = told_of(dollars, pounds, euro, into="EUR", exchange=exchange, calendar=known)
    assert [(line.currency, columns_of(line)) for line in one.whole] == [
        ("EUR", {"pipeline": "109.00"}),
        ("GBP", {"pipeline": "7.00"}),
    ]
    assert one.notes == [
        "1 opportunity has sums in GBP, but no rate to EUR: they stand by themselves."
    ]


def test_what_is_expected_in_one_currency_is_what_is_expected_in_each_of_them() -> None:
    model = stand_in(0.004, 3.0)
    cast("StandIn", model).also = "USD"
    dollars = Story("a", amount={"amount": "1000", "currency": "USD"}, close_date="2026-03-01")
    some = (dollars, Story("b", amount=euros("700"), close_date="2026-03-01"))
    exchange = rates(("USD", "0.9", "2026-01-02T00:00:00Z"))
    euro, dollar = (line.outlook for line in told_of(*some, model=model).whole)
    one = only(told_of(*some, model=model, into="EUR", exchange=exchange)).outlook
    for name in ("expected", "open", "new"):
        parts = getattr(euro, name) + getattr(dollar, name) * Decimal("0.9")
        assert float(getattr(one, name)) == pytest.approx(float(parts), abs=0.02)
    assert one.p10 < one.p50 < one.p90
    spread = (euro.p90 - euro.p10) + (dollar.p90 - dollar.p10) * Decimal("0.9")
    assert one.p90 - one.p10 < spread  # not all of it goes wrong at once


def test_an_instant_converts_the_same_whatever_is_learned_later() -> None:
    story = Story(amount={"amount": "10", "currency": "USD"}, close_date="2026-03-01")
    early = ("USD", "0.9", "2026-01-02T00:00:00Z")
    for exchange in (rates(early), rates(early, ("USD", "0.5", "2026-02-01T00:00:00Z"))):
        told = told_of(story, into="EUR", exchange=exchange)
        assert columns_of(only(told)) == {"pipeline": "9.00"}


def test_a_period_to_come_leaves_out_what_is_won_before_it() -> None:
    story = Story(amount=euros("100"), close_date="2026-05-01")
    now, calendar = story.now.timestamp(), Calendar()
    before, last = bounds(period("2026-Q2", calendar), calendar)
    (deal,) = told_of(story, days="2026-Q2", each=True).opportunities
    first, second = (0.004 * (at - now) / 86_400 for at in (before, last))
    assert deal.p_won_before == pytest.approx(first)
    assert deal.p_won == pytest.approx(0.4 - first if second > 0.4 else second - first)
    assert deal.p_won + deal.p_won_before + deal.p_lost + deal.p_open == pytest.approx(1)
    assert deal.value == Decimal(100 * deal.p_won).quantize(Decimal("0.01"))


def test_a_period_that_is_over_has_only_what_was_won_in_it() -> None:
    story = Story(amount=euros("100"), close_date="2026-01-20")
    told = told_of(story, at=datetime(2026, 2, 1, tzinfo=UTC), days="2026-01", each=True)
    assert told.basis == OVER
    assert told.opportunities[0].p_won == 0
    line = only(told)
    assert line.outlook
    assert (line.outlook.expected, line.outlook.p90) == (0, 0)


def test_new_business_is_a_part_of_the_whole_and_of_no_group() -> None:
    told = told_of(
        Story(amount=euros("100"), close_date="2026-03-01"), model=stand_in(0, 2.0), by="owner"
    )
    whole, group = only(told).outlook, told.lines[0].outlook
    assert whole
    assert group
    days = Decimal((datetime(2026, 4, 1, tzinfo=UTC) - NOW).total_seconds()) / 86_400
    assert whole.new == pytest.approx(2 * days, abs=Decimal("0.01"))
    assert (whole.expected, group.new, group.expected) == (whole.new, None, 0)


def test_an_empty_ledger_says_so() -> None:
    told = told_of(by="manager", each=True)
    assert (told.whole, told.lines, told.opportunities) == ([], [], [])
    assert told.notes == ["Nothing was won in the period, and nothing is open."]


def test_where_all_is_won_nothing_is_left_to_expect() -> None:
    story = Story(amount=euros("100"))
    story.say(
        "record_purchase", evidence={"kind": "payment", "reference": "P-1"}, reasons=["value"]
    )
    told = told_of(story)
    line = only(told)
    assert line.outlook
    assert columns_of(line) == {"closed": "100.00"}
    assert (line.outlook.expected, line.outlook.p10) == (100, 100)
    assert told.notes == ["Nothing is open: what is closed is all there is."]


def test_deals_tell_their_words_as_they_stood() -> None:
    past = past_of_journals({"o": Story("o", owner="bo").facts}, [process()])
    deals = deals_of(past, NOW, period("2026-Q1", Calendar()), Calendar())
    codes, texts = deals.words("owner")
    assert [texts[code] for code in codes] == ["bo"]
    assert (deals.ids, deals.where) == (["o"], {"o": 0})
