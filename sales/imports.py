"""Imports: what each run brought, and whether that may be taken back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from sales.drafts import Broken, Draft
from sales.entries import Entered, Entry, news
from sales.facts import Fact
from sales.values import Code, Date, Id, Text

ERROR: Final = "created_in_error"
"""The reason of what is withdrawn because it should never have been opened."""


class BeginImport(Entry):
    """A run begins: what it reads, as what, and which day was today in there."""

    id: Id
    source: Code
    process: Code
    file: Text
    sha256: Text
    mapping: Text
    as_of: Date | None = None


class FinishImport(Entry):
    """It is through; `counts` is its summary."""

    id: Id
    counts: dict[Code, int]


class BeginUndo(Entry):
    """What it brought is being taken back; from now on its rows may come again."""

    id: Id


class FinishUndo(Entry):
    """What could be is taken back; `counts` says what of all it brought."""

    id: Id
    counts: dict[Code, int]


AboutImport = BeginImport | FinishImport | BeginUndo | FinishUndo


class Import(Entered):
    """One run of an import as it stands."""

    source: str
    process: str
    file: str
    sha256: str
    mapping: str
    as_of: date | None = None
    begun_at: datetime
    finished_at: datetime | None = None
    undo_begun_at: datetime | None = None
    undone_at: datetime | None = None
    counts: dict[str, int] | None = None
    undone: dict[str, int] | None = None


_STAMPS: Final = {
    "import_begun": "begun_at",
    "import_finished": "finished_at",
    "undo_begun": "undo_begun_at",
    "import_undone": "undone_at",
}


def evolve_import(state: Import | None, fact: Fact) -> Import:
    """The run after the fact, which also says when."""
    stamped = {**fact.data, _STAMPS[fact.kind]: fact.occurred_at}
    before = {} if state is None else state.model_dump()
    return Import.model_validate({**before, **stamped, "sequence": fact.sequence})


def decide_import(held: Import | None, entry: AboutImport) -> Draft | None:
    """The fact that follows; none where everything is so already. Raises Broken."""
    said = entry.said()
    if isinstance(entry, BeginImport):
        if held:
            raise Broken("id", "id_taken", "another import has this id")
        return Draft("import_begun", said)
    if held is None:
        raise Broken("id", "unknown_import", f"nobody knows an import {entry.id!r}")
    if isinstance(entry, FinishImport):
        return None if held.finished_at else Draft("import_finished", said)
    if isinstance(entry, BeginUndo):
        return None if held.undo_begun_at else Draft("undo_begun", said)
    data = {"id": held.id, "undone": entry.counts}
    return Draft("import_undone", data) if news(Import, held, data) else None


class Touched(NamedTuple):
    """Why what an import brought stays; `safe` where it may be taken back all the same."""

    rule: str
    detail: str
    safe: bool = False


def undo_event(import_id: str) -> str:
    """The id of the event by which an undo withdraws what is open."""
    return f"undo:{import_id}"


def touched(journal: Sequence[Fact], import_id: str, reopened: bool) -> Touched | None:
    """What has happened to an opportunity since its import, time alone aside.

    An end that a person gave it, and a successor, cannot be made undone; any other fact can be
    superseded with the rest.
    """
    if reopened:
        return Touched("reopened", "its successor refers to it")
    brought, ours = journal[0].event_id or "", undo_event(import_id)
    foreign = [
        fact
        for fact in journal
        if fact.cause != "clock" and fact.event_id != ours and not _of_import(fact, brought)
    ]
    for fact in foreign:
        if fact.kind == "ended":
            return Touched("ended_since", f"it is {fact.data['outcome']} (fact {fact.sequence})")
    if foreign:
        first = foreign[0]
        by = f" by {first.actor}" if first.actor else ""
        return Touched("touched", f"{first.kind}{by} (fact {first.sequence})", safe=True)
    return None


def _of_import(fact: Fact, brought: str) -> bool:
    """Whether the import itself said it; what a later one amended is no longer what it brought."""
    said = fact.event_id or ""
    return said.startswith(brought) and not said.startswith(f"{brought}:amend:")
