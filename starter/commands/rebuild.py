"""`closeline rebuild`: a ledger made anew, from its journal or from Temporal's histories."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

from typer import Exit, Option, Typer

from ledger.errors import NotEmpty
from ledger.ledger import Ledger
from ledger.rebuild import Rebuilt
from starter.commands.common import Shown, Where, sound_ledger
from starter.commands.failing import REFUSED, Refusal, warn
from starter.commands.reconcile import counted
from starter.commands.spreading import command
from starter.importing.progress import progress
from starter.rebuilding.listing import list_runs
from starter.rebuilding.restoring import Restored
from starter.rebuilding.run import restore_all

app = Typer()

LOST = (
    "not in any history, so not here: ended opportunities that an import brought, reference data, "
    "and whatever retention has taken"
)


@command(app, "rebuild", "closeline rebuild --to sqlite:///rebuilt.db")
async def rebuild(
    to: Annotated[str, Option(help="The ledger to make: the URL of an empty database.")],
    from_temporal: Annotated[
        bool, Option("--from-temporal", help="Make it from Temporal's histories instead.")
    ] = False,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """Make a ledger anew from the journal of this one: facts word for word, rows folded again.

    With --from-temporal the ledger is lost, and a new one is made from the histories of all
    opportunities and accounts, as far back as retention has left them. What is older begins with
    the state that the oldest run was given, and is named. Stop the workers meanwhile, and
    reconcile once they run on the new ledger. Then what stands is as it was (`closeline diff
    --live`); which run wrote a fact, when, and what was taken back may differ. What never had a
    workflow, as ended opportunities of an import, is lost: import it again.
    """
    if from_temporal:
        restored = await _from_temporal(to, where)
        shown.record(_shown(asdict(restored), shown))
        warn(LOST)
        if restored.incomplete:
            raise Exit(REFUSED)
    else:
        rebuilt = await asyncio.to_thread(_from_journal, where.settings.ledger_url, to)
        shown.record(asdict(rebuilt))


def _from_journal(url: str, to: str) -> Rebuilt:
    with sound_ledger(url) as source, _empty(to) as target, progress("facts", None) as watch:
        return target.rebuild_from(source, watch)


async def _from_temporal(to: str, where: Where) -> Restored:
    client = (await where.client()).temporal
    with _empty(to) as ledger:
        await asyncio.to_thread(ledger.require_empty)
        runs = await list_runs(client)
        with progress("workflows", len(runs)) as watch:
            return await restore_all(client, ledger, runs, watch)


@contextmanager
def _empty(url: str) -> Iterator[Ledger]:
    """The ledger at the URL, with its tables. Raises Refusal where it turns out not to be empty."""
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
