"""`closeline doctor`: whether everything is as it should be, and what to do where it is not."""

from dataclasses import asdict

from typer import Exit, Typer

from starter.commands.common import Shown, Where
from starter.commands.failing import REFUSED, UNREACHABLE
from starter.commands.spreading import command
from starter.output import print_json, print_table

app = Typer()


@command(app, "doctor", "closeline doctor")
async def doctor(*, shown: Shown, where: Where) -> None:
    """Check the server, the namespace, the workers, the ledger and the clocks."""
    from starter.commands.checks import everything

    found, reached = await everything(where)
    ok = all(check.ok for check in found.values())
    told = [{"check": name, **asdict(check)} for name, check in found.items()]
    for each in told:
        each["advice"] = "" if each["ok"] else each["advice"]
    if shown.json:
        print_json({"ok": ok, "checks": told})
    else:
        rows = [each | {"": "ok" if each["ok"] else "failed"} for each in told]
        print_table(rows, ("", "check", "found", "advice"))
    if not ok:
        raise Exit(REFUSED if reached else UNREACHABLE)
