"""What becomes of a row is worked out by the rules, before anything is written."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from sales.decide import decide
from sales.evolve import fold
from sales.messages import RecordDecision, Withdraw
from sales.opening import Start, begin
from sales.values import Id
from starter.importing.plan import Plan
from starter.importing.rows import Rejected
from starter.importing.slugs import slug
from tests.starter.made_export import (
    HEADER,
    NOW,
    PROCESS,
    Cells,
    MadeExport,
    add_bad_rows,
    ended_row,
    open_row,
)

GATED = PROCESS.model_copy(
    update={"opening": PROCESS.opening.model_copy(update={"requires": ("objective",)})}
)


def planned(folder: Path, row: Cells, as_of: date | None = None) -> Plan:
    [plan] = MadeExport(folder, rows=[row]).write().plans(as_of)
    assert isinstance(plan, Plan), plan
    return plan


def refused(folder: Path, *rows: Cells, **how: Any) -> str:
    last = MadeExport(folder, rows=list(rows)).write().plans(**how)[-1]
    assert isinstance(last, Rejected), last
    return f"{last.field}: {last.rule}"


def noon(year: int, month: int, day: int) -> datetime:
    """Noon in the mapping's time zone, in winter."""
    return datetime(year, month, day, 11, tzinfo=UTC)


# -- ended rows --------------------------------------------------------------------------------


def test_a_won_row_was_opened_decided_bought_and_ended_when_the_file_says(tmp_path: Path) -> None:
    plan = planned(tmp_path, ended_row("one"))
    assert [(fact.kind, fact.occurred_at) for fact in plan.facts] == [
        ("opened", noon(2024, 1, 10)),
        ("decided", noon(2024, 3, 1)),
        ("purchased", noon(2024, 3, 1)),
        ("ended", noon(2024, 3, 1)),
    ]
    assert {fact.cause for fact in plan.facts} == {"import"}
    assert all(fact.known_at == fact.occurred_at for fact in plan.facts)
    assert all(fact.recorded_at == NOW for fact in plan.facts)


def test_a_journal_folds_to_what_the_row_says(tmp_path: Path) -> None:
    plan = planned(tmp_path, ended_row("one", Amount="1,250.50", Currency="usd"))
    state = fold(plan.facts, lambda _name, _version: PROCESS)
    assert state
    assert state.outcome
    assert (state.outcome.outcome, state.outcome.reasons) == ("won", ("best_fit",))
    assert (state.outcome.closed_at, state.outcome.verbatim) == (noon(2024, 3, 1), "Best fit")
    assert (str(state.amount), state.currency) == ("1250.50", "USD")
    assert (state.account_id, state.owner, state.stage) == ("Acme", "Ann-Lee", "second")
    assert (state.opened_at, state.landed_at) == (noon(2024, 1, 10), NOW)


def test_what_it_was_sold_for_is_not_known_before_it_is_sold(tmp_path: Path) -> None:
    changes = ('amount = ["Amount", "products.price"]', 'amount = "products.price"')
    export = MadeExport(tmp_path, rows=[ended_row("one")]).write(changes)
    [plan] = export.plans()
    assert isinstance(plan, Plan)
    opened, _, purchased, _ = plan.facts
    assert opened.data["amount"] == {"amount": "890.50", "currency": "EUR"}
    assert purchased.data["amount"] == {"amount": "100", "currency": "EUR"}


def test_a_lost_and_a_dropped_row_end_for_their_reason(tmp_path: Path) -> None:
    lost = planned(tmp_path, ended_row("one", Stage="Lost", Why="Did nothing"))
    assert (lost.outcome, lost.facts[-1].data["reasons"]) == ("lost", ["status_quo"])
    dropped = planned(tmp_path, ended_row("one", Stage="Dropped", Why=""))
    assert (dropped.outcome, dropped.facts[-1].data["reasons"]) == ("withdrawn", ["disqualified"])


def test_a_reason_that_nobody_stated_is_not_made_up(tmp_path: Path) -> None:
    end = planned(tmp_path, ended_row("one", Stage="Lost", Why="")).facts[-1]
    assert (end.data["reasons"], end.data["reason_source"]) == (["not_stated"], "system")


@pytest.mark.parametrize(
    "message",
    [
        RecordDecision(decision="no", reasons=("not_stated",)),
        Withdraw(reason="not_stated"),
    ],
    ids=lambda message: message.kind,
)
def test_only_an_import_may_leave_the_reason_unstated(
    tmp_path: Path, message: RecordDecision | Withdraw
) -> None:
    plan = planned(tmp_path, open_row("one"))
    state, _ = begin(Start(account_id="a", opening=plan.opening, process=PROCESS), NOW)
    for cause in ("signal", "update"):
        assert decide(state, message, NOW, cause)[-1].data["rule"] == "unknown_reason"
    assert decide(state, message, NOW, "import")[-1].kind == "ended"


# -- open rows ---------------------------------------------------------------------------------


def test_an_open_row_keeps_its_age_and_rests_until_its_landing_is_over(tmp_path: Path) -> None:
    plan = planned(tmp_path, open_row("one"))
    [opened] = plan.facts
    assert opened.occurred_at == noon(2025, 2, 1)
    assert opened.data["engaged_at"] == noon(2025, 2, 20).isoformat()
    assert plan.deadline
    assert plan.deadline.clock == "buyer_silence"
    landing = PROCESS.landing
    assert NOW + landing.grace <= plan.deadline.at <= NOW + landing.grace + landing.spread


def test_the_ends_behind_a_landing_are_spread_by_the_id(tmp_path: Path) -> None:
    rows = [open_row(f"row-{number}") for number in range(40)]
    plans = MadeExport(tmp_path, rows=rows).write().plans()
    ends = {plan.deadline.at for plan in plans if isinstance(plan, Plan) and plan.deadline}
    assert len(ends) == 40
    assert max(ends) - min(ends) > PROCESS.landing.spread / 2


def test_today_in_the_file_counts_as_today(tmp_path: Path) -> None:
    """Thirty days old when the export was made is thirty days old when it is imported."""
    row = open_row("one", Created="2021-06-01", Heard="2021-06-20", Expected="2021-07-31")
    plan = planned(tmp_path, row, as_of=date(2021, 7, 1))
    [opened] = plan.facts
    assert NOW.date() - opened.occurred_at.date() == timedelta(days=30)
    assert opened.data["close_date"] == (NOW.date() + timedelta(days=30)).isoformat()
    said = opened.data["imported"]
    assert (said["opened"], said["close_date"]) == ("2021-06-01", "2021-07-31")
    assert said["as_of"] == "2021-07-01"


def test_what_has_ended_stays_where_it_was(tmp_path: Path) -> None:
    then = planned(tmp_path, ended_row("one"), as_of=date(2024, 6, 1))
    now = planned(tmp_path, ended_row("one"))
    assert [f.occurred_at for f in then.facts] == [f.occurred_at for f in now.facts]


def test_a_day_behind_the_files_own_today_has_not_been_yet(tmp_path: Path) -> None:
    row = ended_row("one", Closed="2024-03-01")
    assert refused(tmp_path, row, as_of=date(2024, 2, 28)) == "closed: in_the_future"


def test_a_row_without_a_date_starts_today(tmp_path: Path) -> None:
    plan = planned(tmp_path, open_row("one", Created="", Heard=""))
    assert plan.facts[0].occurred_at == NOW
    assert "opened" not in plan.facts[0].data["imported"]


def test_one_date_may_be_expected_while_open_and_real_once_closed(tmp_path: Path) -> None:
    both = ('close_date = "Expected"', 'close_date = "Closed"')
    rows = [open_row("one", Closed="2025-06-30"), ended_row("two")]
    open_, ended = MadeExport(tmp_path, rows=rows).write(both).plans()
    assert isinstance(open_, Plan)
    assert isinstance(ended, Plan)
    assert (open_.outcome, open_.facts[0].data["close_date"]) == (None, "2025-06-30")
    assert ended.outcome == "won"


# -- what is put right, and what is refused --------------------------------------------------------


def test_misspellings_are_put_right_before_a_side_file_is_asked(tmp_path: Path) -> None:
    plan = planned(tmp_path, open_row("one", Product="RoofRack"))
    assert (plan.opening.product, str(plan.opening.amount.amount)) == ("Roof Rack", "120")  # type: ignore[union-attr]  # None fails, too


def test_the_first_source_that_is_not_empty_counts(tmp_path: Path) -> None:
    names = [
        planned(tmp_path, open_row("one", **cells)).opening.name
        for cells in ({}, {"Name": ""}, {"Name": "", "Account": ""}, {"Name": "", "Product": ""})
    ]
    assert names == ["Order one", "Tow Bar for Acme", "Tow Bar", "one"]


def test_who_has_no_account_goes_to_the_default_one(tmp_path: Path) -> None:
    account = planned(tmp_path, open_row("one", Account="")).account
    assert (account.id, account.fields["name"]) == ("nobody", "Nobody in particular")


def test_an_account_is_known_by_its_slug_and_called_by_its_name(tmp_path: Path) -> None:
    account = planned(tmp_path, open_row("one", Account="Bäcker & Söhne")).account
    assert (account.id, account.fields["name"]) == ("Backer-Sohne", "Bäcker & Söhne")


def test_each_bad_row_is_rejected_with_its_field_and_its_rule(tmp_path: Path) -> None:
    export = MadeExport(tmp_path)
    expected = add_bad_rows(export)
    plans = export.write().plans()
    assert [type(each) for each in plans[:2]] == [Plan, Plan]
    told = [each for each in plans[2:] if isinstance(each, Rejected)]
    assert [(each.field, each.rule) for each in told] == expected
    assert [each.number for each in told] == list(range(4, 4 + len(expected)))
    assert len(expected) >= 20


def test_a_quote_that_is_never_closed_says_which_lines_it_swallows(tmp_path: Path) -> None:
    export = MadeExport(tmp_path, rows=[ended_row("one")])
    export.lines = [b'two,"Order', b"three,Order three"]
    _, last = export.write().plans()
    assert isinstance(last, Rejected)
    assert (last.rule, last.detail) == ("not_csv", "lines 3 to 4: unexpected end of data")


def test_blank_lines_are_no_rows_but_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    export = MadeExport(tmp_path, lines=[b"", b"one,too short"])
    [row] = export.write().plans()
    assert (row.number if isinstance(row, Rejected) else row) == 3


def test_the_opening_gate_binds_imports_too(tmp_path: Path) -> None:
    assert refused(tmp_path, open_row("one"), process=GATED) == "opening: objective"


def test_a_mapping_may_pass_the_gate_with_a_reason_and_it_is_counted(tmp_path: Path) -> None:
    override = ('currency = "EUR"', 'currency = "EUR"\noverride = "kept no objectives"')
    [plan] = MadeExport(tmp_path, rows=[open_row("one")]).write(override).plans(process=GATED)
    assert isinstance(plan, Plan)
    [opened] = plan.facts
    assert opened.data["overridden"] == "objective"
    assert (opened.actor, opened.note) == ("import:made", "kept no objectives")


def test_a_won_row_of_another_day_makes_the_same_events(tmp_path: Path) -> None:
    export = MadeExport(tmp_path, rows=[ended_row("one")]).write()
    [first], [second] = export.plans(), export.plans(now=NOW + timedelta(days=9))
    assert isinstance(first, Plan)
    assert isinstance(second, Plan)
    assert [f.event_id for f in first.facts] == [f.event_id for f in second.facts]
    assert first.facts[1:] == tuple(replace(f, recorded_at=NOW) for f in second.facts[1:])


# -- ids -----------------------------------------------------------------------------------------


@given(st.text(min_size=1, max_size=60))
def test_any_text_becomes_an_id_and_stays_it(text: str) -> None:
    made = slug(text)
    assert TypeAdapter(Id).validate_python(made[:100]) == made[:100]
    assert slug(made) == made
    assert "~" not in made


@pytest.mark.parametrize("text", ["1C1I7A6R", "a.b@c:d_e-f", "0061500000abc"])
def test_an_id_stays_as_it_is(text: str) -> None:
    assert slug(text) == text


def test_scripts_without_ascii_letters_stay_apart() -> None:
    assert slug("株式会社") != slug("有限会社")


def test_parquet_gives_the_same_plans_as_csv(tmp_path: Path) -> None:
    export = MadeExport(tmp_path, rows=[ended_row("one"), open_row("two")]).write()
    facts = [plan.facts for plan in export.plans() if isinstance(plan, Plan)]
    columns = {name: [row.get(name) for row in export.rows] for name in HEADER}
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    pq.write_table(table, tmp_path / "made.parquet")
    plans = export.plans(kind="parquet")
    assert [plan.facts for plan in plans if isinstance(plan, Plan)] == facts
