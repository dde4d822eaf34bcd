"""What becomes of a case is worked out by the rules, event by event, in the order of time."""

import tracemalloc
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from sales.evolve import fold
from sales.opportunity import Opportunity
from starter.importing.common import load
from starter.importing.events.log import Log
from starter.importing.events.mapping import EventMapping
from starter.importing.plan import Plan
from starter.importing.rows import Rejected
from tests.starter.made_export import NOW, PROCESS
from tests.starter.made_log import Cells, MadeLog, event, made, won

AT: Final = datetime(2024, 3, 4, 9, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
FORMATS: Final = ("csv", "csv.gz", "parquet", "xes", "xes.gz")


def planned(folder: Path, events: list[Cells], **how: Any) -> Plan:
    [plan] = MadeLog(folder, events=events).write().plans(**how)
    assert isinstance(plan, Plan), plan
    return plan


def refused(folder: Path, *events: Cells) -> str:
    last = MadeLog(folder, events=list(events)).write().plans()[-1]
    assert isinstance(last, Rejected), last
    return f"{last.field}: {last.rule}"


def state_of(plan: Plan) -> Opportunity:
    state = fold(plan.facts, lambda _name, _version: PROCESS)
    assert state
    return state


def told(plan: Plan) -> list[tuple[str, datetime]]:
    return [(fact.kind, fact.occurred_at) for fact in plan.facts]


# -- what a case becomes -----------------------------------------------------------------------


def test_a_case_becomes_its_real_history(tmp_path: Path) -> None:
    plan = planned(tmp_path, won("one"))
    assert told(plan) == [
        ("opened", AT),
        ("amended", AT + 3 * HOUR),
        ("stage_changed", AT + 3 * HOUR),
        ("engaged", AT + 3 * HOUR),
        ("effort_logged", AT + 4.5 * HOUR),
        ("engaged", AT + 30 * HOUR),
        ("decided", AT + 50 * HOUR),
        ("purchased", AT + 50 * HOUR),
        ("ended", AT + 50 * HOUR),
    ]
    assert {fact.cause for fact in plan.facts} == {"import"}
    assert all(fact.known_at == fact.occurred_at for fact in plan.facts)
    assert all(fact.recorded_at == NOW for fact in plan.facts)
    assert {fact.actor for fact in plan.facts[1:5]} == {"Ann Lee"}


def test_a_journal_folds_to_what_the_log_says(tmp_path: Path) -> None:
    state = state_of(planned(tmp_path, won("one")))
    assert state.outcome
    assert (state.outcome.outcome, state.outcome.closed_at) == ("won", AT + 50 * HOUR)
    assert (state.account_id, state.owner, state.stage) == ("Acme-Sons", "Ann-Lee", "second")
    assert (state.name, state.amount, state.currency) == ("Request one", Decimal("120.50"), "EUR")
    assert state.effort == Decimal("2.5")
    assert state.engaged_at == AT + 30 * HOUR


def test_the_order_of_the_file_does_not_matter(tmp_path: Path) -> None:
    events = won("one")
    Random(7).shuffle(events)
    assert planned(tmp_path, events).facts == planned(tmp_path, won("one")).facts


def test_of_one_instant_the_opening_comes_first_and_the_end_last(tmp_path: Path) -> None:
    events = [
        event("one", "Sign", AT, "Ann Lee"),
        event("one", "Talk", AT, "Ann Lee"),
        event("one", "Ask", AT),
    ]
    kinds = [kind for kind, _ in told(planned(tmp_path, events))]
    assert (kinds[0], kinds[-1], "late" in kinds) == ("opened", "ended", False)


def test_an_event_told_twice_counts_once(tmp_path: Path) -> None:
    twice = [row for row in won("one") for _ in range(2)]
    assert planned(tmp_path, twice).facts == planned(tmp_path, won("one")).facts


def test_a_way_back_is_a_way_back_and_no_step_is_told_twice(tmp_path: Path) -> None:
    steps = ["Ask", "Talk", "Return", "Talk", "Talk"]
    events = [event("one", name, AT + at * HOUR, "Ann Lee") for at, name in enumerate(steps)]
    plan = planned(tmp_path, events)
    moves = [fact.data["stage"] for fact in plan.facts if fact.kind == "stage_changed"]
    assert moves == ["second", "first", "second"]
    assert state_of(plan).reversions == 1


def test_a_sum_that_changes_is_amended(tmp_path: Path) -> None:
    events = won("one")
    for row in events[3:]:
        row["case:amount"] = "99"
    plan = planned(tmp_path, events)
    assert plan.facts[0].data["amount"]["amount"] == "120.50"
    assert state_of(plan).amount == 99


@pytest.mark.parametrize(
    ("end", "who", "outcome", "reason", "source"),
    [
        ("Sign", "", "won", "not_stated", "system"),
        ("Refuse", "Ann Lee", "lost", "status_quo", "buyer"),
        ("Close", "robot", "expired", "buyer_silence", "system"),
        ("Close", "Bo Díaz", "withdrawn", "disqualified", "seller"),
    ],
)
def test_an_end_is_what_the_mapping_says_of_who_made_it(
    tmp_path: Path, end: str, who: str, outcome: str, reason: str, source: str
) -> None:
    plan = planned(tmp_path, [event("one", "Ask", AT), event("one", end, AT + HOUR, who)])
    ended = plan.facts[-1].data
    assert (ended["outcome"], ended["reasons"], ended["reason_source"]) == (
        *(outcome, [reason], source),
    )


# -- work --------------------------------------------------------------------------------------


def efforts(plan: Plan) -> list[tuple[datetime, str]]:
    return [(f.occurred_at, f.data["hours"]) for f in plan.facts if f.kind == "effort_logged"]


def work(*spans: tuple[float, float]) -> list[Cells]:
    """Work between these hours, in a case that lives for a hundred."""
    rows = [event("one", "Ask", AT), event("one", "Sign", AT + 100 * HOUR)]
    for begin, end in spans:
        rows.append(event("one", "Work", AT + begin * HOUR, "Ann Lee", "start"))
        rows.append(event("one", "Work", AT + end * HOUR, "Ann Lee"))
    return rows


def test_work_left_open_counts_up_to_the_most(tmp_path: Path) -> None:
    assert efforts(planned(tmp_path, work((1, 30)))) == [(AT + 30 * HOUR, "8")]


def test_seconds_add_up_to_the_hundredth_of_the_whole(tmp_path: Path) -> None:
    seconds = [(at, at + 10 / 3600) for at in range(1, 31)]
    plan = planned(tmp_path, work(*seconds))
    assert state_of(plan).effort == Decimal("0.08")
    assert len(efforts(plan)) == 8


def test_what_was_done_without_having_begun_or_begun_without_being_done_is_no_work(
    tmp_path: Path,
) -> None:
    rows = [event("one", "Work", AT + HOUR), event("one", "Work", AT + 5 * HOUR, word="start")]
    assert efforts(planned(tmp_path, work() + rows)) == []


def test_work_over_the_end_is_cut_there_and_the_rest_is_kept_as_late(tmp_path: Path) -> None:
    plan = planned(tmp_path, work((98, 103)))
    assert efforts(plan) == [(AT + 100 * HOUR, "2")]
    last = plan.facts[-1]
    assert (last.kind, last.occurred_at, last.data["body"]["hours"]) == (
        *("late", AT + 103 * HOUR, "3"),
    )


# -- what is late, what is open ------------------------------------------------------------------


def test_the_first_end_stands_and_what_comes_behind_it_is_late(tmp_path: Path) -> None:
    more = [event("one", "Refuse", AT + 60 * HOUR), event("one", "Answer", AT + 70 * HOUR)]
    plan = planned(tmp_path, won("one") + more)
    assert plan.outcome == "won"
    assert [fact.data["message"] for fact in plan.facts if fact.kind == "late"] == [
        *("record_decision", "record_engagement"),
    ]


def test_an_open_case_keeps_its_age_its_history_and_its_clocks(tmp_path: Path) -> None:
    events = won("one")[:-1]
    plan = planned(tmp_path, events, as_of=date(2024, 3, 8))
    shift = timedelta(days=(NOW.date() - date(2024, 3, 8)).days)
    assert told(plan)[0] == ("opened", AT + shift)
    state = state_of(plan)
    assert (state.engaged_at, state.stage_entered_at) == (
        *(AT + shift + 30 * HOUR, AT + shift + 3 * HOUR),
    )
    assert plan.deadline
    assert plan.deadline.clock == "buyer_silence"
    assert len(plan.past) == 5
    assert plan.opening.landing
    assert plan.opening.landing.said["opened"] == AT.isoformat()
    assert plan.opening.landing.said["as_of"] == "2024-03-08"


# -- the three formats -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS[1:])
def test_every_format_of_a_log_gives_the_same_plans(tmp_path: Path, kind: str) -> None:
    log = made(tmp_path, 4, 40, 5, today=NOW).write(kinds=("csv", kind))
    plans = [plan for plan in log.plans() if isinstance(plan, Plan)]
    others = [plan for plan in log.plans(kind) if isinstance(plan, Plan)]
    assert len(plans) == 45
    assert [(p.facts, p.past) for p in others] == [(p.facts, p.past) for p in plans]


def test_a_log_sorted_by_time_gives_the_same_plans(tmp_path: Path) -> None:
    log = made(tmp_path, 4, 40, 5, today=NOW).write()
    plans = {plan.id: plan.facts for plan in log.plans() if isinstance(plan, Plan)}
    log.events.sort(key=lambda row: row["time:timestamp"])
    mixed = log.write().plans()
    assert {plan.id: plan.facts for plan in mixed if isinstance(plan, Plan)} == plans


@pytest.mark.parametrize("kind", ["csv", "parquet", "xes"])
def test_a_log_takes_no_more_memory_than_some_of_its_cases(tmp_path: Path, kind: str) -> None:
    log = MadeLog(tmp_path, events=[row for n in range(1_500) for row in won(f"{n:04}")])
    if kind != "xes":  # there the events of a case are together by nature
        log.events.sort(key=lambda row: row["concept:name"])
    log.write(kinds=(kind,))
    mapping = load(log.mapping, EventMapping)
    log.events.clear()
    tracemalloc.start()
    assert sum(1 for _ in Log(log.file(kind), mapping, log.mapping)) == 1_500
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * 2**20


# -- defects ---------------------------------------------------------------------------------------

SPOILT: Final[list[tuple[str, str, Cells]]] = [
    ("time", "required", {"time:timestamp": ""}),
    ("time", "not_a_date", {"time:timestamp": "yesterday"}),
    ("time", "out_of_range", {"time:timestamp": "1066-10-14T09:00:00Z"}),
    ("time", "in_the_future", {"time:timestamp": "2199-01-01T09:00:00Z"}),
    ("activity", "required", {"concept:name": ""}),
    ("activity", "unknown_activity", {"concept:name": "Juggle"}),
    ("lifecycle", "unknown_lifecycle", {"lifecycle:transition": "pondered"}),
    ("resource", "too_long", {"org:resource": "x" * 201}),
]
"""What is wrong with one event of a case, behind the first."""
BROKEN: Final[list[tuple[str, str, list[Cells]]]] = [
    ("amount", "too_small", [{**event("c", "Ask", AT), "case:amount": "-5"}]),
    ("amount", "not_a_number", [{**event("c", "Ask", AT), "case:amount": "a lot"}]),
    ("amount", "too_large", [{**event("c", "Ask", AT), "case:amount": "1e15"}]),
    ("case", "too_long", [event("x" * 81, "Ask", AT)]),
    ("case", "required", [event("", "Ask", AT)]),
    ("activity", "no_beginning", won("c")[3:]),
    ("activity", "no_beginning", [event("c", "Archive", AT)]),
    ("activity", "opened_twice", [*won("c"), event("c", "Ask", AT + 9 * HOUR)]),
    ("resource", "no_end_applies", [event("c", "Ask", AT), event("c", "Close", AT + HOUR, "me")]),
    ("reason", "unknown_reason", [*won("c")[:-1], {**won("c")[-1], "why": "Bad weather"}]),
    ("account", "ambiguous", [{**event("c", "Ask", AT), "case:account": "Acme, Sons"}]),
    ("owner", "too_long", [event("c", "Ask", AT), event("c", "Talk", AT + HOUR, "x" * 150)]),
]
"""Cases in which something is wrong."""


@pytest.mark.parametrize("kind", ["csv", "parquet", "xes"])
@pytest.mark.parametrize(
    ("field", "rule", "change"), SPOILT, ids=[f"{f}-{r}" for f, r, _ in SPOILT]
)
def test_one_bad_event_rejects_its_case_and_is_named(
    tmp_path: Path, kind: str, field: str, rule: str, change: Cells
) -> None:
    events = won("good") + won("bad")
    bad = events[11] = {**events[11], **change}
    log = MadeLog(tmp_path, events=events).write(kinds=(kind,))
    good, rejected = log.plans(kind)
    assert isinstance(good, Plan)
    assert isinstance(rejected, Rejected), rejected
    assert (rejected.field, rejected.rule, rejected.cells[0]) == (field, rule, "bad")
    assert set(filter(None, bad.values())) <= set(rejected.cells)
    assert rejected.number == {"csv": 13, "parquet": 12, "xes": 12}[kind]


@pytest.mark.parametrize("kind", ["csv", "parquet", "xes"])
@pytest.mark.parametrize(
    ("field", "rule", "events"), BROKEN, ids=[f"{f}-{r}-{len(e)}" for f, r, e in BROKEN]
)
def test_a_case_that_breaks_a_rule_is_rejected_by_its_name(
    tmp_path: Path, kind: str, field: str, rule: str, events: list[Cells]
) -> None:
    log = MadeLog(tmp_path, events=won("good") + events).write(kinds=(kind,))
    good, rejected = log.plans(kind)
    assert isinstance(good, Plan)
    assert isinstance(rejected, Rejected), rejected
    assert (rejected.field, rejected.rule) == (field, rule)


def test_two_cases_never_become_one_opportunity(tmp_path: Path) -> None:
    assert refused(tmp_path, *won("go-od"), *won("go/od")) == "case: ambiguous"


def test_a_case_without_measure_is_rejected(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("starter.importing.events.log.MOST_EVENTS", 7)
    assert refused(tmp_path, *won("one")) == "case: too_many"


def test_an_event_that_cannot_be_read_rejects_its_case(tmp_path: Path) -> None:
    log = MadeLog(tmp_path, events=won("good") + won("bad")).write()
    lines = log.file("csv").read_bytes().split(b"\r\n")
    lines[12] = lines[12].replace(b"Acme", b"Caf\xe9")
    lines.insert(14, b"bad,short")
    log.file("csv").write_bytes(b"\r\n".join(lines))
    good, *others = log.plans()
    assert isinstance(good, Plan)
    found = {
        (each.cells[0], each.field, each.rule) for each in others if isinstance(each, Rejected)
    }
    assert found == {("bad", "case:account", "encoding"), ("", "row", "column_count")}
