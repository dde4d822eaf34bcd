"""Quotas: one for each owner or team and stretch of days, rolled up without mixing money."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sales.calendar import Calendar, period
from sales.drafts import Broken
from sales.entries import evolve_entered
from sales.owner import Owner
from sales.quota import By, Quota, SetQuota, decide_quota, lines, quota_id
from tests.sales.entered import entered

YEAR = Calendar()
OWNERS = {
    each.id: each
    for each in (
        Owner(id="top"),
        Owner(id="ann", manager="top", team="emea", territory="north"),
        Owner(id="bo", manager="ann", team="emea", territory="south"),
        Owner(id="cy", manager="ann", team="apac", territory="north"),
    )
}


def said(
    period: str = "2026-Q3", amount: str = "100", currency: str = "EUR", **who: Any
) -> SetQuota:
    who = who or {"owner": "bo"}
    return SetQuota.model_validate(
        {"period": period, "amount": amount, "currency": currency, **who}
    )


def quotas_of(*entries: SetQuota) -> list[Quota]:
    held: dict[str, Quota] = {}
    for each in entries:
        id_ = quota_id(each, YEAR)
        data = decide_quota(held.get(id_), each, YEAR, OWNERS)
        if data:
            held[id_] = evolve_entered(Quota, held.get(id_), entered(1, data))
    return list(held.values())


def rolled(by: By, *entries: SetQuota, days: str = "2026-Q3") -> list[tuple[Any, ...]]:
    found = lines(quotas_of(*entries), OWNERS, period(days, YEAR), by)
    return [(line.whose, line.currency, line.own, line.below, line.whole) for line in found]


def test_another_one_for_the_same_days_replaces_it_however_they_are_called() -> None:
    (one,) = quotas_of(said(), said("2026-07-01..2026-09-30", "250.50", "USD"))

    assert (one.amount, one.currency) == (Decimal("250.50"), "USD")
    assert (one.first, one.last) == (date(2026, 7, 1), date(2026, 9, 30))


def test_one_that_was_taken_back_counts_no_longer_until_it_is_set_again() -> None:
    void = SetQuota(owner="bo", period="2026-Q3", void=True)

    assert rolled("owner", said(), void) == []
    assert rolled("territory", said(), void, said()) == [("south", "EUR", None, 100, True)]


def test_it_keeps_its_days_when_the_fiscal_year_moves() -> None:
    (held,) = quotas_of(said())
    moved = Calendar(year_starts=4)

    assert quota_id(said(), moved) != held.id
    assert list(lines([held], OWNERS, period("2026-Q2", moved), "team")) != []


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        (said(owner="bo", team="emea"), "owner: surplus"),
        (said(owner=None), "owner: required"),
        (said(owner="stranger"), "owner: unknown_owner"),
        (said(team="stranger"), "team: unknown_team"),
        (said("whenever"), "period: not_a_period"),
        (SetQuota(owner="bo", period="2026", amount=Decimal(1)), "currency: required"),
        (SetQuota(owner="bo", period="2026", currency="EUR"), "amount: required"),
        (SetQuota(owner="bo", period="2026", void=True, currency="EUR"), "currency: surplus"),
        (SetQuota(owner="bo", period="2026", void=True), "void: unknown_quota"),
    ],
)
def test_what_cannot_be_is_refused(entry: SetQuota, rule: str) -> None:
    with pytest.raises(Broken, match=rule):
        decide_quota(None, entry, YEAR, OWNERS)


def test_quotas_roll_up_along_managers() -> None:
    entries = (said(owner="top", amount="900"), said(), said(owner="cy", amount="50"))

    assert rolled("owner", *entries) == [
        ("top", "EUR", 900, 150, True),
        ("ann", "EUR", None, 150, True),
        ("bo", "EUR", 100, None, True),
        ("cy", "EUR", 50, None, True),
    ]


def test_a_team_has_its_own_and_that_of_its_members_a_territory_only_theirs() -> None:
    entries = (said(team="emea", amount="300"), said(), said(owner="cy", amount="50"))

    assert rolled("team", *entries) == [
        ("apac", "EUR", None, 50, True),
        ("emea", "EUR", 300, 100, True),
    ]
    assert rolled("territory", *entries) == [
        ("north", "EUR", None, 50, True),
        ("south", "EUR", None, 100, True),
    ]


def test_currencies_are_never_mixed() -> None:
    entries = (said(), said(owner="cy", currency="USD"))

    assert rolled("owner", *entries)[:2] == [
        ("top", "EUR", None, 100, True),
        ("top", "USD", None, 100, True),
    ]


def test_months_make_up_a_quarter_and_a_missing_one_shows() -> None:
    months = [said(f"2026-0{month}", "10") for month in (7, 8, 9)]

    assert rolled("owner", *months)[-1] == ("bo", "EUR", 30, None, True)
    assert rolled("owner", *months[:2])[-1] == ("bo", "EUR", 20, None, False)
    assert rolled("owner", *months[:2])[0] == ("top", "EUR", None, 20, False)


def test_the_quota_of_the_period_itself_counts_and_not_its_parts_too() -> None:
    months = [said(f"2026-0{month}", "10") for month in (7, 8, 9)]

    assert rolled("owner", *months, said(amount="25"))[-1] == ("bo", "EUR", 25, None, True)
    assert rolled("owner", said("2026", "400"), days="2026-Q3") == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*OWNERS]),
            st.sampled_from(["2026-07", "2026-08", "2026-Q3", "2026-09-10..2026-09-20"]),
            st.integers(0, 999),
            st.sampled_from(["EUR", "USD"]),
        )
    )
)
def test_the_top_and_those_below_have_as_much_as_all_territories_and_itself(
    some: list[tuple[str, str, int, str]],
) -> None:
    entries = [said(days, str(amount), code, owner=who) for who, days, amount, code in some]
    top = {line[1]: line for line in rolled("owner", *entries) if line[0] == "top"}
    for currency in ("EUR", "USD"):
        below = [line[3] for line in rolled("territory", *entries) if line[1] == currency]
        found = top[currency][3] if currency in top else None
        assert (found or 0) == sum(below)
