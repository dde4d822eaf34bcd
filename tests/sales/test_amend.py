"""Details are amended as a merge patch: what is said changes, what is not said stays."""

from typing import Any

import pytest

from sales.details import MOST_BYTES
from tests.sales.world import Said, World

EUR: Said = {"amount": "100.00", "currency": "EUR"}
USD: Said = {"amount": "100.00", "currency": "USD"}
LINE: Said = {"l1": {"product": "seat", "unit_price": "5"}}


def test_what_is_said_changes_and_what_is_not_said_stays() -> None:
    world = World(owner="kim", team="west")

    world.say("amend", owner="lee")

    assert (world.state.owner, world.state.team, world.state.name) == ("lee", "west", "A deal")


def test_an_entry_may_name_only_what_changes_in_it() -> None:
    world = World(stakeholders={"p1": {"role": "champion", "name": "Kim"}})

    world.say("amend", stakeholders={"p1": {"stance": "supporter"}, "p2": {"role": "legal"}})

    first, second = world.state.stakeholders["p1"], world.state.stakeholders["p2"]
    assert (first.role, first.name, first.stance) == ("champion", "Kim", "supporter")
    assert second.role == "legal"


def test_null_takes_a_field_or_an_entry_away() -> None:
    world = World(stakeholders={"p1": {"role": "champion", "name": "Kim"}, "p2": {"role": "legal"}})

    world.say("amend", stakeholders={"p1": {"name": None}, "p2": None, "p3": None})

    assert list(world.state.stakeholders) == ["p1"]
    assert world.state.stakeholders["p1"].name is None


def test_a_plain_detail_cannot_be_taken_away() -> None:
    world = World(owner="kim")

    assert world.refused("amend", owner=None, team="west") == "owner: required"
    assert (world.state.owner, world.state.team) == ("kim", None)


@pytest.mark.parametrize(
    ("patch", "rule"),
    [
        ({"p2": {"name": "Lee"}}, "stakeholders.p2.role: required"),
        ({"p1": {"role": None}}, "stakeholders.p1.role: required"),
        ({"p1": {"role": "boss"}}, "stakeholders.p1.role: unknown_value"),
        ({"p1": {"shoe_size": 42}}, "stakeholders.p1.shoe_size: unknown_field"),
        ({"p1": {"name": {"first": "Kim"}}}, "stakeholders.p1.name: not_plain"),
        ({"p1": {"name": "\ud800"}}, "stakeholders.p1.name: not_plain"),
        ({"p1": {"name": float("nan")}}, "stakeholders.p1.name: not_plain"),
        ({"p 1": {"role": "legal"}}, "stakeholders.p 1: malformed"),
    ],
)
def test_a_bad_entry_is_named_with_its_id(patch: dict[str, Any], rule: str) -> None:
    world = World(stakeholders={"p1": {"role": "champion"}})

    assert world.refused("amend", stakeholders=patch) == rule


@pytest.mark.parametrize("field", ["close_date", "stage", "process", "opened_at", "end_by"])
def test_what_has_a_message_of_its_own_cannot_be_amended(field: str) -> None:
    assert World().refused("amend", **{field: "2026-03-01"}) == f"{field}: unknown_field"


def test_an_amendment_says_something() -> None:
    assert World().refused("amend") == "body: nothing_to_amend"


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"amount": EUR}, {"recurring": USD}),
        ({"recurring": EUR}, {"amount": USD}),
        ({"amount": EUR, "recurring": EUR}, {"amount": USD}),
        ({"amount": EUR, "line_items": LINE}, {"amount": USD}),
        ({}, {"amount": EUR, "recurring": USD}),
    ],
)
def test_currencies_are_never_mixed(held: dict[str, Any], said: dict[str, Any]) -> None:
    world = World(**held)

    assert world.refused("amend", **said) == "currency: mixed_currencies"


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({}, {"amount": USD}),
        ({"amount": EUR}, {"amount": USD}),
        ({"amount": EUR, "recurring": EUR}, {"amount": USD, "recurring": USD}),
    ],
)
def test_a_currency_changes_where_every_sum_is_told_anew(
    held: dict[str, Any], said: dict[str, Any]
) -> None:
    world = World(**held)

    assert world.refused("amend", **said) is None
    assert world.state.currency == "USD"


def test_a_contract_recurs_in_the_currency_it_was_bought_in() -> None:
    world = World(amount=EUR)
    term = {"start": "2026-03-01", "end": "2027-02-28", "recurring": USD}
    evidence = {"kind": "signed_contract", "reference": "C 7"}

    rule = world.refused("record_purchase", evidence=evidence, contract=term)
    assert rule == "contract.recurring: mixed_currencies"

    assert world.refused("record_purchase", evidence=evidence, contract=term, amount=USD) is None


def test_a_map_grows_to_a_hundred_entries() -> None:
    world = World()
    people = {f"p{i}": {"role": "user"} for i in range(100)}
    assert world.refused("amend", stakeholders=people) is None

    rule = world.refused("amend", stakeholders={"one_more": {"role": "user"}})

    assert rule == "stakeholders: too_many"
    assert len(world.state.stakeholders) == 100


def test_all_details_together_stay_small_enough_to_be_carried() -> None:
    world = World()
    long = {"description": "x" * 2_000}
    many = {f"o{i}": long for i in range(MOST_BYTES // 2_000 - 1)}
    assert world.refused("amend", objectives=many) is None

    assert world.refused("amend", objectives={"a": long, "b": long}) == "body: too_large"


def test_an_engagement_names_a_known_person() -> None:
    world = World(stakeholders={"p1": {"role": "champion"}})
    call: Said = {"origin": "buyer", "channel": "call"}

    rule = world.refused("record_engagement", **call, stakeholder_id="p2")
    assert rule == "stakeholder_id: unknown_stakeholder"

    world.say("record_engagement", **call, stakeholder_id="p1")
    assert world.state.stakeholders["p1"].last_contact_at == world.now
