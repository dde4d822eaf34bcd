"""`closeline import`: a CRM's export or a log of events becomes accounts and opportunities."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

from typer import Argument, BadParameter, Exit, Option, Typer

from starter.commands.common import Shown, Where
from starter.commands.failing import REFUSED, end
from starter.commands.spreading import command

app = Typer()

EXAMPLE: Final = "closeline import sales_pipeline.csv --mapping maven_crm --dry-run"


@command(app, "import", EXAMPLE)
async def import_(
    file: Annotated[
        Path | None,
        Argument(help="An export with one row an opportunity; its side files lie beside it."),
    ] = None,
    *,
    events: Annotated[
        Path | None, Option(help="Instead: a log with one row an event; CSV, Parquet or XES.")
    ] = None,
    mapping: Annotated[str, Option(help="The mapping's TOML file, or a built-in one's name.")],
    as_of: Annotated[
        datetime | None,
        Option(formats=["%Y-%m-%d"], help="What today was in the file, if it is an old one."),
    ] = None,
    dry_run: Annotated[
        bool, Option("--dry-run", help="Say what would happen; do nothing.")
    ] = False,
    rejects: Annotated[Path | None, Option(help="Write the rejected rows to this CSV.")] = None,
    shown: Shown,
    where: Where,
) -> None:
    """Import opportunities: those that have ended as history, those that are open to go on.

    A row that breaks a rule is rejected, with the field and the rule; then the exit code is 1.
    In a log of events, a row is a case with all its events.
    Importing the same again changes nothing.
    """
    from starter.importing.common import BadMapping
    from starter.importing.showing import show
    from starter.importing.summary import write_rejects
    from starter.importing.tables.table import BadExport
    from starter.importing.work import prepare, rehearse, run

    if (file is None) == (events is None):
        raise BadParameter("either FILE or --events FILE", param_hint="FILE")
    if rejects and not rejects.parent.is_dir():
        raise BadParameter(f"there is no folder {rejects.parent}", param_hint="--rejects")
    try:
        work = prepare(file, events, mapping, as_of, where)
        summary = await (rehearse(work, where) if dry_run else run(work, where))
    except (BadMapping, BadExport) as error:
        end(REFUSED, f"refused: {error}")
    if rejects:
        write_rejects(rejects, work.export.header, summary.rejected)
    show(summary, shown.json)
    if summary.rejected:
        raise Exit(REFUSED)
