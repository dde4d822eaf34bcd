"""`closeline up`: a server, a worker and a ledger in one folder, for as long as it runs."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Final

from sqlalchemy import make_url
from temporalio.client import Client
from typer import Option, Typer

from settings import VARIABLES, Settings, connect
from starter.commands.spreading import command
from starter.embedded import EmbeddedServer
from starter.output import print_record
from telemetry import configure_logs, make_runtime
from worker import run_worker, stop_on_signals

app = Typer()

WORKER_SECONDS: Final = 10.0
"""How long the worker may take to finish what it has in hand."""


@command(app, "up", "closeline up")
async def up(
    dir: Annotated[Path | None, Option(help=f"Keeps everything ({VARIABLES['dir']}).")] = None,
    port: Annotated[int | None, Option(help="Temporal's port; 0 is any free one.")] = None,
    ui_port: Annotated[int | None, Option(help="The web UI's port; 0 is any free one.")] = None,
    headless: Annotated[bool, Option("--headless", help="Without the web UI.")] = False,
    no_worker: Annotated[
        bool, Option("--no-worker", help="Only the server, as for making a ledger anew.")
    ] = False,
    namespace: Annotated[str | None, Option(help="The Temporal namespace to make.")] = None,
    ledger_url: Annotated[str | None, Option(help="A ledger outside the folder.")] = None,
    processes: Annotated[Path | None, Option(help="A folder of processes of your own.")] = None,
    log: Annotated[str | None, Option(help="Log lines: console or json.")] = None,
    metrics: Annotated[str | None, Option(help="Where to serve metrics, as IP:PORT.")] = None,
) -> None:
    """Start a Temporal server with a web UI, the ledger and a worker; Ctrl-C stops them.

    Everything is kept in one folder: started again, it goes on where it stopped.
    """
    settings = Settings.load(
        dir=dir,
        namespace=namespace,
        ledger_url=ledger_url,
        processes=processes,
        log=log,
        metrics=metrics,
    )
    configure_logs(settings.log)
    server = EmbeddedServer(
        settings.dir, port, ui_port, headless=headless, namespace=settings.namespace
    )
    async with server:
        settings = settings.at(server.address)
        client = await connect(settings, make_runtime(settings.metrics))
        _greet(server, settings)
        await _work(server, settings, None if no_worker else client)


async def _work(server: EmbeddedServer, settings: Settings, client: Client | None) -> None:
    """Carry the workflows, given a client, until somebody stops us or the server dies."""
    stop = stop_on_signals()
    until = run_worker(settings, client, stop) if client else stop.wait()
    worker = asyncio.ensure_future(until)
    death = asyncio.create_task(server.died())
    await asyncio.wait({worker, death}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await asyncio.wait({worker}, timeout=WORKER_SECONDS)
    for ended in (death, worker):
        if ended.done():
            ended.result()


def _greet(server: EmbeddedServer, settings: Settings) -> None:
    ui = server.ui_address and f"{server.ui_address}/namespaces/{settings.namespace}/workflows"
    places = {
        "temporal": server.address,
        "namespace": settings.namespace,
        "ui": ui,
        "ledger": make_url(settings.ledger_url).render_as_string(hide_password=True),
        "stop": "Ctrl-C; started again, everything goes on",
    }
    print_record(places)
    sys.stdout.flush()
