"""`closeline notices`: what somebody should be told, and whether it went out."""

import asyncio
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import TypeAdapter, ValidationError
from typer import Argument, BadParameter, Option, Typer

from sales.notice import NOBODY
from sales.values import Instant
from starter.commands.common import Shown, Where, sound_ledger
from starter.commands.spreading import command
from starter.output import cell, plain, printable

if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from ledger.notice_reading import NoticeFilter
    from ledger.rows import NoticeRow

app = Typer(no_args_is_help=True, help="Notices: list, follow, see channels, try again.")

COLUMNS: Final = ("at", "to", "what", "about", "words", "due", "sent")
FAILED: Final = ("channel", "notice", "to", "tries", "at", "error")
CHANNELS: Final = ("name", "through", "behind", "waiting", "failed", "holder", "held_until")
MOST: Final = 100
EVERY: Final = 1.0
"""Seconds between two looks while following."""

To = Annotated[str | None, Option(help="Only what reaches this owner, or `nobody`.")]
What = Annotated[str | None, Option(help="Only notices of this code, such as last_call.")]


@command(app, "list", "closeline notices list --to kim --since 2026-11-01T00:00:00Z")
async def list_(
    to: To = None,
    what: What = None,
    since: Annotated[str | None, Option(help="Only what was written from then on.")] = None,
    limit: Annotated[int, Option(min=1, max=10_000, help="At most so many, the latest.")] = MOST,
    failed: Annotated[
        bool, Option("--failed", help="Instead, what was given up after ten tries.")
    ] = False,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """List who should be told what, the latest last, each with the channels it went out over.

    Whom a notice reaches is settled now: its owner, or, where they have left, their manager.
    """
    if failed:
        rows = [asdict(each) for each in await where.ask(lambda ledger: ledger.failed_notices())]
        shown.table(rows, FAILED)
        return
    wanted: NoticeFilter = {"to": to, "what": what, "limit": limit}
    wanted["since"] = _instant(since, "--since")

    def told(ledger: "Ledger") -> list[dict[str, Any]]:
        found = ledger.notices(datetime.now(UTC), **wanted)
        sent: dict[str, list[str]] = {}
        for each in ledger.sendings([row.id for row in found]):
            sent.setdefault(each.notice, []).append(_became(each.channel, each.error))
        return [_row(row) | {"sent": sent.get(row.id, [])} for row in found]

    shown.table(await where.ask(told), COLUMNS)


@command(app, "follow", "closeline notices follow --json --after 2026-11-27T15:22:45.123456Z")
async def follow(
    after: Annotated[
        str | None, Option(help="Begin behind this cursor; if absent, with what comes next.")
    ] = None,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """Print each notice once it is written, until Ctrl-C; with --json one line each.

    The cursor of the last one is where to go on: whoever does misses none.
    """
    begin = _instant(after, "--after")
    with sound_ledger(where.settings.ledger_url) as ledger:
        cursor = begin or ledger.last_notice() or datetime.fromtimestamp(0, UTC)
        while True:
            found = await asyncio.to_thread(ledger.notices_after, cursor, datetime.now(UTC))
            for row in found:
                told = json.dumps(plain(row), ensure_ascii=False) if shown.json else _line(row)
                sys.stdout.write(f"{told}\n")
            sys.stdout.flush()
            cursor = found[-1].cursor if found else cursor
            if not found:
                await asyncio.sleep(EVERY)


@command(app, "channels", "closeline notices channels")
async def channels(*, shown: Shown, where: Where) -> None:
    """Show how far every channel is, what waits for another try and what was given up."""
    rows = await where.ask(lambda ledger: ledger.channels(datetime.now(UTC)))
    shown.table([asdict(row) for row in rows], CHANNELS)


@command(app, "retry", "closeline notices retry desk")
async def retry(
    channel: Annotated[str | None, Argument(help="Of this channel alone.")] = None,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """Try again what was given up, once what was wrong with its channel is mended."""
    count = await where.ask(lambda ledger: ledger.retry_notices(datetime.now(UTC), channel))
    shown.record({"retried": count})


def _row(row: "NoticeRow") -> dict[str, Any]:
    about = f"{row.subject} {row.subject_id}"
    return asdict(row) | {"to": row.to or NOBODY, "about": about}


def _line(row: "NoticeRow") -> str:
    due = f"  (by {cell(row.due)})" if row.due else ""
    said = f"{row.what}  {row.subject} {row.subject_id}: {row.words}{due}"
    return printable(f"{cell(row.at)}  {row.to or NOBODY}  {said}")


def _became(channel: str, error: str | None) -> str:
    return f"{channel}: {error}" if error else channel


def _instant(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        return TypeAdapter[datetime](Instant).validate_python(text)
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise BadParameter(said, param_hint=option) from error
