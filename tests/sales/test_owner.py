"""Owners: patched, never circular, shown below their managers."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sales.drafts import Broken
from sales.entries import evolve_entered
from sales.owner import Owner, SetOwner, decide_owner, tree
from tests.sales.entered import entered

IDS = ("ann", "bo", "cy", "di")


def owners_of(*said: SetOwner) -> dict[str, Owner]:
    """Everybody, once all of it was said."""
    owners: dict[str, Owner] = {}
    for each in said:
        held = owners.get(each.owner)
        if data := decide_owner(held, each, owners):
            sequence = held.sequence + 1 if held else 1
            owners[each.owner] = evolve_entered(Owner, held, entered(sequence, data))
    return owners


def test_what_is_not_named_stays_and_what_is_named_as_null_goes() -> None:
    said = SetOwner(owner="bo", team="emea", territory="north", hours=Decimal("32.5"))
    owners = owners_of(said, SetOwner(owner="bo", name="Bo", team=None))

    assert owners["bo"].model_dump(exclude_none=True) == {
        **{"id": "bo", "sequence": 2, "name": "Bo", "territory": "north"},
        "hours": said.hours,
    }


def test_saying_it_again_says_nothing() -> None:
    said = SetOwner(owner="bo", team="emea", note="once")

    assert decide_owner(owners_of(said)["bo"], said, owners_of(said)) is None


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        (SetOwner(owner="bo", manager="nobody"), "manager: unknown_owner"),
        (SetOwner(owner="bo", manager="bo"), "manager: cycle"),
        (
            SetOwner(owner="bo", active_from=date(2026, 2, 1), active_until=date(2026, 1, 1)),
            "active_until: before_active_from",
        ),
    ],
)
def test_what_cannot_be_is_refused(said: SetOwner, rule: str) -> None:
    with pytest.raises(Broken, match=rule):
        decide_owner(None, said, {})


def test_the_first_and_the_last_day_count() -> None:
    owner = Owner(id="bo", active_from=date(2026, 1, 5), active_until=date(2026, 1, 7))

    assert [owner.active(date(2026, 1, day)) for day in range(4, 9)] == [False, *[True] * 3, False]


@given(st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from([None, *IDS]))))
def test_nobody_is_ever_above_themselves(steps: list[tuple[str, str | None]]) -> None:
    owners = owners_of(*(SetOwner(owner=each) for each in IDS))
    for id_, manager in steps:
        said = SetOwner(owner=id_, manager=manager)
        with suppress(Broken):  # a cycle, which is the point
            data = decide_owner(owners[id_], said, owners) or {"id": id_}
            owners[id_] = evolve_entered(Owner, owners[id_], entered(2, data))

    shown = list(tree(owners))
    assert sorted(each.id for _, each in shown) == sorted(IDS)
    path: list[str] = []
    for depth, each in shown:
        path = [*path[:depth], each.id]
        assert each.manager == (path[-2] if depth else None)
