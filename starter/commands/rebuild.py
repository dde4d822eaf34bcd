"""`closeline rebuild`: a ledger made anew, from its journal or from Temporal's histories."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from typer import Exit, Option, Typer

from starter.commands.common import Shown, Where, sound_ledger
from starter.commands.failing import REFUSED, Refusal, warn
from starter.commands.reconcile import counted
from starter.commands.spreading import command
from starter.importing.progress import progress

if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from ledger.rebuild import Rebuilt
    from starter.rebuilding.restoring import Restored

app = Typer()

LOST = (
    "not in any history, so not here: ended opportunities that an import brought, reference data, "
    "and whatever retention has taken"
)
LOST_SINCE = f"{LOST}, all that since the backup"


@command(app, "rebuild", "closeline rebuild --to sqlite:///rebuilt.db")
async def rebuild(
    to: Annotated[str, Option(help="The ledger to make: the URL of an empty database.")],
    from_temporal: Annotated[
        bool, Option("--from-temporal", help="Make it from Temporal's histories instead.")
    ] = False,
    backup: Annotated[
        bool, Option("--backup", help="The ledger to make is a backup, brought up to date.")
    ] = False,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """Make a ledger anew from the journal of this one: facts word for word, rows folded again.

    With --from-temporal the ledger is lost, and a new one is made from the histories of all
    opportunities, accounts and pools, as far back as retention has left them. What is older begins
    with the state that the oldest run was given, and is named. Stop the workers meanwhile, and
    reconcile once they run on the new ledger. Then what stands is as it was (`closeline diff
    --live`); which run wrote a fact, when, and what was taken back may differ. What never had a
    workflow, as ended opportunities of an import, is lost: import it again.

    With --from-temporal --backup the ledger need not be empty: it is an older one, put back after
    the latest was lost, and what the histories tell since it was made is added to it.
    """
    if backup and not from_temporal:
        raise Refusal("backup", "needs_from_temporal", "a journal makes an empty ledger only")
    if from_temporal:
        restored = await (_up_to_date if backup else _from_temporal)(to, where)
        shown.record(_shown(asdict(restored), shown))
        warn(LOST_SINCE if backup else LOST)
        if restored.incomplete:
            raise Exit(REFUSED)
    else:
        rebuilt = await asyncio.to_thread(_from_journal, where.settings.ledger_url, to)
        shown.record(asdict(rebuilt))


def _from_journal(url: str, to: str) -> "Rebuilt":
    with sound_ledger(url) as source, _empty(to) as target, progress("facts", None) as watch:
        return target.rebuild_from(source, watch)


async def _from_temporal(to: str, where: Where) -> "Restored":
    from starter.rebuilding.listing import list_runs
    from starter.rebuilding.run import restore_all

    client = (await where.client()).temporal
    with _empty(to) as ledger:
        await asyncio.to_thread(ledger.require_empty)
        runs = await list_runs(client)
        with progress("workflows", len(runs)) as watch:
            return await restore_all(client, ledger, runs, watch)


async def _up_to_date(to: str, where: Where) -> "Restored":
    from starter.rebuilding.listing import list_runs, young
    from starter.rebuilding.run import restore_all

    client = (await where.client()).temporal
    with sound_ledger(to) as ledger:
        runs = await list_runs(client, await asyncio.to_thread(young, ledger))
        with progress("workflows", len(runs)) as watch:
            return await restore_all(client, ledger, runs, watch)


@contextmanager
def _empty(url: str) -> "Iterator[Ledger]":
    """The ledger at the URL, with its tables. Raises Refusal where it turns out not to be empty."""
    from ledger.errors import NotEmpty
    from ledger.ledger import Ledger

    ledger = Ledger(url)
    try:
        ledger.migrate()
        yield ledger
    except NotEmpty as error:
        detail = f"its table {str(error)!r} holds rows; name an empty database"
        raise Refusal("to", "not_empty", detail) from error
    finally:
        ledger.close()


def _shown(found: dict[str, Any], shown: Shown) -> dict[str, Any]:
    return found if shown.json else {name: counted(each) for name, each in found.items()}
