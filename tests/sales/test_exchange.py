"""Conversion: what has ended keeps the rate it had, whatever is learned later."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sales.calendar import Calendar
from sales.drafts import Broken
from sales.exchange import Exchange, Learned
from sales.rate import Rate, SetRate, decide_rate
from tests.sales.entered import NOW

DAY = timedelta(days=1)
CODES = ("EUR", "USD", "GBP", "JPY")
Calendars = list[tuple[Calendar, datetime]]

UTC_FROM_THE_START: Calendars = [(Calendar(), NOW - 1000 * DAY)]


def learned(pair: str, text: str, valid_from: date, at: datetime, sequence: int = 1) -> Learned:
    currency, base = pair.split("/")
    rate = Rate(
        **{"id": f"{currency}:{base}:{valid_from}", "sequence": sequence},  # type: ignore[arg-type]  # both kinds of fields
        currency=currency,
        base=base,
        valid_from=valid_from,
        rate=Decimal(text),
    )
    return Learned(rate, at)


def on(days: float) -> date:
    """The day so long after now."""
    return (NOW + days * DAY).date()


def factor(
    rates: list[Learned], pair: str, at: float, known: float, calendars: Calendars | None = None
) -> Fraction | None:
    """Of what ended so many days after now, and was known to have."""
    exchange = Exchange(rates, UTC_FROM_THE_START if calendars is None else calendars)
    source, target = pair.split("/")
    found = exchange.frozen(source, target, NOW + at * DAY, NOW + known * DAY)
    return found.factor if found else None


def test_the_rate_of_the_day_counts_as_it_was_known_when_the_end_was_recorded() -> None:
    rates = [
        learned("USD/EUR", "0.9", on(0), NOW),
        learned("USD/EUR", "0.8", on(10), NOW),
        learned("USD/EUR", "0.7", on(10), NOW + 20 * DAY, 2),
    ]

    assert factor(rates, "USD/EUR", at=9, known=9) == Fraction("0.9")
    assert factor(rates, "USD/EUR", at=10, known=12) == Fraction("0.8")
    assert factor(rates, "USD/EUR", at=10, known=21) == Fraction("0.7")


def test_where_none_was_known_then_the_one_learned_first_counts() -> None:
    rates = [
        learned("USD/EUR", "0.9", on(-400), NOW + 5 * DAY),
        learned("USD/EUR", "0.8", on(-300), NOW + 5 * DAY),
        learned("USD/EUR", "0.7", on(-300), NOW + 6 * DAY, 2),
        learned("USD/EUR", "0.6", on(-290), NOW + 6 * DAY),
    ]

    assert factor(rates, "USD/EUR", at=-280, known=0) == Fraction("0.8")
    assert factor(rates, "USD/EUR", at=-350, known=0) == Fraction("0.9")
    assert factor(rates, "USD/EUR", at=-401, known=0) is None


def test_either_way_round_and_through_a_base_that_both_know() -> None:
    rates = [learned("USD/EUR", "0.8", on(0), NOW), learned("GBP/EUR", "1.2", on(0), NOW)]

    assert factor(rates, "EUR/USD", 1, 1) == Fraction("1.25")
    assert factor(rates, "USD/GBP", 1, 1) == Fraction(8, 12)
    assert factor(rates, "GBP/USD", 1, 1) == Fraction(12, 8)
    assert factor(rates, "USD/JPY", 1, 1) is None


def test_a_direct_rate_is_better_than_one_through_a_base_but_only_from_then_on() -> None:
    rates = [learned("USD/EUR", "0.8", on(0), NOW), learned("GBP/EUR", "1.2", on(0), NOW)]
    direct = learned("USD/GBP", "0.5", on(0), NOW + 2 * DAY)

    assert factor([*rates, direct], "USD/GBP", at=1, known=1) == Fraction(8, 12)
    assert factor([*rates, direct], "USD/GBP", at=1, known=3) == Fraction("0.5")


def test_the_day_is_the_calendars_as_it_was_known_then() -> None:
    rates = [
        learned("USD/EUR", "0.9", on(0), NOW - DAY),
        learned("USD/EUR", "0.8", on(1), NOW - DAY),
    ]
    berlin = (Calendar(time_zone="Europe/Berlin"), NOW + 10 * DAY)
    late = 14.6 / 24  # past midnight in Berlin

    assert factor(rates, "USD/EUR", late, late, [*UTC_FROM_THE_START, berlin]) == Fraction("0.9")
    assert factor(rates, "USD/EUR", late, late, [berlin]) == Fraction("0.8")
    assert factor(rates, "USD/EUR", late, late, []) is None


def test_its_own_currency_needs_no_rate() -> None:
    assert factor([], "EUR/EUR", 0, 0, []) == 1


def test_what_is_open_converts_by_what_is_known_now() -> None:
    rates = [
        learned("USD/EUR", "0.9", on(-5), NOW - 5 * DAY),
        learned("USD/EUR", "0.8", on(-5), NOW - DAY, 2),
        learned("USD/EUR", "0.7", on(1), NOW - DAY),
        learned("USD/EUR", "0.6", on(0), NOW + DAY),
    ]
    exchange = Exchange(rates, UTC_FROM_THE_START)

    found = exchange.current("USD", "EUR", NOW)
    assert found
    assert (found.factor, found.rates) == (Fraction("0.8"), (f"USD:EUR:{on(-5)}",))
    assert Exchange(rates, []).current("USD", "EUR", NOW) is None


SAID = st.tuples(
    st.permutations(CODES).map(lambda codes: "/".join(codes[:2])),
    st.decimals("0.01", 200, places=2),
    st.integers(-3, 6),  # from which day on
    st.integers(0, 2),  # how much later it was learned than the one before
)


def told(said: list[tuple[str, Decimal, int, int]]) -> list[Learned]:
    """One after the other, some at the same moment."""
    at, rates = NOW, []
    for number, (pair, rate, valid, later) in enumerate(said):
        at += later * DAY / 2
        rates.append(learned(pair, str(rate), on(valid), at, number + 1))
    return rates


@given(
    st.lists(SAID, max_size=20),
    st.integers(0, 20),
    st.lists(st.tuples(st.sampled_from([*permutations(CODES, 2)]), st.integers(-2, 8)), max_size=8),
)
def test_nothing_that_is_learned_later_changes_what_was_converted(
    said: list[tuple[str, Decimal, int, int]],
    cut: int,
    ends: list[tuple[tuple[str, str], int]],
) -> None:
    rates = told(said)
    before = [each for each in rates[:cut] if each.at < rates[min(cut, len(rates) - 1)].at]
    assume(before)
    calendars: Calendars = [(Calendar(), NOW + DAY), (Calendar(time_zone="Asia/Tokyo"), NOW)]
    early = Exchange(before, [each for each in calendars if each[1] <= before[-1].at])
    late = Exchange(rates, calendars)

    for (source, target), days in ends:
        at = NOW + days * DAY / 2
        known = min(at, before[-1].at)
        frozen = early.frozen(source, target, at, known)
        if frozen:
            assert late.frozen(source, target, at, known) == frozen


@given(st.lists(SAID, max_size=20), st.randoms(use_true_random=False))
def test_it_does_not_matter_in_which_order_the_facts_are_read(
    said: list[tuple[str, Decimal, int, int]], dice: object
) -> None:
    rates = told(said)
    mixed = list(rates)
    dice.shuffle(mixed)  # type: ignore[attr-defined]  # Hypothesis's own kind of random
    one, other = Exchange(rates, UTC_FROM_THE_START), Exchange(mixed, UTC_FROM_THE_START)
    for source, target in permutations(CODES, 2):
        for days in range(6):
            at = NOW + days * DAY
            assert one.frozen(source, target, at, at) == other.frozen(source, target, at, at)


@given(st.decimals(0, 10**14, places=4), st.decimals("0.000001", 10**6, places=6))
def test_a_sum_is_rounded_once_and_comes_back(amount: Decimal, rate: Decimal) -> None:
    exchange = Exchange([learned("USD/EUR", str(rate), on(0), NOW)], UTC_FROM_THE_START)
    there = exchange.current("USD", "EUR", NOW)
    back = exchange.current("EUR", "USD", NOW)
    assert there
    assert back

    assert abs(Fraction(there.convert(amount)) - Fraction(amount) * Fraction(rate)) <= Fraction(
        1, 20_000
    )
    assert there.factor * back.factor == 1


@pytest.mark.parametrize(
    ("said", "base", "rule"),
    [
        ({"currency": "USD"}, None, "base: required"),
        ({"currency": "EUR"}, "EUR", "base: same_currency"),
    ],
)
def test_what_is_no_pair_is_refused(said: dict[str, str], base: str | None, rule: str) -> None:
    entry = SetRate.model_validate({"rate": "1.1", "valid_from": "2026-01-01", **said})

    with pytest.raises(Broken, match=rule):
        decide_rate(None, entry, Calendar(base_currency=base))


@pytest.mark.parametrize("rate", ["0", "-1", 1.1, "NaN", "Infinity", "0.0000000000001", "a lot"])
def test_a_rate_is_an_exact_decimal_above_nothing(rate: object) -> None:
    with pytest.raises(ValueError, match="rate"):
        SetRate.model_validate({"currency": "USD", "rate": rate, "valid_from": "2026-01-01"})


def test_the_same_number_is_no_new_rate() -> None:
    entry = SetRate(currency="USD", rate=Decimal("0.90"), valid_from=date(2026, 1, 1), base="EUR")
    held = learned("USD/EUR", "0.9", date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)).rate

    assert decide_rate(held, entry, None) is None
