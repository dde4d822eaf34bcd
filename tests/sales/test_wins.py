"""A win takes two keys: the buyer's decision, and an action that proves it."""

import pytest

from tests.sales.world import Said, World, day, plain

YES: Said = {"decision": "yes", "reasons": ["fit"]}
NO: Said = {"decision": "no", "reasons": ["price"]}
ORDER: Said = {"kind": "purchase_order", "reference": "PO 7"}
SIGNATURE: Said = {"kind": "signed_contract", "reference": "C 7"}


def test_a_yes_alone_wins_nothing() -> None:
    world = World()

    world.say("record_decision", **YES)

    assert world.state.outcome is None
    assert world.clock == "action_window"


def test_an_order_alone_wins_nothing() -> None:
    world = World()

    world.say("record_purchase", evidence=ORDER)

    assert world.state.outcome is None
    assert world.clock == "action_window"


def test_a_yes_and_then_an_order_win() -> None:
    world = World()
    world.say("record_decision", **YES)
    world.later("2d")

    world.say("record_purchase", evidence=ORDER)

    assert world.ended == ("won", "fit", day("2d"))


def test_an_order_and_then_a_yes_win() -> None:
    world = World()
    world.say("record_purchase", evidence=ORDER)
    world.later("2d")

    world.say("record_decision", **YES)

    assert world.ended == ("won", "fit", day("2d"))


@pytest.mark.parametrize("kind", ["signed_contract", "payment"])
def test_what_only_a_buyer_can_make_wins_alone(kind: str) -> None:
    world = World()

    world.say("record_purchase", evidence={"kind": kind, "reference": "7"}, reasons=["price"])

    assert world.ended == ("won", "price", day("0s"))


@pytest.mark.parametrize("kind", ["purchase_order", "written_acceptance"])
def test_what_others_can_make_waits_for_the_yes(kind: str) -> None:
    world = World()

    world.say("record_purchase", evidence={"kind": kind, "reference": "7"})

    assert world.state.outcome is None


def test_a_signature_confirms_an_order() -> None:
    world = World()
    world.say("record_purchase", evidence=ORDER)

    world.say("record_purchase", evidence=SIGNATURE)

    assert world.ended[0] == "won"


def test_a_second_order_is_refused() -> None:
    world = World()
    world.say("record_purchase", evidence=ORDER)

    assert world.refused("record_purchase", evidence=ORDER) == "evidence: purchased_already"


def test_a_no_is_lost() -> None:
    world = World()

    world.say("record_decision", **NO, competitor="Other", verbatim="too dear", origin="buyer")

    outcome = world.state.outcome
    assert outcome
    assert (outcome.outcome, outcome.reasons, outcome.source) == ("lost", ("price",), "buyer")
    assert (outcome.competitor, outcome.verbatim) == ("Other", "too dear")


def test_a_no_after_a_yes_is_lost() -> None:
    world = World()
    world.say("record_decision", **YES)

    world.say("record_decision", **NO)

    assert world.ended[:2] == ("lost", "price")


def test_a_no_after_a_purchase_is_refused() -> None:
    world = World()
    world.say("record_purchase", evidence=ORDER)

    assert world.refused("record_decision", **NO) == "decision: purchased_already"
    assert world.state.outcome is None


def test_a_win_that_was_given_no_reason_says_so() -> None:
    world = World()

    world.say("record_purchase", evidence=SIGNATURE)

    assert world.state.outcome
    assert (world.state.outcome.reason, world.state.outcome.source) == ("not_stated", "system")


def test_reasons_are_the_buyers_only_where_the_buyer_gave_them() -> None:
    typed, told = World(), World()

    typed.say("record_purchase", evidence=SIGNATURE, reasons=["fit"])
    told.say("record_purchase", evidence=SIGNATURE, reasons=["fit"], origin="buyer")

    assert typed.state.outcome
    assert told.state.outcome
    assert (typed.state.outcome.source, told.state.outcome.source) == ("seller", "buyer")


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("record_decision", {"decision": "yes", "reasons": ["no_budget"]}, "reasons"),
        ("record_decision", {"decision": "no", "reasons": ["fit"]}, "reasons"),
        ("record_purchase", {"evidence": SIGNATURE, "reasons": ["bored"]}, "reasons"),
        ("withdraw", {"reason": "price"}, "reason"),
    ],
)
def test_every_end_takes_its_reason_from_the_process(
    kind: str, body: dict[str, object], field: str
) -> None:
    world = World()

    assert world.refused(kind, **body) == f"{field}: unknown_reason"
    assert world.state.outcome is None


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("record_decision", {"decision": "no", "reasons": ["not_stated"]}),
        ("withdraw", {"reason": "not_stated"}),
    ],
)
def test_only_an_import_may_say_that_nobody_stated_a_reason(kind: str, body: Said) -> None:
    world = World()

    assert str(world.refused(kind, **body)).endswith("unknown_reason")

    world.say(kind, cause="import", **body)
    assert world.ended[1] == "not_stated"


@pytest.mark.parametrize("reason", ["no_fit", "duplicate", "account_closed"])
def test_the_seller_may_withdraw(reason: str) -> None:
    world = World()

    world.say("withdraw", reason=reason)

    assert world.ended == ("withdrawn", reason, day("0s"))


def test_a_win_closes_when_it_happened_not_when_it_was_told() -> None:
    world = World()
    world.later("5d")

    world.say("record_purchase", evidence=SIGNATURE, occurred_at=day("3d").isoformat())

    assert world.ended[2] == day("3d")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("record_decision", NO),
        ("record_purchase", {"evidence": SIGNATURE}),
        ("withdraw", {"reason": "no_fit"}),
    ],
)
def test_nothing_closes_before_it_was_opened(kind: str, body: Said) -> None:
    world = World()

    world.say(kind, **body, occurred_at=day("0s").replace(year=2025).isoformat())

    assert world.ended[2] == day("0s")


def test_a_win_closes_with_the_later_of_its_two_keys() -> None:
    world = World()
    world.later("5d")
    world.say("record_decision", **YES)

    world.say("record_purchase", evidence=ORDER, occurred_at=day("3d").isoformat())

    assert world.ended[2] == day("5d")


def test_the_last_stage_is_no_outcome() -> None:
    world = World()

    world.say("change_stage", stage="third")

    assert world.state.outcome is None


def test_what_was_bought_replaces_what_was_expected() -> None:
    world = World(amount={"amount": "100", "currency": "EUR"})

    world.say("record_purchase", evidence=SIGNATURE, amount={"amount": "80", "currency": "EUR"})

    assert world.state.amount == 80


def test_an_outcome_never_changes() -> None:
    world = World()
    world.say("withdraw", reason="no_fit")
    ended, outcome = world.ended, world.state.outcome

    facts = world.say("record_purchase", evidence=SIGNATURE)

    assert [fact.kind for fact in facts] == ["late"]
    assert world.ended == ended
    assert world.state.outcome is outcome
    assert world.state.late == 1


def test_what_came_too_late_is_kept_word_for_word() -> None:
    world = World(plain())
    world.say("withdraw", reason="no_fit")

    (late,) = world.say("record_purchase", stamped=False, evidence=SIGNATURE)

    assert late.data["message"] == "record_purchase"
    assert late.data["body"] == {"kind": "record_purchase", "evidence": SIGNATURE}
