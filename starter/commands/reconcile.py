"""`closeline reconcile`: compare the workflows with the ledger now, and put right what differs."""

from dataclasses import asdict
from typing import Any

from typer import Typer

from starter.commands.common import Shown, Where
from starter.commands.spreading import command

app = Typer()


@command(app, "reconcile", "closeline reconcile --json")
async def reconcile(*, shown: Shown, where: Where) -> None:
    """Compare every workflow with the ledger now, put right what differs, and say what did."""
    from starter.commands.checks import working
    from starter.schedules import reconcile_now

    client = await working(where)
    found = asdict(await reconcile_now(client.temporal))
    shown.record(found if shown.json else {name: counted(each) for name, each in found.items()})


def counted(found: Any) -> str:
    """How many, and which."""
    if isinstance(found, int):
        return str(found)
    named = [f"{k} ({v})" for k, v in found.items()] if isinstance(found, dict) else found
    return f"{len(found)}: {', '.join(named)}" if found else "0"
