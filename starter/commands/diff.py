"""`closeline diff`: whether two ledgers hold the same, row by row."""

import asyncio
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

from typer import Argument, Exit, Option, Typer

from starter.commands.common import Shown, sound_ledger
from starter.commands.failing import REFUSED
from starter.commands.spreading import command
from starter.output import cell, print_json, print_table

if TYPE_CHECKING:
    from ledger.diff import Compared, Difference

app = Typer()

COLUMNS: Final = ("table", "key", "where", "differs")


@command(app, "diff", "closeline diff sqlite:///ledger.db sqlite:///rebuilt.db --live")
async def diff(
    here: Annotated[str, Argument(metavar="HERE", help="The URL of a ledger.")],
    there: Annotated[str, Argument(metavar="THERE", help="The URL of another.")],
    live: Annotated[bool, Option("--live", help="Compare only what stands; see above.")] = False,
    *,
    shown: Shown,
) -> None:
    """Compare two ledgers row by row, every table; the exit code is 1 where they differ.

    All columns count, and facts that were taken back count as well. With --live only what stands
    counts: no facts that were taken back, and not which run wrote a fact (`run_id`), when
    (`written_at`), or when an id was reserved (`reserved_at`). That is what a ledger made from
    Temporal's histories has in common with the one that was lost.
    """
    found = await asyncio.to_thread(_compared, here, there, live)
    equal = all(each.equal for each in found)
    if shown.json:
        print_json({"equal": equal, "tables": [asdict(each) for each in found]})
    else:
        counts = [name for name in asdict(found[0]) if name != "first"]
        print_table([asdict(each) for each in found], counts)
        rows = [row for each in found for row in _rows(each)]
        if rows:
            print_table(rows, COLUMNS)
    if not equal:
        raise Exit(REFUSED)


def _compared(here: str, there: str, live: bool) -> "list[Compared]":
    with sound_ledger(here) as mine, sound_ledger(there) as others:
        return mine.compare(others, live)


def _rows(compared: "Compared") -> Iterator[dict[str, Any]]:
    for each in compared.first:
        key = " ".join(map(cell, each.key))
        differs = "; ".join(_told(each))
        yield {"table": compared.table, "key": key, "where": each.where, "differs": differs}


def _told(difference: "Difference") -> Iterator[str]:
    for name, (here, there) in difference.columns.items():
        yield f"{name}: {cell(here) or 'nothing'} / {cell(there) or 'nothing'}"
