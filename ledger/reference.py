"""The tables of what is said straight to the ledger, each a fold of the journal like the others."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Boolean, Column, Date, Integer, Table

from ledger.columns import Exact, Instant, Plain, Words
from ledger.schema import metadata
from sales.entries import Entered, S, evolve_entered
from sales.facts import Fact
from sales.imports import Import, evolve_import
from sales.interview import Interview, evolve_interview

owner = Table(
    "owner",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words),
    Column("team", Words),
    Column("territory", Words),
    Column("manager", Words),
    Column("hours", Exact),
    Column("active_from", Date),
    Column("active_until", Date),
    Column("sequence", Integer, nullable=False),
    Column("state", Plain, nullable=False),
)

quota = Table(
    "quota",
    metadata,
    Column("id", Words, primary_key=True),
    Column("owner", Words),
    Column("team", Words),
    Column("period", Words, nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("amount", Exact),
    Column("currency", Words),
    Column("void", Boolean, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("state", Plain, nullable=False),
)

rate = Table(
    "rate",
    metadata,
    Column("id", Words, primary_key=True),
    Column("currency", Words, nullable=False),
    Column("base", Words, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("rate", Exact, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("state", Plain, nullable=False),
)

calendar = Table(
    "calendar",
    metadata,
    Column("id", Words, primary_key=True),
    Column("time_zone", Words, nullable=False),
    Column("year_starts", Integer, nullable=False),
    Column("year_named", Words, nullable=False),
    Column("base_currency", Words),
    Column("sequence", Integer, nullable=False),
    Column("state", Plain, nullable=False),
)

category = Table(
    "category",
    metadata,
    Column("id", Words, primary_key=True),
    Column("opportunity", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("category", Words),
    Column("reason", Words),
    Column("until", Instant),
    Column("void", Boolean, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("state", Plain, nullable=False),
)

submission = Table(
    "submission",
    metadata,
    Column("id", Words, primary_key=True),
    Column("owner", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("period", Words, nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("currency", Words, nullable=False),
    Column("amount", Exact),
    Column("reason", Words),
    Column("until", Instant),
    Column("void", Boolean, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("state", Plain, nullable=False),
)

interview = Table(
    "interview",
    metadata,
    Column("id", Words, primary_key=True),
    Column("of", Words),
    Column("asked_at", Instant),
    Column("recorded_at", Instant),
    Column("reason", Words),
    Column("competitor", Words),
    Column("sequence", Integer, nullable=False),
    Column("state", Plain, nullable=False),
)

import_ = Table(
    "import",
    metadata,
    Column("id", Words, primary_key=True),
    Column("source", Words, nullable=False),
    Column("process", Words, nullable=False),
    Column("file", Words, nullable=False),
    Column("sha256", Words, nullable=False),
    Column("mapping", Words, nullable=False),
    Column("as_of", Date),
    Column("begun_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("undo_begun_at", Instant),
    Column("undone_at", Instant),
    Column("sequence", Integer, nullable=False),
    Column("state", Plain, nullable=False),
)

TABLES: Mapping[str, Table] = {
    each.name: each
    for each in (owner, quota, rate, calendar, category, submission, interview, import_)
}


def evolving(form: type[S]) -> Callable[[S | None, Fact, object], S]:
    """How facts change a subject of this form."""

    def evolve(state: S | None, fact: Fact, _process_of: object) -> S:
        return evolve_entered(form, state, fact)

    return evolve


def evolve_run(state: Import | None, fact: Fact, _process_of: object) -> Import:
    """How facts change a run of an import."""
    return evolve_import(state, fact)


def evolve_talk(state: Interview | None, fact: Fact, _process_of: object) -> Interview:
    """How facts change an interview."""
    return evolve_interview(state, fact)


def row_of(table: Table) -> Callable[[Entered], dict[str, Any]]:
    """How a state becomes its current row."""
    same = [column.name for column in table.c if column.name != "state"]

    def row(state: Entered) -> dict[str, Any]:
        return {
            **{name: getattr(state, name) for name in same},
            "state": state.model_dump(mode="json"),
        }

    return row


def loading(form: type[S]) -> Callable[[str, object], S]:
    """How the text of a row's state becomes it again."""
    return lambda text, _process_of: form.model_validate(from_json(text))
