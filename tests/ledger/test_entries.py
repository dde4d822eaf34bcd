"""What is said straight to the ledger is kept like all facts, and nobody's words get lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from ledger.batch import Subject
from ledger.entries import Answer
from ledger.fold import FOLDS
from ledger.ledger import Ledger
from sales.calendar import SetCalendar
from sales.imports import BeginImport, BeginUndo, FinishImport, FinishUndo
from sales.judgement import SetCategory, Submit
from sales.owner import SetOwner
from sales.quota import SetQuota
from sales.rate import SetRate
from sales.register import FORMS, AnyEntry
from starter.contract.documents import plain
from tests.contract.schemas import fault
from tests.ledger.story import NOW, Story

MINUTE = timedelta(minutes=1)


def rate(text: str, day: str = "2026-01-01", **more: Any) -> SetRate:
    said = {"currency": "USD", "base": "EUR", "rate": text, "valid_from": day}
    return SetRate.model_validate(said | more)


EVERYTHING: list[AnyEntry] = [
    SetCalendar(time_zone="Europe/Berlin", base_currency="EUR", year_starts=4),
    SetOwner(owner="ann", name="Ann", hours=Decimal("37.50"), actor="ops", note="as hired"),
    SetOwner(owner="bo", manager="ann", team="emea"),
    SetQuota(owner="bo", period="2026-Q3", amount=Decimal("100.10"), currency="EUR"),
    SetQuota(team="emea", period="2026", amount=Decimal("1000"), currency="USD"),
    rate("0.9150", base=None),
    SetCategory(
        opportunity="o-1", category="commit", reason="told so", until=date(2026, 3, 31), actor="ann"
    ),
    Submit(
        owner="bo",
        period="2026-Q3",
        amount=Decimal("90.5"),
        currency="EUR",
        reason="so",
        actor="bo",
    ),
    BeginImport(
        id="i-1", source="crm", process="plain", file="deals.csv", sha256="0", mapping="crm"
    ),
    FinishImport(id="i-1", counts={"rows": 2, "ended": 2}),
    BeginUndo(id="i-1"),
    FinishUndo(id="i-1", counts={"taken_back": 2, "left": 0}),
]
"""One of each kind; o-1 is an open opportunity."""


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    ledger.record(Story("o-1").batch())
    return ledger


def fold_again(ledger: Ledger) -> dict[str, list[Any]]:
    """Every row of an entry's subject as its journal alone makes it."""
    found: dict[str, list[Any]] = {}
    with ledger._read() as connection:
        for subject in FORMS:
            fold, rows = FOLDS[subject], []
            for id_ in connection.scalars(select(fold.table.c.id).order_by(fold.table.c.id)):
                state = None
                for fact in ledger.journal(subject, id_):
                    state = fold.evolve(state, fact, lambda *_: pytest.fail("no process"))
                rows.append(fold.row(state))
            found[subject] = rows
    return found


def rows_of(ledger: Ledger) -> dict[str, list[Any]]:
    with ledger._read() as connection:
        return {
            subject: [
                dict(row)
                for row in connection.execute(
                    select(FOLDS[subject].table).order_by(FOLDS[subject].table.c.id)
                ).mappings()
            ]
            for subject in FORMS
        }


def test_every_fact_about_an_entry_is_of_the_shape_that_the_contract_says(ledger: Ledger) -> None:
    answers = ledger.enter([*EVERYTHING, SetOwner(owner="ann", team=None, hours=None)], NOW)
    facts = [(answer.subject, answer.fact) for answer in answers if answer.fact]
    assert len(facts) == len(EVERYTHING) + 1
    for subject, fact in facts:
        assert fault(f"facts/{subject}/{fact.kind}", plain(fact)) is None


def test_everything_that_is_said_is_a_fact_and_a_row_that_it_folds_to(ledger: Ledger) -> None:
    answers = ledger.enter(EVERYTHING, NOW)

    assert [answer.broken for answer in answers] == [None] * len(EVERYTHING)
    rows = rows_of(ledger)
    assert {subject: len(some) for subject, some in rows.items()} == {
        **{"owner": 2, "quota": 2, "rate": 1, "calendar": 1, "import": 1},
        **{"category": 1, "submission": 1, "interview": 0},
    }
    assert rows == fold_again(ledger)
    (row,) = ledger.journal_rows("owner", "ann")
    assert (row.fact.kind, row.fact.actor, row.fact.note) == ("owner_set", "ops", "as hired")
    assert (row.run_id, row.fact.cause, row.fact.recorded_at) == ("ledger", "command", NOW)
    kinds = [fact.kind for fact in ledger.journal("import", "i-1")]
    assert kinds == ["import_begun", "import_finished", "undo_begun", "import_undone"]


def test_saying_the_same_again_changes_nothing(ledger: Ledger) -> None:
    ledger.enter(EVERYTHING, NOW)
    before = rows_of(ledger)

    again = ledger.enter([each for each in EVERYTHING if not isinstance(each, BeginImport)], NOW)

    assert [answer.fact for answer in again] == [None] * (len(EVERYTHING) - 1)
    assert rows_of(ledger) == before


def test_what_breaks_a_rule_is_told_and_all_the_rest_lands(ledger: Ledger) -> None:
    said = [
        SetOwner(owner="ann", manager="bo"),
        *EVERYTHING[1:3],
        SetOwner(owner="ann", manager="bo"),
    ]

    answers = ledger.enter(said, NOW)

    assert [rule(answer) for answer in answers] == [
        "manager: unknown_owner",
        None,
        None,
        "manager: cycle",
    ]
    assert ledger.owners().keys() == {"ann", "bo"}


def rule(answer: Answer) -> str | None:
    return str(answer.broken) if answer.broken else None


def test_what_would_happen_is_said_without_writing(ledger: Ledger) -> None:
    answers = ledger.enter(EVERYTHING, NOW, write=False)

    assert [answer.fact is not None for answer in answers] == [True] * len(EVERYTHING)
    assert rows_of(ledger) == {subject: [] for subject in FORMS}


def test_writers_at_the_same_time_lose_none_of_each_others_facts(ledger: Ledger) -> None:
    ledger.enter([SetOwner(owner="ann")], NOW)

    def say(number: int) -> None:
        ledger.enter([SetOwner(owner="ann", name=f"Ann {number}"), rate(f"1.{number}")], NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(say, range(1, 25)))

    owner, rates = ledger.journal("owner", "ann"), ledger.journal("rate", "USD:EUR:2026-01-01")
    assert [fact.sequence for fact in owner] == list(range(1, 26))
    assert {fact.data.get("name") for fact in owner[1:]} == {f"Ann {n}" for n in range(1, 25)}
    assert [fact.sequence for fact in rates] == list(range(1, 25))
    assert rows_of(ledger) == fold_again(ledger)


def test_what_is_learned_later_never_seems_to_be_known_before(ledger: Ledger) -> None:
    ledger.enter([rate("1.1"), rate("1.2", "2026-02-01")], NOW)
    ledger.enter([rate("1.3")], NOW - MINUTE)  # by a clock that is behind
    ledger.enter([SetCalendar(time_zone="Asia/Tokyo")], NOW - MINUTE)

    assert known(ledger, "rate", "USD:EUR:2026-02-01") == [NOW]
    (first, second) = known(ledger, "rate", "USD:EUR:2026-01-01")
    (third,) = known(ledger, "calendar", "ledger")
    assert first == NOW < second < third < NOW + MINUTE


def known(ledger: Ledger, subject: Subject, id: str) -> list[Any]:
    return [fact.recorded_at for fact in ledger.journal(subject, id)]


def test_a_calendar_rules_what_is_said_behind_it(ledger: Ledger) -> None:
    quota = SetQuota(owner="ann", period="2026-Q1", amount=Decimal(1), currency="EUR")

    ledger.enter([SetOwner(owner="ann"), SetCalendar(year_starts=4), quota], NOW)

    (held,) = ledger.quotas()
    assert (held.first.month, held.last.month) == (4, 6)
