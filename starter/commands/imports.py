"""`closeline imports`: every run of an import, what it brought, and taking that back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

from typer import Argument, Exit, Option, Typer

from starter.commands.common import Shown, Where, open_ledger
from starter.commands.entering import DryRun
from starter.commands.failing import REFUSED, Refusal, warn
from starter.commands.spreading import command
from starter.importing.progress import progress
from starter.output import print_json, print_record, print_table

if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from sales.imports import Import
    from starter.importing.undo import Undone

app = Typer(no_args_is_help=True, help="Runs of imports: list, look at, undo.")

COLUMNS: Final = ("id", "source", "file", "begun_at", "finished_at", "undone_at", "counts")
LEFT: Final = ("id", "rule", "detail")
ImportId = Annotated[str, Argument(metavar="ID", help="The run's id, as the import printed it.")]


@command(app, "list", "closeline imports list")
async def list_(*, shown: Shown, where: Where) -> None:
    """List every run of an import, the oldest first."""
    found = await where.ask(lambda ledger: ledger.imports())
    shown.table([each.model_dump() for each in found], COLUMNS)


@command(app, "show", "closeline imports show 20270301T093000-1a2b3c")
async def show(id: ImportId, *, shown: Shown, where: Where) -> None:
    """Show a run: what it read, and how much of what it brought still stands."""

    def told(ledger: "Ledger") -> dict[str, Any]:
        standing, taken_back = ledger.brought(id)
        found = _run(ledger, id).model_dump()
        return {**found, "standing": len(standing), "taken_back": taken_back}

    shown.record(await where.ask(told))


@command(app, "undo", "closeline imports undo 20270301T093000-1a2b3c --dry-run")
async def undo(
    id: ImportId,
    force: Annotated[
        bool, Option("--force", help="Also what was touched since, where that is safe.")
    ] = False,
    dry_run: DryRun = False,
    actor: Annotated[str | None, Option(help="Who says it.")] = None,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """Take back what a run brought and nobody has touched since.

    Open opportunities are withdrawn as created in error first, and their workflows are deleted.
    All facts stay in the journal, superseded; the same rows can be imported again. Accounts stay.
    What must stay is listed; then the exit code is 1.
    """
    from starter.commands.checks import working
    from starter.importing.undo import Undo

    with open_ledger(where.settings.ledger_url) as ledger:
        _run(ledger, id)
        task = Undo(ledger, id, force=force, actor=actor)
        if dry_run:
            undone = task.rehearse()
        else:
            client = await working(where) if task.needs_server() else None
            with progress("undoing", len(task)) as watch:
                undone = await task.run(client, watch)
    _show(shown, id, undone, dry_run)
    if undone.left:
        raise Exit(REFUSED)


def _run(ledger: "Ledger", id: str) -> "Import":
    found = ledger.import_run(id)
    if found is None:
        raise Refusal("id", "unknown_import", "see `closeline imports list` for what is there")
    return found


def _show(shown: Shown, id: str, undone: "Undone", dry_run: bool) -> None:
    counts = {"import": id, "taken": undone.taken, "withdrawn": undone.withdrawn}
    left: Sequence[dict[str, Any]] = [each._asdict() for each in undone.left]
    if shown.json:
        print_json({**counts, "left": left, "dry_run": dry_run})
        return
    print_record({**counts, "left": len(left)})
    if left:
        print_table(left, LEFT)
    if dry_run:
        warn("a dry run: nothing was taken back")
