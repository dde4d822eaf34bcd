"""`closeline doctor`: whether everything is as it should be, and what to do where it is not."""

from dataclasses import asdict

from temporalio.service import RPCError
from typer import Exit, Typer

from ledger.errors import LedgerDown
from settings import Unreachable, connect
from starter.commands import checks
from starter.commands.checks import Check, Site
from starter.commands.common import Shown, Where
from starter.commands.failing import REFUSED, UNREACHABLE
from starter.commands.spreading import command
from starter.output import print_json, print_table

app = Typer()

Found = dict[str, Check]


@command(app, "doctor", "closeline doctor")
async def doctor(*, shown: Shown, where: Where) -> None:
    """Check the server, the namespace, the workers, the ledger and the clocks."""
    found: Found = {}
    reached = [await _ledger(where, found), await _server(where, found)]
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
        raise Exit(REFUSED if all(reached) else UNREACHABLE)


async def _ledger(where: Where, found: Found) -> bool:
    """Whether it can be reached."""
    try:
        found["ledger"] = await checks.ledger(where)
    except LedgerDown as down:
        found["ledger"] = Check(False, str(down), "see that it runs, or give --ledger-url")
        return False
    return True


async def _server(where: Where, found: Found) -> bool:
    """Whether it can be reached."""
    try:
        client = await connect(where.settings)
    except Unreachable as error:
        advice = "start `closeline up`, or say where the server is with --address"
        found["server"] = Check(False, str(error), advice)
        return False
    for name, check in checks.CHECKS.items():
        try:
            found[name] = await check(Site(client, where))
        except RPCError as error:
            advice = "mend this first: the rest depends on it; `closeline setup` makes a namespace"
            found[name] = Check(False, error.message, advice)
            break
        except LedgerDown:
            found[name] = Check(False, "not known without the ledger", "mend the ledger first")
    return True
