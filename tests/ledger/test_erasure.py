"""Words that are erased are gone from every table, and what is left still tells the same story."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from ledger.batch import Batch
from ledger.ledger import Ledger
from ledger.schema import metadata
from sales.account.decide import decide_account, open_account
from sales.account.evolve import evolve_account
from sales.account.messages import ACCOUNT_KINDS
from sales.details import MAPS
from sales.drafts import Broken
from sales.erasing import ERASED, WORDS, Erasure, places
from sales.facts import Fact
from sales.messages import KINDS, Erase
from sales.outcome import record_of
from sales.reading import read
from sales.restoring import restored
from sales.values import Name, Text
from tests.ledger.conftest import BOTH
from tests.ledger.story import NOW, Story, process
from tests.ledger.test_trace import assert_traced
from tests.postgres import Postgres

CANARY: Final = "Zaphira Canary"
"""A person's name that stands nowhere but where a test has put it."""
LOUD: Final = CANARY.upper()
_ids = count()

FREE: Final[dict[str, dict[str, Any]]] = {
    "stakeholders": {"p1": {"role": "champion", "name": CANARY}},
    "objectives": {"o1": {"description": f"{CANARY} wants it", "measure": f"as {CANARY} says"}},
    "plan": {"s1": {"title": f"Ask {CANARY}", "due": "2026-03-01", "owner": "buyer"}},
    "qualification": {"metrics": {"score": 2, "evidence": f"{CANARY}'s mail"}},
    "competitors": {"c1": {"name": "Rival", "note": f"{CANARY} worked there"}},
}
PLACES: Final = [*(f"{name}.{key}" for name, held in FREE.items() for key in held), "name"]
WORDY: Final[list[tuple[str, dict[str, Any]]]] = [
    *(("amend", {name: held}) for name, held in FREE.items()),
    ("amend", {"name": f"Lifts for {CANARY}"}),
    ("amend", {"stakeholders": {"p1": {"name": None}}}),
    ("amend", {"stakeholders": {"p1": None}}),
    ("record_engagement", {"origin": "buyer", "channel": "call", "summary": f"{LOUD} rang"}),
    ("record_engagement", {"origin": "buyer", "channel": "call", "stakeholder_id": "p1"}),
    ("log_effort", {"hours": "1", "note": f"with {CANARY}"}),
    ("change_stage", {"stage": "offer", "evidence": f"minutes by {CANARY}"}),
    ("change_stage", {"stage": "talk", "actor": CANARY}),
    ("extend", {"close_date": "2026-05-15", "reason": f"{CANARY} is away"}),
    ("park", {"until": "2026-02-20", "reason": f"{CANARY} is away"}),
    ("unpark", {}),
    ("record_decision", {"decision": "yes", "reasons": ["value"], "verbatim": f"{CANARY}: yes"}),
    ("record_decision", {"decision": "no", "reasons": ["price"], "verbatim": f"{CANARY}: no"}),
    (
        "record_purchase",
        {"evidence": {"kind": "payment", "reference": f"by {CANARY}"}, "verbatim": CANARY},
    ),
    ("withdraw", {"reason": "no_capacity", "verbatim": CANARY}),
    ("amend", {"surplus": 1, "stakeholders": {"p1": {"name": f"{CANARY} the Second"}}}),
    ("greet", {"words": [f"good morning, {LOUD}", {"deep": [CANARY]}]}),
]
SPEECH: Final = st.lists(st.tuples(st.sampled_from(WORDY), st.sampled_from([1, 24])), max_size=14)
ALL: Final = {
    "actor": "admin",
    "reason": "requested",
    "stakeholder_id": "p1",
    "details": [*PLACES, "verbatim", "reference"],
}


def teller(speech: list[tuple[tuple[str, dict[str, Any]], int]], story: Story) -> Story:
    for (kind, body), hours in speech:
        story.say(kind, hours, **body)
    return story


def everything(ledger: Ledger, about: str) -> str:
    """Every column of every row that is about it, and of every row of the other tables."""
    with ledger._read() as connection:
        return "\n".join(_rows(connection, about)).lower()


def _rows(connection: Connection, about: str) -> Iterator[str]:
    for table in metadata.sorted_tables:
        query = select(table).where(table.c.id == about) if "id" in table.c else select(table)
        for row in connection.execute(query):
            yield json.dumps(list(row), default=str, ensure_ascii=False)


@pytest.fixture(scope="module", params=BOTH)
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ledger]:
    """One ledger for every example, on one database after the other."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('erasure') / 'ledger.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.url(server.create())
    ledger = Ledger(url)
    ledger.migrate()
    yield ledger
    ledger.close()


@settings(max_examples=40, deadline=None)
@given(SPEECH, SPEECH, SPEECH, st.integers(1, 12))
def test_what_is_erased_is_gone_from_every_column_and_the_row_is_what_the_workflow_says(
    shared: Ledger, speech: Any, rewritten: Any, after: Any, at: int
) -> None:
    story = teller(speech, Story(f"o-{next(_ids)}", stakeholders=FREE["stakeholders"]))
    shared.record(story.batch())
    story = teller(rewritten, story.fork(min(at, len(story.facts))))
    shared.record(story.batch(run_id="run-2"))
    refused = [row.fact.sequence for row in rows(shared, story) if row.fact.kind == "refused"]

    last = len(story.facts)
    story.say("erase", 1, **ALL, sequences=[each for each in refused if each <= last])
    if shared.record(story.batch(run_id="run-2")).end:
        return  # the end stands against the rewriting

    assert_clean(shared, story)
    teller([each for each in after if "anary" not in str(each).lower()], story)
    shared.record(story.batch(run_id="run-2"))
    assert_clean(shared, story)


def rows(ledger: Ledger, story: Story) -> Any:
    return ledger.journal_rows("opportunity", story.id, superseded=True)


def assert_clean(ledger: Ledger, story: Story) -> None:
    """No trace is left; the rows fold to what the running opportunity has."""
    assert CANARY.lower() not in everything(ledger, story.id)
    assert ledger.state(story.id) == story.state
    assert_traced(ledger)
    journal = ledger.journal_rows("opportunity", story.id)
    told = [(row.fact.sequence, row.fact.kind, row.digest) for row in journal]
    assert told == [(fact.sequence, fact.kind, fact.digest()) for fact in story.facts]
    assert ledger.end_of(story.id) == (record_of(story.state) if story.state.outcome else None)


def told(story: Story, ledger: Ledger) -> Story:
    """Everything that can be said with a person's name in it, and its end."""
    for kind, body in WORDY[:11]:
        story.say(kind, **body)
    story.lose(verbatim=f"{CANARY} says no")
    ledger.record(story.batch())
    return story


def test_a_journal_that_begins_with_a_state_loses_the_words_too(ledger: Ledger) -> None:
    story = Story()
    for kind, body in WORDY:
        if kind not in ("record_decision", "record_purchase", "withdraw"):
            story.say(kind, **body)
    story.say("record_decision", decision="yes", reasons=["value"], verbatim=f"{CANARY}: yes")
    story.say(f"{CANARY}?", words=CANARY)
    refused = [fact.sequence for fact in story.facts if fact.kind == "refused"]
    begun = restored(story.state, story.now)
    ledger.record(Batch("opportunity", story.id, "run-9", (begun,), process()))
    assert CANARY.lower() in everything(ledger, story.id)

    facts = story.say("erase", 1, **ALL, sequences=refused)
    ledger.record(Batch("opportunity", story.id, "run-9", facts))

    assert CANARY.lower() not in everything(ledger, story.id)
    assert ledger.state(story.id) == story.state
    (row, _) = ledger.journal_rows("opportunity", story.id)
    assert row.digest == begun.digest()


def asked(**more: Any) -> Erase:
    message = read("erase", {"actor": "admin", "reason": "requested", **more}, KINDS)
    assert isinstance(message, Erase)
    return message


def test_an_ended_opportunity_is_erased_in_the_ledger_and_stays_ended(ledger: Ledger) -> None:
    story = told(Story(stakeholders=FREE["stakeholders"]), ledger)
    before = ledger.opportunity("o-1")
    assert CANARY.lower() in everything(ledger, "o-1")
    later = story.now + timedelta(days=400)

    receipt = ledger.erase("opportunity", "o-1", asked(**ALL), later)

    assert (receipt.accepted, receipt.sequence) == (True, len(story.facts) + 1)
    assert CANARY.lower() not in everything(ledger, "o-1")
    after, last = ledger.opportunity("o-1"), ledger.journal("opportunity", "o-1")[-1]
    assert before
    assert after
    assert (after.outcome, after.reason, after.closed_at) == ("lost", "price", before.closed_at)
    assert (last.kind, last.cause, last.actor, last.recorded_at) == (
        *("erased", "command", "admin"),
        later,
    )
    record = ledger.end_of("o-1")
    assert record
    assert record["verbatim"] == ERASED


def test_the_same_erasure_again_is_one_effect(ledger: Ledger) -> None:
    story = told(Story(stakeholders=FREE["stakeholders"]), ledger)
    first = ledger.erase("opportunity", "o-1", asked(**ALL, event_id="e-1"), story.now)
    rows_then = ledger.journal_rows("opportunity", "o-1")

    again = ledger.erase("opportunity", "o-1", asked(**ALL, event_id="e-1"), story.now)
    ledger.record(story.batch(run_id="run-2"))  # the workflow tells what it told before

    assert (again.accepted, again.sequence, again.duplicate) == (True, first.sequence, True)
    assert ledger.journal_rows("opportunity", "o-1") == rows_then


def test_an_erasure_takes_what_it_names_and_leaves_the_rest(ledger: Ledger) -> None:
    story = told(Story(stakeholders=FREE["stakeholders"]), ledger)
    state = ledger.state("o-1")
    assert state

    ledger.erase("opportunity", "o-1", asked(details=["objectives.o1"]), story.now)

    left = ledger.state("o-1")
    assert left
    assert (left.objectives["o1"].description, left.objectives["o1"].target) == (ERASED, None)
    assert (left.plan, left.name, left.outcome) == (state.plan, state.name, state.outcome)
    before, after = story.facts, ledger.journal("opportunity", "o-1")
    assert [b.sequence for b, a in zip(before, after, strict=False) if b != a] == [3]


def test_a_name_is_found_as_a_whole_word_only_and_however_it_is_written(ledger: Ledger) -> None:
    story = Story(stakeholders={"p1": {"role": "user", "name": "Ann"}})
    for summary in ("ann called", "an annual review", "asked ANN's boss", "p1 is away"):
        story.say("record_engagement", origin="buyer", channel="call", summary=summary)
    story.lose()
    ledger.record(story.batch())

    ledger.erase("opportunity", "o-1", asked(stakeholder_id="p1"), story.now)

    engaged = [f for f in ledger.journal("opportunity", "o-1") if f.kind == "engaged"]
    told = [fact.data["summary"] for fact in engaged]
    assert told == [ERASED, "an annual review", ERASED, "p1 is away"]


def test_where_a_workflow_is_left_the_ledger_refuses_to_decide(ledger: Ledger) -> None:
    ledger.record(Story().batch())
    for subject, id, rule in (
        ("opportunity", "o-1", "opportunity_id: still_open"),
        ("opportunity", "o-2", "opportunity_id: unknown_opportunity"),
        ("account", "a-1", "account_id: unknown_account"),
    ):
        with pytest.raises(Broken, match=rule):
            ledger.erase(subject, id, asked(stakeholder_id="p1"), NOW)  # type: ignore[arg-type]  # one of the two


def test_what_an_account_keeps_of_late_messages_is_erased(ledger: Ledger) -> None:
    state, first = open_account("a-1", NOW, f"{CANARY} Ltd")
    facts: list[Fact] = [first]
    late = {"kind": "amend", "body": {"stakeholders": {"p1": {"name": CANARY}}}}
    record = {"verbatim": f"{CANARY}: no", "competitor": None}
    end = {"opportunity_id": "o-1", "outcome": "lost", "reason": "price", "record": record}
    said: list[tuple[str, dict[str, Any]]] = [
        ("late_message", {"opportunity_id": "o-1", "message": late, "note": f"by {CANARY}"}),
        ("opportunity_ended", end),
        ("greet", {"who": CANARY}),
        ("amend", {"owner": "ann"}),
        ("erase", {**ALL, "details": ["name"], "sequences": [4]}),
    ]
    for kind, body in said:
        made = decide_account(state, read(kind, body, ACCOUNT_KINDS), NOW)
        for fact in made:
            state = evolve_account(state, fact)
        facts += made
        ledger.record(Batch("account", "a-1", "run-1", made if len(facts) > 2 else tuple(facts)))

    assert facts[-1].kind == "erased"
    assert CANARY.lower() not in everything(ledger, "a-1")
    assert ledger.account_state("a-1") == state
    assert state.owner == "ann"


def test_every_free_text_of_a_detail_can_be_erased() -> None:
    free = {
        name: tuple(
            field
            for field, about in item.model_fields.items()
            if any(each in (Name, Text) for each in (about.rebuild_annotation(), *_inner(about)))
        )
        for name, item in MAPS.items()
    }
    assert free == WORDS


def _inner(about: Any) -> tuple[Any, ...]:
    return getattr(about.annotation, "__args__", ())


def test_every_place_of_words_is_found_in_a_fact_of_its_kind() -> None:
    fact = Story(stakeholders=FREE["stakeholders"]).facts[0]
    assert {place.detail for place in places(fact)} == {"name", "stakeholders.p1"}
    assert Erasure({"details": ["name"]}).redacted(fact).data["name"] == ERASED
    assert Erasure({"details": ["plan.s1"]}).redacted(fact) is fact
