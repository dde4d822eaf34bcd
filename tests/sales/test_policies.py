"""The library of policies: what a file says, and the holidays that are frozen as it is read."""

import sys
from datetime import date
from pathlib import Path

import pytest

from processes import BadProcess, library, load_policy
from processes.public_holidays import UnknownHolidays, frozen, to_forecast
from sales.account.decide import managed, open_account
from sales.account.evolve import evolve_account
from sales.account.policy import Policy
from sales.account.state import dump_account, load_account
from sales.holidays import Holidays
from tests.sales.world import START

BAVARIA = """
name = "bavaria"
version = 1
title = "Bavaria"
[hours]
time_zone = "Europe/Berlin"
[hours.week]
monday = ["09:00-17:00"]
friday = ["09:00-12:00"]
[hours.holidays]
country = "DE"
subdivision = "BY"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "any_name.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_days_of_ten_years_are_frozen_without_those_on_which_nobody_works_anyway(
    tmp_path: Path,
) -> None:
    policy = load_policy(written(tmp_path, BAVARIA))
    assert policy.hours.holidays
    days = policy.hours.holidays.days
    assert {day.weekday() for day in days} == {0, 4}
    assert days[-1].year - days[0].year == 11
    asked = Policy.model_validate(
        policy.model_dump(exclude={"hours": {"holidays": {"days": True}}}, exclude_unset=True)
    )
    found = frozen(asked, 2026).hours.holidays
    assert found
    assert [day for day in found.days if day.year == 2026] == [
        *(date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1)),
        *(date(2026, 5, 25), date(2026, 12, 25)),
    ]


def test_an_account_carries_the_days_and_never_asks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = load_policy(written(tmp_path, BAVARIA))
    monkeypatch.setitem(sys.modules, "holidays", None)
    state, _ = open_account("acme", START)
    (fact,) = managed(state, START, policy)
    state = evolve_account(state, fact)
    assert state.policy == policy
    assert load_account(dump_account(state)) == state


def test_days_that_the_file_names_are_taken_as_they_stand(tmp_path: Path) -> None:
    policy = load_policy(written(tmp_path, BAVARIA + 'days = ["2027-03-05"]'))
    assert policy.hours.holidays
    assert policy.hours.holidays.days == (date(2027, 3, 5),)


@pytest.mark.parametrize(
    ("old", "new", "key", "rule"),
    [
        ('"DE"', '"XX"', "hours.holidays.country", "unknown_country"),
        ('"BY"', '"ZZ"', "hours.holidays.subdivision", "unknown_subdivision"),
        ('"DE"', '"Germany"', "hours.holidays.country", "malformed"),
        ("09:00-17:00", "17:00-09:00", "hours.week.monday", "ends_before_it_begins"),
        ("title", 'version = 2\n[[commitments.levels]]\nname = "a"\ntitle', "file", "not_toml"),
    ],
)
def test_what_is_wrong_with_a_policy_is_named(
    tmp_path: Path, old: str, new: str, key: str, rule: str
) -> None:
    with pytest.raises(BadProcess) as bad:
        load_policy(written(tmp_path, BAVARIA.replace(old, new)))
    assert (bad.value.key, bad.value.rule) == (key, rule)


LEVEL = '\n[[commitments.levels]]\nname = "a"\ntitle = "A"\nresolve = "8h"\n'


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        (LEVEL + LEVEL, "defined_twice"),
        (LEVEL + 'respond = "9h"', "longer_than_resolve"),
        (LEVEL + 'respond = "0h"', "too_small"),
        (LEVEL + "warn_after = 1.0", "too_large"),
        ('[commitments]\npromised_within = "20w"\npause_at_most = "9000d"', "too_large"),
    ],
)
def test_terms_that_cannot_be_kept_are_refused(tmp_path: Path, more: str, rule: str) -> None:
    with pytest.raises(BadProcess) as bad:
        load_policy(written(tmp_path, BAVARIA + more))
    assert bad.value.rule == rule


def test_every_built_in_policy_can_be_read() -> None:
    assert [policy.name for policy in library().policies.all()][-1:] == ["standard"]


def test_a_forecast_learns_from_the_holidays_of_ten_years_and_reckons_with_those_of_five() -> None:
    found = to_forecast(Holidays(country="NL"), 2012)
    assert (found.days[0], found.days[-1]) == (date(2002, 1, 1), date(2017, 12, 26))
    assert list(found.days) == sorted(set(found.days))
    with pytest.raises(UnknownHolidays, match=r"holidays.country: unknown_country"):
        to_forecast(Holidays(country="XX"), 2012)
