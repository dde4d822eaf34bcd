"""What the ledger answers when it is asked."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ledger.batch import Batch
from ledger.ledger import Ledger
from ledger.rows import AccountRow, OutcomeCount, Weighted
from sales.account.decide import open_account
from sales.account.state import dump_account
from tests.ledger.story import NOW, Story

EUROS = {"amount": "100.10", "currency": "EUR"}
YEN = {"amount": "90071992547409.9301", "currency": "JPY"}


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """Two open opportunities in euros, one in yen, one without a sum, two lost, one expired."""
    told = [
        Story("o-1", "a-1", owner="ada", amount=EUROS, close_date="2026-01-20"),
        Story("o-2", "a-1", owner="bob", amount=EUROS),
        Story("o-3", "a-2", owner="ada", amount=YEN),
        Story("o-4", "a-2"),
        *(Story(f"o-{number}", "a-3", amount=EUROS) for number in (5, 6, 7)),
    ]
    told[1].say("change_stage", stage="offer")
    told[4].lose()
    told[5].lose()
    told[6].wait(days=100)
    ledger.record_many([story.batch() for story in told])
    return ledger


def test_what_is_not_there_is_none(ledger: Ledger) -> None:
    answers = [ledger.opportunity("x"), ledger.state("x"), ledger.end_of("x"), ledger.account("x")]

    assert answers == [None] * 4
    assert ledger.account_state("x") is None
    assert ledger.process("x", 1) is None
    assert ledger.journal("account", "x") == []


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, "1234567"),
        ({"account_id": "a-1"}, "12"),
        ({"owner": "ada"}, "13"),
        ({"owner": "ada", "account_id": "a-1"}, "1"),
        ({"outcome": "open"}, "1234"),
        ({"outcome": "lost"}, "56"),
        ({"outcome": "won"}, ""),
        ({"stage": "offer"}, "2"),
        ({"process": "plain", "outcome": "expired"}, "7"),
        ({"process": "other"}, ""),
        ({"limit": 2}, "12"),
        ({"limit": 2, "after": "o-2"}, "34"),
        ({"outcome": "lost", "after": "o-5"}, "6"),
        ({"after": "o-7"}, ""),
    ],
)
def test_opportunities_are_found_by_what_is_known_of_them(
    filled: Ledger, wanted: dict[str, object], ids: str
) -> None:
    found = filled.opportunities(**wanted)  # type: ignore[arg-type]  # one literal for all cases

    assert "".join(row.id.removeprefix("o-") for row in found) == ids


def test_what_is_due_comes_in_the_order_of_its_deadlines(ledger: Ledger) -> None:
    told = [
        Story("o-1", owner="ada"),
        Story("o-2"),
        Story("o-3", owner="ada", close_date="2026-01-20"),
        Story("o-4"),
        Story("o-5"),
    ]
    told[0].say("record_engagement", later=48, origin="buyer", channel="call")
    told[4].lose()
    ledger.record_many([story.batch() for story in told])

    def due(days: int, **wanted: Any) -> str:
        rows = ledger.due(NOW + timedelta(days=days), **wanted)
        return "".join(row.id.removeprefix("o-") for row in rows)

    assert [due(15), due(25), due(33), due(90)] == ["", "3", "324", "3241"]
    assert due(90, owner="ada") == "31"
    assert due(90, limit=2) == "32"


def test_a_row_says_what_ends_the_opportunity_and_when(filled: Ledger) -> None:
    row, ended = filled.opportunity("o-1"), filled.opportunity("o-7")

    assert row is not None
    assert ended is not None
    assert (row.clock, row.close_date) == ("close_date", date(2026, 1, 20))
    assert row.deadline is not None
    assert NOW < row.deadline < row.end_by == NOW + timedelta(days=200)
    assert (row.outcome, row.reasons, row.closed_at) == (None, None, None)
    assert (ended.outcome, ended.reason, ended.reasons) == (
        "expired",
        "buyer_silence",
        ["buyer_silence"],
    )
    assert (ended.deadline, ended.clock, ended.category) == (None, None, "omitted")


def test_the_end_of_an_opportunity_is_its_outcome_record(filled: Ledger) -> None:
    assert filled.end_of("o-1") is None
    assert filled.end_of("o-5") == {
        "opportunity_id": "o-5",
        "account_id": "a-3",
        "outcome": "lost",
        "reason": "price",
        "reasons": ["price"],
        "competitor": None,
        "verbatim": None,
        "source": "seller",
        "closed_at": (NOW + timedelta(hours=1)).isoformat(),
        "amount": EUROS,
        "stage": "talk",
        "sequence": 3,
        "attempt": 1,
        "predecessor_id": None,
        "process": "plain",
    }


def test_outcomes_are_counted_by_reason_the_most_frequent_first(filled: Ledger) -> None:
    assert filled.outcomes() == [
        OutcomeCount("plain", "lost", "price", 2),
        OutcomeCount("plain", "expired", "buyer_silence", 1),
    ]
    assert filled.outcomes(process="other") == []


def test_open_sums_are_exact_and_never_mix_currencies(filled: Ledger) -> None:
    yen, euros, tenth = Decimal(YEN["amount"]), Decimal("100.10"), Decimal("0.1")

    assert filled.weighted() == [
        Weighted(None, "plain", "talk", "pipeline", 1, Decimal(0), Decimal(0)),
        Weighted("EUR", "plain", "offer", "best_case", 1, euros, Decimal("35.035")),
        Weighted("EUR", "plain", "talk", "pipeline", 1, euros, euros * tenth),
        Weighted("JPY", "plain", "talk", "pipeline", 1, yen, yen * tenth),
    ]
    assert filled.weighted(process="other") == []


def test_accounts_are_found_by_what_is_known_of_them(ledger: Ledger) -> None:
    state, first = open_account("a-2", NOW, "Acme")
    _, other = open_account("a-1", NOW)
    ledger.record_many(
        [Batch("account", "a-2", "run", (first,)), Batch("account", "a-1", "run", (other,))]
    )

    known = dict.fromkeys(("owner", "segment", "tier", "health", "band", "retired_at"))
    row = AccountRow(
        id="a-2", name="Acme", opened_at=NOW, sequence=1, state=dump_account(state), **known
    )
    assert ledger.account("a-2") == row
    assert ledger.accounts(after="a-1") == [row]
    assert [each.id for each in ledger.accounts()] == ["a-1", "a-2"]
    assert ledger.accounts(owner="ada") == []
