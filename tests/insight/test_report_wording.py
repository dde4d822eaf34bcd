"""Numbers and words as people read them."""

import pytest

from insight.report.wording import (
    clean,
    counted,
    deals,
    figure,
    listed,
    money,
    percent,
    signed,
    tick,
)


def plain(told: str) -> str:
    """With the spaces that a keyboard has."""
    return told.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0, "0"),
        (7, "7"),
        (2.345, "2.35"),
        (789.4, "789"),
        (999.4, "999"),
        (999.6, "1.00 k"),
        (45_600, "45.6 k"),
        (999_960, "1.00 M"),
        (1_234_567, "1.23 M"),
        (2.5e9, "2.50 bn"),
        (-1_500, "-1.50 k"),
    ],
)
def test_sums_have_three_figures_and_a_unit(value: float, told: str) -> None:
    assert plain(figure(value)) == told


def test_no_line_breaks_between_a_number_and_its_unit() -> None:
    assert " " not in money(1e6, "EUR") + percent(0.5) + tick(2e3)


def test_a_scale_has_round_numbers() -> None:
    assert [plain(tick(each)) for each in (0, 250, 2_500, 4e7)] == ["0", "250", "2.5 k", "40 M"]


def test_changes_have_a_sign() -> None:
    assert [plain(signed(each)) for each in (50_000, 0, -800)] == ["+50.0 k", "0", "\u2212800"]


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0, "0 %"),
        (0.004, "0.4 %"),
        (0.38, "38 %"),
        (0.996, "99.6 %"),
        (1, "100 %"),
        (1e-4, "< 0.1 %"),
        (1 - 1e-4, "> 99.9 %"),
    ],
)
def test_shares_are_percent_and_nothing_rare_looks_like_never(share: float, told: str) -> None:
    assert plain(percent(share)) == told


def test_what_is_counted_has_its_number() -> None:
    assert deals(1) == "1 opportunity"
    assert deals(2_345) == "2,345 opportunities"
    assert counted(0, "day") == "0 days"
    assert plain(money(1e6, "EUR")) == "EUR 1.00 M"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([]) == ""


def test_what_no_reader_can_see_does_not_reach_one() -> None:
    assert clean("Ann\u202e\x00\nEk\t ") == "Ann Ek"
    assert clean("x" * 100, 10) == "x" * 9 + "\u2026"
