"""`closeline ledger`: bring its schema up to date, see whether it is, let others read it."""

import asyncio
from dataclasses import asdict
from typing import Annotated

from typer import Argument, Typer

from starter.commands.common import Shown, Where
from starter.commands.failing import Refusal
from starter.commands.spreading import command

app = Typer(no_args_is_help=True, help="The ledger's database: migrate, check, let others read.")


@command(app, "migrate", "closeline ledger migrate --ledger-url postgresql://ledger-host/ledger")
async def migrate(*, shown: Shown, where: Where) -> None:
    """Bring the ledger to the schema of this version, all at once; where it is, do nothing.

    Every worker does so when it starts; as a job of its own it runs before them, by a role that
    may change the schema.
    """
    from ledger.ledger import Ledger

    settings = where.settings
    settings.dir.mkdir(parents=True, exist_ok=True)  # where the ledger is, unless told otherwise

    def bring() -> None:
        ledger = Ledger(settings.ledger_url)
        try:
            ledger.migrate()
        finally:
            ledger.close()

    await asyncio.to_thread(bring)
    shown.record(_shown(where))


@command(app, "check", "closeline ledger check --json")
async def check(*, shown: Shown, where: Where) -> None:
    """Say whether the ledger answers and has the schema of this version."""
    if problem := await where.ask(lambda ledger: ledger.behind()):
        raise Refusal("ledger", "not_migrated", problem)
    shown.record(_shown(where))


@command(app, "reader", "closeline ledger reader insight")
async def reader(
    role: Annotated[str, Argument(help="An existing role of the database.")],
    *,
    shown: Shown,
    where: Where,
) -> None:
    """Let a role of PostgreSQL read every table, now and later, and do nothing else.

    Whatever else it was given on the ledger is taken back. Where it could still write or make
    something, nothing is changed.
    """
    made = await where.ask(lambda ledger: ledger.make_reader(role))
    shown.record(asdict(made))


def _shown(where: Where) -> dict[str, str | None]:
    """The URL without its password, and the schema of this version."""
    from sqlalchemy import make_url

    from ledger.migrate import head

    url = make_url(where.settings.ledger_url).render_as_string(hide_password=True)
    return {"ledger": url, "schema": head()}
