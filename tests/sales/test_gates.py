"""Gates bind everyone; who overrides one says so, and it is counted."""

from typing import Any

import pytest

from processes import library
from sales.drafts import Broken
from sales.process import ROLES, Process
from tests.sales.anything import RICH
from tests.sales.world import START, Said, World, day, plain

MONEY: Said = {"amount": "100", "currency": "EUR"}
PERSON: Said = {"p1": {"role": "champion"}}
MET: Said = {"p1": {"role": "champion", "last_contact_at": START.isoformat()}}
ENGAGED: Said = {"origin": "buyer", "channel": "call"}


def gated(*conditions: str, leave: bool = False) -> Process:
    """Into the second stage, or out of the first, only with these."""
    gates: list[dict[str, Any]] = (
        [{"leave": conditions}, {}] if leave else [{}, {"enter": conditions}]
    )
    common = {"probability": 0.5, "category": "pipeline"}
    names = ["first", "second"]
    return plain(
        stages=[{"name": n, "title": n, **common, **g} for n, g in zip(names, gates, strict=True)]
    )


def move(world: World, **more: Any) -> str | None:
    return world.refused("change_stage", stage="second", **more)


@pytest.mark.parametrize(
    ("condition", "kind", "body"),
    [
        ("owner", "amend", {"owner": "kim"}),
        ("amount", "amend", {"amount": MONEY}),
        ("objective", "amend", {"objectives": {"o1": {"description": "Half the time"}}}),
        ("competitor", "amend", {"competitors": {"c1": {"name": "Other"}}}),
        ("line_items", "amend", {"line_items": {"l1": {"product": "s", "unit_price": "5"}}}),
        ("plan", "amend", {"plan": {"s": {"title": "T", "due": "2026-02-01", "owner": "buyer"}}}),
        ("stakeholder", "amend", {"stakeholders": PERSON}),
        ("stakeholder:champion", "amend", {"stakeholders": PERSON}),
        ("contact:champion", "amend", {"stakeholders": MET}),
        ("element:metrics", "amend", {"qualification": {"metrics": {"score": 1}}}),
        ("element:metrics:2", "amend", {"qualification": {"metrics": {"score": 2}}}),
        ("close_date", "extend", {"close_date": "2026-02-01", "reason": "agreed"}),
        ("engagement", "record_engagement", ENGAGED),
        ("decision", "record_decision", {"decision": "yes", "reasons": ["fit"]}),
        (
            "purchase",
            "record_purchase",
            {"evidence": {"kind": "purchase_order", "reference": "PO 7"}},
        ),
    ],
)
@pytest.mark.parametrize("leave", [False, True])
def test_a_gate_opens_once_its_condition_holds(
    condition: str, kind: str, body: dict[str, Any], leave: bool
) -> None:
    world = World(gated(condition, leave=leave))
    assert move(world) == f"gate: {condition}"
    assert world.state.stage == "first"

    world.say(kind, **body)

    assert move(world) is None
    assert world.state.stage == "second"


def test_evidence_comes_with_the_move() -> None:
    world = World(gated("evidence"))

    assert move(world) == "gate: evidence"
    assert move(world, evidence="minutes of 3 March") is None


@pytest.mark.parametrize(
    ("condition", "body"),
    [
        ("element:metrics:2", {"qualification": {"metrics": {"score": 1}}}),
        ("element:metrics", {"qualification": {"metrics": {"score": 0}}}),
        ("stakeholder:champion", {"stakeholders": {"p1": {"role": "blocker"}}}),
        ("contact:champion", {"stakeholders": PERSON}),
    ],
)
def test_a_gate_stays_shut_on_less(condition: str, body: dict[str, Any]) -> None:
    world = World(gated(condition))
    world.say("amend", **body)

    assert move(world) == f"gate: {condition}"


def test_only_the_buyers_word_is_a_contact() -> None:
    world = World(gated("contact:champion"), stakeholders=PERSON)
    word: Said = {"channel": "email", "stakeholder_id": "p1"}

    world.say("record_engagement", origin="seller", **word)
    assert move(world) == "gate: contact:champion"

    world.say("record_engagement", origin="buyer", **word)
    assert move(world) is None


def test_the_first_condition_that_fails_is_named() -> None:
    world = World(gated("owner", "amount"), owner="kim")

    assert move(world) == "gate: amount"


def test_an_override_says_who_and_why_and_is_counted() -> None:
    world = World(gated("amount"))

    assert move(world, override=True) == "override: needs_actor_and_note"
    assert move(world, override=True, actor="kim") == "override: needs_actor_and_note"
    assert move(world, override=True, actor="kim", note="CEO knows") is None
    assert world.journal[-1].data["overridden"] == "amount"
    assert world.state.overrides == 1


def test_an_override_that_was_not_needed_is_not_counted() -> None:
    world = World(gated("name"))

    assert move(world, override=True) is None
    assert world.state.overrides == 0


def test_backwards_needs_no_gate_and_is_counted() -> None:
    stages = [{**each.model_dump(mode="json"), "enter": ["amount"]} for each in gated().stages]
    world = World(plain(stages=[{**stage, "leave": ["amount"]} for stage in stages]))
    move(world, override=True, actor="kim", note="CEO knows")

    (fact,) = world.say("change_stage", stage="first")

    assert fact.data["backwards"] is True
    assert world.state.reversions == 1


def test_a_stage_is_known_and_another() -> None:
    world = World()

    assert world.refused("change_stage", stage="nowhere") == "stage: unknown_stage"
    assert world.refused("change_stage", stage="first") == "stage: already_there"


@pytest.mark.parametrize("condition", ["amount", "close_date", "objective", "owner"])
def test_opening_has_a_gate_too(condition: str) -> None:
    process = plain(opening={"requires": ["account", "name", condition]})

    with pytest.raises(Broken, match=f"gate: {condition}"):
        World(process)


def test_an_opening_that_overrides_its_gate_says_who_and_why_and_is_counted() -> None:
    process = plain(opening={"requires": ["amount"]})

    with pytest.raises(Broken, match="needs_actor_and_note"):
        World(process, override=True)
    world = World(process, override=True, actor="kim", note="imported")

    assert world.state.overrides == 1
    assert world.journal[0].data["overridden"] == "amount"


@pytest.mark.parametrize("name", ["new_business", "expansion", "renewal", "renewal_auto", "demo"])
def test_the_gates_of_a_built_in_process_let_a_good_opportunity_through(name: str) -> None:
    process = library().find(name)
    assert process
    close = (START + process.clocks.end_by.limit / 2).isoformat()
    dates = {"notice_by": close} if process.silence == "purchase" else {"close_date": close}
    world = World(process, **RICH, **dates)

    world.say("record_engagement", **ENGAGED)
    for stage in process.stages[1:]:
        assert world.refused("change_stage", stage=stage.name, evidence="minutes") is None

    assert world.state.overrides == 0


@pytest.mark.parametrize("name", ["new_business", "expansion", "renewal", "renewal_auto"])
def test_the_last_stage_of_a_built_in_process_cannot_be_had_for_nothing(name: str) -> None:
    process = library().find(name)
    assert process
    body = {"amount": MONEY, "close_date": "2026-03-01", "notice_by": "2026-03-01"}
    world = World(process, objectives=RICH["objectives"], **body)

    rule = world.refused("change_stage", stage=process.stages[-1].name)

    assert rule
    assert rule.startswith("gate: ")


def test_every_role_can_be_asked_for() -> None:
    for role in ROLES:
        world = World(gated(f"stakeholder:{role}"), stakeholders={"p1": {"role": role}})
        assert move(world) is None


def test_a_gate_binds_whoever_speaks_and_whenever() -> None:
    for more in ({"origin": "admin"}, {"origin": "system"}, {"occurred_at": day("0s").isoformat()}):
        assert move(World(gated("amount")), **more) == "gate: amount"


def three_stages() -> Process:
    """Only the gate in the middle asks for something."""
    common = {"probability": 0.5, "category": "pipeline"}
    gates: dict[str, Any] = {"second": {"enter": ["owner"], "leave": ["amount"]}}
    names = ("first", "second", "third")
    return plain(stages=[{"name": n, "title": n, **common, **gates.get(n, {})} for n in names])


def test_a_stage_that_is_skipped_keeps_its_gates() -> None:
    world = World(three_stages())

    assert world.refused("change_stage", stage="third") == "gate: owner"
    world.say("amend", owner="kim")
    assert world.refused("change_stage", stage="third") == "gate: amount"
    world.say("amend", amount=MONEY)
    assert world.refused("change_stage", stage="third") is None


def test_opening_further_on_passes_the_same_gates() -> None:
    with pytest.raises(Broken, match="gate: owner"):
        World(three_stages(), stage="third")

    assert World(three_stages(), stage="third", landing={}).state.stage == "third"
