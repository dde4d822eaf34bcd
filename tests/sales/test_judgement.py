"""Judgements have an author, a reason and an expiry, and are about what there is."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from sales.calendar import Calendar
from sales.drafts import Broken
from sales.entries import evolve_entered
from sales.judgement import (
    CategorySaid,
    SetCategory,
    Submission,
    Submit,
    category_id,
    decide_category,
    decide_submission,
    submission_id,
)
from sales.owner import Owner
from tests.sales.entered import NOW, entered

BERLIN = Calendar(time_zone="Europe/Berlin")
OWNERS = {"bo": Owner(id="bo")}
ENDED = {"o-1": False, "o-2": True}


def category(**said: Any) -> SetCategory:
    told = {"opportunity": "o-1", "category": "commit", "reason": "they told me", "actor": "bo"}
    given = {**told, "until": "2026-03-31", **said}
    return SetCategory.model_validate({k: v for k, v in given.items() if v is not None})


def submit(**said: Any) -> Submit:
    told = {"owner": "bo", "period": "2026-Q1", "amount": "900.50", "currency": "EUR"}
    given = {**told, "reason": "by deal", "actor": "bo", **said}
    return Submit.model_validate({k: v for k, v in given.items() if v is not None})


def said(entry: SetCategory, held: CategorySaid | None = None) -> dict[str, Any] | None:
    return decide_category(held, entry, BERLIN, NOW, ENDED.get(entry.opportunity))


def submitted(entry: Submit, held: Submission | None = None) -> dict[str, Any] | None:
    return decide_submission(held, entry, BERLIN, NOW, OWNERS)


def test_a_day_of_expiry_is_over_when_it_is_over_where_the_ledger_counts_days() -> None:
    data = said(category())
    assert data
    assert data["until"] == "2026-03-31T21:59:59.999999+00:00"


def test_a_submission_expires_with_its_period_unless_it_says_when() -> None:
    own, other = submitted(submit()), submitted(submit(until="2026-02-01T00:00:00Z"))
    assert own
    assert other
    assert own["until"] == "2026-03-31T21:59:59.999999+00:00"
    assert other["until"] == "2026-02-01T00:00:00+00:00"
    assert (own["first"], own["last"], own["amount"]) == ("2026-01-01", "2026-03-31", "900.50")


def test_each_author_has_a_word_of_their_own_about_the_same_thing() -> None:
    assert category_id(category()) != category_id(category(actor="ann"))
    assert submission_id(submit(), BERLIN) != submission_id(submit(actor="ann"), BERLIN)
    # An id of an opportunity may hold what separates others.
    assert category_id(category(opportunity="a:b", actor="c")) != category_id(
        category(opportunity="a", actor="b:c")
    )


def test_saying_the_same_again_is_no_fact_and_taking_it_back_is_one() -> None:
    data = said(category())
    assert data
    held = evolve_entered(CategorySaid, None, entered(1, data))
    assert said(category(), held) is None
    back = said(category(void=True, category=None, reason=None, until=None), held)
    assert back
    after = evolve_entered(CategorySaid, held, entered(2, back))
    assert (after.void, after.category, after.by) == (True, None, "bo")


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        (category(actor=None), "actor: required"),
        (category(opportunity="o-9"), "opportunity: unknown_opportunity"),
        (category(opportunity="o-2"), "opportunity: has_ended"),
        (category(category=None), "category: required"),
        (category(reason=None), "reason: required"),
        (category(until=None), "until: required"),
        (category(until="2025-12-31"), "until: in_the_past"),
        (category(void=True), "category: surplus"),
        (
            category(void=True, category=None, reason=None, until=None),
            "void: unknown_judgement",
        ),
        (submit(actor=None), "actor: required"),
        (submit(owner="stranger"), "owner: unknown_owner"),
        (submit(period="soon"), "period: not_a_period"),
        (submit(amount=None), "amount: required"),
        (submit(reason=None), "reason: required"),
        (submit(period="2025"), "until: in_the_past"),
        (submit(void=True, reason=None), "amount: surplus"),
        (submit(void=True, amount=None, reason=None), "void: unknown_judgement"),
    ],
)
def test_what_cannot_be_is_refused(entry: SetCategory | Submit, rule: str) -> None:
    decide: Callable[[Any], Any] = said if isinstance(entry, SetCategory) else submitted
    with pytest.raises(Broken, match=rule):
        decide(entry)


def test_nobody_can_say_closed_or_give_an_empty_reason() -> None:
    for wrong in ({"category": "closed"}, {"reason": ""}):
        with pytest.raises(ValidationError):
            category(**wrong)


def test_the_present_is_not_yet_the_past() -> None:
    assert said(category(until=datetime(2026, 1, 5, 9, 0, 1, tzinfo=UTC)))
