"""Every fact that the rules can make tells what it should, in one line, and never fails to."""

from dataclasses import replace
from datetime import date

import pytest

from sales.erasing import Erasure, places
from sales.facts import Fact
from sales.notice import addressee
from sales.noticed import LONGEST, NOTICED, noticed
from sales.owner import Owner
from starter.contract import examples
from starter.contract.examples_of_pools import a_pool

MADE = {
    "opportunity": examples.an_opportunity()[0].facts,
    "account": examples.an_account()[0].facts,
    "pool": a_pool()[0].facts,
    "interview": examples.entries(),
}
TELLING = [(subject, kind) for subject, kinds in NOTICED.items() for kind in kinds]


def test_every_kind_that_tells_is_one_that_is_made() -> None:
    assert [each for each in TELLING if each[1] not in MADE[each[0]]] == []


@pytest.mark.parametrize("subject", MADE)
def test_every_fact_tells_in_one_line_with_or_without_its_words(subject: str) -> None:
    for kind, fact in MADE[subject].items():
        asked = {"sequences": [fact.sequence], "details": [p.detail for p in places(fact)]}
        redacted = Erasure(asked).redacted(fact)
        found, again = list(noticed(subject, fact)), list(noticed(subject, redacted))
        assert [each.what for each in found] == [each.what for each in again]
        assert bool(found) <= (kind in NOTICED.get(subject, {}))
        for each in found:
            assert each.words
            assert "\n" not in each.words
            assert len(each.words) <= LONGEST
            assert each.due is None or each.due.tzinfo
        imported = replace(fact, cause="import")
        assert list(noticed(subject, imported)) == []


def test_a_rest_that_somebody_ends_is_no_news_to_them() -> None:
    fact = MADE["opportunity"]["unparked"]
    told = [list(noticed("opportunity", replace(fact, cause=c))) for c in ("clock", "update")]
    assert [len(each) for each in told] == [1, 0]


def test_a_new_owner_is_told_and_another_detail_is_not_told() -> None:
    at = MADE["opportunity"]["unparked"].occurred_at
    said = [{"owner": "lee"}, {"segment": "smb"}]
    facts = [Fact(2, "amended", at, at, "signal", data=data) for data in said]
    assert [[each.to for each in noticed("opportunity", fact)] for fact in facts] == [["lee"], []]


def test_who_has_left_or_not_begun_is_stood_in_for_by_the_nearest_above() -> None:
    day = date(2026, 6, 1)
    owners = {
        "top": Owner(id="top"),
        "mid": Owner(id="mid", manager="top", active_from=date(2026, 7, 1)),
        "lee": Owner(id="lee", manager="mid", active_until=date(2026, 5, 31)),
        "alone": Owner(id="alone", active_until=date(2026, 5, 31)),
    }
    asked = (None, "top", "mid", "lee", "alone", "a stranger")
    reached = [addressee(each, owners, day) for each in asked]
    assert reached == [None, "top", "top", "top", None, "a stranger"]
    assert addressee("lee", owners, date(2026, 5, 31)) == "lee"
