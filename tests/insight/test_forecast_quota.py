"""A forecast beside what it is measured by: quotas, submissions, and people's categories."""

from decimal import Decimal
from typing import Any

from insight.forecast.report import Against
from insight.judgements import Judgement
from sales.calendar import Calendar, period
from sales.judgement import CategorySaid, Submission
from sales.owner import Owner
from sales.quota import Quota
from tests.insight.test_forecast import columns_of, euros, rates, told_of
from tests.ledger.story import NOW, Story

OWNERS = {
    each.id: each
    for each in (
        Owner(id="top"),
        Owner(id="ann", manager="top", team="emea", territory="north"),
        Owner(id="bo", manager="ann", team="emea", territory="south"),
        Owner(id="cy", manager="ann", team="apac", territory="north"),
    )
}


def quota(amount: str, currency: str = "EUR", days: str = "2026-Q1", **whose: str) -> Quota:
    label, first, last = period(days, Calendar())
    said = {"id": f"{whose}{days}", "period": label, "first": first, "last": last}
    return Quota.model_validate({**said, "amount": amount, "currency": currency, **whose})


def deals() -> list[Story]:
    said = {"close_date": "2026-03-01"}
    won = Story("won", amount=euros("60"), owner="bo")
    won.say("record_purchase", evidence={"kind": "payment", "reference": "P"}, reasons=["value"])
    return [
        won,
        Story("o-1", amount=euros("100"), owner="bo", **said),
        Story("o-2", amount=euros("30"), owner="cy", team="emea", **said),
        Story("o-3", amount=euros("5"), owner="stranger", **said),
    ]


def told(*quotas: Quota, **asked: Any) -> Any:
    return told_of(*deals(), quotas=quotas, owners=OWNERS, **asked)


def against(lines: Any) -> dict[Any, Any]:
    return {e.whose: (e.against.quota, e.against.coverage) for e in lines if e.against}


def test_an_owner_is_measured_by_their_own_quota() -> None:
    found = told(quota("160", owner="bo"), quota("50", owner="cy"), by="owner")
    (bo,) = [line for line in found.lines if line.whose == "bo"]
    assert bo.against
    assert bo.against[:5] == (160, True, 60 / 160, 100, 1.0)
    assert against(found.lines) == {"bo": (160, 1.0), "cy": (50, 30 / 50)}
    assert against(found.whole) == {None: (210, 135 / 150)}


def test_a_manager_answers_for_their_own_quota_or_for_those_below() -> None:
    below = (quota("160", owner="bo"), quota("50", owner="cy"))
    found = told(*below, by="manager")
    assert [(line.whose, line.depth) for line in found.lines] == [
        *(("top", 0), ("ann", 1), ("bo", 2), ("cy", 2)),
        ("stranger", 0),
    ]
    assert {whose: q for whose, (q, _) in against(found.lines).items()} == {
        **{"top": 210, "ann": 210, "bo": 160, "cy": 50}
    }
    over = told(*below, quota("180", owner="ann"), by="manager")
    assert against(over.lines)["top"][0] == against(over.whole)[None][0] == 180
    (top,) = [line for line in found.lines if line.whose == "top"]
    assert columns_of(top) == {"closed": "60.00", "pipeline": "130.00"}


def test_what_nobody_said_of_an_opportunity_it_has_from_its_owner() -> None:
    found = told(quota("90", team="emea"), quota("160", owner="bo"), by="team")
    by_team = {line.whose: columns_of(line) for line in found.lines}
    assert by_team == {
        "emea": {"closed": "60.00", "pipeline": "130.00"},
        "": {"pipeline": "5.00"},
    }
    assert against(found.lines)["emea"][0] == 90
    territories = told(quota("160", owner="bo"), quota("50", owner="cy"), by="territory")
    assert {w: q for w, (q, _) in against(territories.lines).items()} == {"south": 160, "north": 50}


def test_who_has_a_quota_is_shown_even_if_nothing_is_theirs() -> None:
    found = told_of(quotas=[quota("70", owner="cy")], owners=OWNERS, by="owner")
    (line,) = found.lines
    assert (line.whose, line.currency, columns_of(line)) == ("cy", "EUR", {})
    assert line.against
    assert (line.against.remaining, line.against.coverage) == (70, 0)
    assert line.against.chance == 0


def test_a_quota_that_is_reached_leaves_nothing_to_cover() -> None:
    (line,) = [e for e in told(quota("50", owner="bo"), by="owner").lines if e.whose == "bo"]
    assert line.against == Against(Decimal(50), True, 60 / 50, Decimal(0), None, 1.0)


def test_a_quota_is_converted_like_all_else_or_stands_by_itself() -> None:
    exchange = rates(("USD", "0.5", "2026-01-02T00:00:00Z"))
    dollars = (quota("200", "USD", owner="bo"), quota("9", "GBP", owner="cy"))
    whole = told(*dollars, into="EUR", exchange=exchange).whole
    assert {line.currency: line.against.quota for line in whole if line.against} == {
        **{"EUR": 100, "GBP": 9}
    }


def judged(said: CategorySaid | Submission, standing: Any = "counts") -> Judgement:
    return Judgement(said, NOW, standing)


def category(id: str, category: Any) -> CategorySaid:
    return CategorySaid(id=id, opportunity=id, by="ann", category=category)


def test_a_category_that_counts_moves_the_opportunity_and_one_that_expired_does_not() -> None:
    said = [judged(category("o-1", "commit")), judged(category("o-2", "omitted"), "expired")]
    whole = told(judged=said).whole[0]
    assert columns_of(whole) == {"closed": "60.00", "commit": "100.00", "pipeline": "35.00"}
    omitted = told(judged=[judged(category("o-1", "omitted"))]).whole[0]
    assert columns_of(omitted)["omitted"] == "100.00"
    assert omitted.columns.weighted == Decimal("3.50")


def submission(owner: str, amount: str, currency: str = "EUR", days: str = "2026-Q1") -> Submission:
    label, first, last = period(days, Calendar())
    said = {"owner": owner, "by": owner, "period": label, "first": first, "last": last}
    return Submission.model_validate(
        {**said, "id": owner, "amount": amount, "currency": currency, "reason": "by deal"}
    )


def test_what_was_submitted_stands_beside_the_line_it_is_about() -> None:
    said = [
        judged(submission("bo", "150")),
        judged(submission("top", "170")),
        judged(submission("cy", "1", days="2026-01")),
    ]
    found = told(judged=said, by="manager")
    assert {line.whose: line.submitted.amount for line in found.lines if line.submitted} == {
        **{"bo": 150, "top": 170}
    }
    assert found.whole[0].submitted == (170, "top", "by deal")


def test_the_chance_to_reach_a_quota_falls_as_it_grows() -> None:
    chances = [
        line.against.chance
        for amount in ("61", "100", "194")
        for line in told(quota(amount, owner="top")).whole
        if line.against
    ]
    assert chances == sorted(chances, key=lambda c: -(c or 0))
    assert 0 < (chances[2] or 0) < 0.2 < (chances[0] or 0) < 1
