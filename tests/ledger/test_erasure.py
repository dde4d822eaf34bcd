"""Words that are erased are gone from every table, and what is left still tells the same story."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from ledger.batch import Batch
from ledger.ledger import Ledger
from ledger.schema import metadata
from sales.account import decide_account, evolve_account, open_account
from sales.account_messages import ACCOUNT_KINDS
from sales.details import MAPS
from sales.drafts import Broken
from sales.erasing import ERASED, WORDS, Erasure, places
from sales.facts import Fact
from sales.messages import KINDS, Erase
from sales.outcome import record_of
from sales.reading import read
from sales.values import Name, Text
from tests.ledger.story import NOW, Story

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
    ("erase", {"actor": "admin", "reason": "requested", "stakeholder_id": "p1"}),
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


def everything(ledger: Ledger) -> str:
    """Every column of every row of every table."""
    with ledger._read() as connection:
        return "\n".join(_rows(connection))


def _rows(connection: Connection) -> Iterator[str]:
    for table in metadata.sorted_tables:
        for row in connection.execute(select(table)):
            yield json.dumps(list(row), default=str, ensure_ascii=False)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    folder: Path = tmp_path_factory.mktemp("erasure")
    ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
    ledger.migrate()
    yield ledger
    ledger.close()


@settings(max_examples=60, deadline=None)
@given(SPEECH, SPEECH, SPEECH, st.integers(1, 12))
def test_what_is_erased_is_gone_from_every_column_and_the_row_is_what_the_workflow_says(
    shared: Ledger, speech: Any, rewritten: Any, after: Any, at: int
) -> None:
    story = teller(speech, Story(f"o-{next(_ids)}", stakeholders=FREE["stakeholders"]))
    shared.record(story.batch())
    story = teller(rewritten, story.fork(min(at, len(story.facts))))
    if shared.record(story.batch(run_id="run-2")).end:
        return  # the end stands against the rewriting
    everywhere = [row.fact.sequence for row in rows(shared, story) if row.fact.kind == "refused"]
    standing = [each for each in everywhere if each <= len(story.facts)]

    story.say("erase", **ALL, sequences=standing)
    shared.record(story.batch(run_id="run-2"))

    assert_clean(shared, story)
    teller([each for each in after if "anary" not in str(each).lower()], story)
    shared.record(story.batch(run_id="run-2"))
    assert_clean(shared, story)


def rows(ledger: Ledger, story: Story) -> Any:
    return ledger.journal_rows("opportunity", story.id, superseded=True)


def assert_clean(ledger: Ledger, story: Story) -> None:
    """No trace is left; the rows fold to what the running opportunity has."""
    assert CANARY.lower() not in everything(ledger).lower()
    assert ledger.state(story.id) == story.state
    journal = ledger.journal_rows("opportunity", story.id)
    told = [(row.fact.sequence, row.fact.kind, row.digest) for row in journal]
    assert told == [(fact.sequence, fact.kind, fact.digest()) for fact in story.facts]
    assert ledger.end_of(story.id) == (record_of(story.state) if story.state.outcome else None)
