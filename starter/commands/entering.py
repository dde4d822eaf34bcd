"""What is said straight to the ledger: one entry by options, or many from a CSV file."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import ValidationError
from typer import Argument, Exit, Option

from sales.reading import fault
from sales.register import AnyEntry
from starter.commands.common import Shown, Where
from starter.commands.failing import REFUSED, Refusal, warn
from starter.output import print_json, print_record, print_table

AWAY: Final = "-"
"""What a cell says that takes a value away; an empty one says nothing."""
REJECTED: Final = ("row", "field", "rule", "detail")

Rejected = tuple[int, str, str, str]

File = Annotated[Path, Argument(help="A CSV file whose header names the fields.")]
DryRun = Annotated[bool, Option("--dry-run", help="Say what would happen; do nothing.")]


@dataclass(frozen=True)
class Signed:
    """What every entry may say of itself."""

    actor: Annotated[str | None, Option(help="Who says it.")] = None
    note: Annotated[str | None, Option(help="Why, in words.")] = None


def entry(form: type[AnyEntry], signed: Signed, **fields: Any) -> AnyEntry:
    """The entry that says what was told. Raises Refusal."""
    told = {name: value for name, value in fields.items() if value is not None}
    told |= {name: value for name, value in asdict(signed).items() if value is not None}
    try:
        return form.model_validate(told)
    except ValidationError as error:
        raise Refusal(*fault(error)) from error


async def enter(where: Where, shown: Shown, said: AnyEntry) -> None:
    """Enter it, and show what became of it; a refusal ends the command."""
    (answer,) = await where.ask(lambda ledger: ledger.enter([said], datetime.now(UTC)))
    if broken := answer.broken:
        raise Refusal(broken.field, broken.rule, broken.detail)
    fact = answer.fact
    told = {"changed": fact is not None, "sequence": fact.sequence if fact else None}
    shown.record({answer.subject or "": answer.id, **told, **(fact.data if fact else {})})


async def enter_file(
    where: Where,
    shown: Shown,
    file: Path,
    form: type[AnyEntry],
    dry_run: bool,
    order: Callable[[Sequence["Row"]], Sequence["Row"]] = lambda rows: rows,
) -> None:
    """Enter every row that is sound, all at one moment; reject the others, each by its rule."""
    found, rejected = _understood(file, form)
    rows, count = order(found), len(found) + len(rejected)
    answers = await where.ask(
        lambda ledger: ledger.enter(
            [row.said for row in rows], datetime.now(UTC), "import", write=not dry_run
        )
    )
    changed = 0
    for row, answer in zip(rows, answers, strict=True):
        changed += answer.fact is not None
        if broken := answer.broken:
            rejected.append((row.number, broken.field, broken.rule, broken.detail))
    told = [dict(zip(REJECTED, each, strict=True)) for each in sorted(rejected)]
    _show(shown, count, changed, told, dry_run)
    if rejected:
        raise Exit(REFUSED)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file, understood."""

    number: int
    said: AnyEntry


def _understood(file: Path, form: type[AnyEntry]) -> tuple[list[Row], list[Rejected]]:
    """The rows that say something sound, and those that do not. Raises Refusal on the file."""
    rows: list[Row] = []
    rejected: list[Rejected] = []
    header, *lines = _lines(file)
    names = [name.strip() for name in header]
    _check(names, form)
    for number, cells in enumerate(lines, start=2):
        if cells and len(cells) != len(names):
            detail = f"{len(cells)} cells under {len(names)} columns"
            rejected.append((number, "row", "column_count", detail))
        elif cells:
            named = zip(names, map(str.strip, cells), strict=True)
            told = {name: None if text == AWAY else text for name, text in named if text}
            try:
                rows.append(Row(number, form.model_validate(told)))
            except ValidationError as error:
                rejected.append((number, *fault(error)))
    return rows, rejected


def _lines(file: Path) -> list[list[str]]:
    """Its header and its rows."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.reader(lines, strict=True)) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refusal("file", "unreadable", str(error)) from error


def _check(header: list[str], form: type[AnyEntry]) -> None:
    known = list(form.model_fields)
    for name in header:
        if name not in known:
            raise Refusal("header", "unknown_field", f"{name!r} is none of {', '.join(known)}")
        if header.count(name) > 1:
            raise Refusal("header", "defined_twice", name)
    for name, each in form.model_fields.items():
        if each.is_required() and name not in header:
            raise Refusal("header", "required", name)


def _show(
    shown: Shown, rows: int, changed: int, rejected: list[dict[str, Any]], dry_run: bool
) -> None:
    counts = {"rows": rows, "changed": changed, "already": rows - changed - len(rejected)}
    counts["rejected"] = len(rejected)
    if shown.json:
        print_json({**counts, "dry_run": dry_run, "rejects": rejected})
        return
    print_record(counts)
    if rejected:
        print_table(rejected, REJECTED)
    if dry_run:
        warn("a dry run: nothing was written")
