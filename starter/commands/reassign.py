"""`closeline owner reassign`: what a leaver has open goes to others."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from typer import Argument, Exit, Option, Typer

from sales.calendar import Calendar
from sales.owner import SetOwner
from starter.commands.common import Shown, Where, open_ledger
from starter.commands.entering import DryRun, Signed
from starter.commands.failing import REFUSED, Refusal, warn
from starter.commands.spreading import command
from starter.importing.progress import progress
from starter.output import print_json, print_record, print_table
from starter.reassigning import Leaving, Move, carry_out, plan

if TYPE_CHECKING:
    from ledger.ledger import Ledger

app = Typer()

COLUMNS: Final = ("subject", "id", "to", "outcome")
DONE: Final = ("", "reassigned", "already")


@command(app, "reassign", "closeline owner reassign jane --to bo --to cy --leave")
async def reassign(
    leaver: Annotated[str, Argument(metavar="LEAVER", help="Whose open work it is.")],
    to: Annotated[list[str], Option(help="Who gets it; of several, whoever has the fewest open.")],
    process: Annotated[
        str | None, Option(help="Only opportunities of this process, and no account.")
    ] = None,
    account: Annotated[str | None, Option(help="Only this account and what is open in it.")] = None,
    leave: Annotated[
        bool, Option("--leave", help="Mark the leaver as gone: today is their last day.")
    ] = False,
    dry_run: DryRun = False,
    *,
    signed: Signed,
    shown: Shown,
    where: Where,
) -> None:
    """Give every open opportunity and every account of an owner to others.

    What has ended keeps its owner. Doing it again changes nothing more. If something was
    refused, the exit code is 1.
    """
    what = Leaving(leaver, tuple(dict.fromkeys(to)), process, account, **asdict(signed))
    await where.ask(lambda ledger: _check(ledger, what, leave))
    if dry_run:
        moves = await where.ask(lambda ledger: plan(ledger, what))
    else:
        moves = await _carry_out(where, what)
    left = leave and not dry_run
    if left:
        await where.ask(lambda ledger: _leave(ledger, what))
    _show(shown, moves, left, dry_run)
    if any(each.outcome not in DONE for each in moves):
        raise Exit(REFUSED)


def _check(ledger: "Ledger", what: Leaving, leave: bool) -> None:
    """Everybody who is to get something is known, somebody else, and there. Raises Refusal."""
    owners, today = ledger.owners(), _today(ledger)
    for each in what.to:
        if each == what.leaver:
            raise Refusal("to", "same_owner", f"{each!r} is who leaves")
        if each not in owners:
            raise Refusal("to", "unknown_owner", f"nobody knows an owner {each!r}")
        if not owners[each].active(today):
            raise Refusal("to", "not_active", f"{each!r} does not sell today")
    if leave and what.leaver not in owners:
        raise Refusal("leaver", "unknown_owner", f"nobody knows an owner {what.leaver!r}")


async def _carry_out(where: Where, what: Leaving) -> list[Move]:
    from starter.commands.checks import working

    client = await working(where)
    with open_ledger(where.settings.ledger_url) as ledger:
        moves = await asyncio.to_thread(plan, ledger, what)
        with progress("reassigning", len(moves)) as watch:
            return await carry_out(client, what, moves, watch)


def _leave(ledger: "Ledger", what: Leaving) -> None:
    signed = {"actor": what.actor, "note": what.note}
    entry = SetOwner.model_validate(
        {**signed, "owner": what.leaver, "active_until": _today(ledger).isoformat()}
    )
    (answer,) = ledger.enter([entry], datetime.now(UTC))
    if broken := answer.broken:
        raise Refusal(broken.field, broken.rule, broken.detail)


def _today(ledger: "Ledger") -> Any:
    return (ledger.calendar() or Calendar()).day(datetime.now(UTC))


def _show(shown: Shown, moves: Sequence[Move], left: bool, dry_run: bool) -> None:
    counts = {
        "opportunities": _counted(moves, "opportunity"),
        "accounts": _counted(moves, "account"),
    }
    if shown.json:
        print_json({**counts, "left": left, "dry_run": dry_run, "moves": list(moves)})
        return
    print_record({**counts, "left": left})
    refused = [each for each in moves if each.outcome not in DONE]
    print_table(map(asdict, moves if dry_run else refused), COLUMNS)
    if dry_run:
        warn("a dry run: nothing was said")


def _counted(moves: Sequence[Move], subject: str) -> dict[str, int]:
    mine = [each.outcome for each in moves if each.subject == subject]
    counts = Counter(each if each in DONE else "refused" for each in mine)
    told = {name: counts[name] for name in ("reassigned", "already", "refused")}
    return {"all": len(mine), **told}
