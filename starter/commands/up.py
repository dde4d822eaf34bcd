"""`closeline up`: a server, a worker and a ledger in one folder, for as long as it runs."""

from pathlib import Path
from typing import Annotated

from typer import Option, Typer

from starter.commands.spreading import command

app = Typer()


@command(app, "up", "closeline up")
async def up(
    dir: Annotated[Path | None, Option(help="Keeps everything (CLOSELINE_DIR).")] = None,
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
    encrypt: Annotated[
        bool, Option("--encrypt", help="Encrypt what Temporal keeps, for ever from then on.")
    ] = False,
    keys_file: Annotated[
        Path | None, Option(help="A key ring outside the folder (CLOSELINE_KEYS_FILE).")
    ] = None,
    codec_port: Annotated[
        int | None, Option(help="The port of what decrypts for the UI; 0 is any free one.")
    ] = None,
) -> None:
    """Start a Temporal server with a web UI, the ledger and a worker; Ctrl-C stops them.

    Everything is kept in one folder: started again, it goes on where it stopped. A folder with a
    key ring stays encrypted.
    """
    from settings import Settings
    from starter.running import Ports, run

    settings = Settings.load(
        dir=dir,
        namespace=namespace,
        ledger_url=ledger_url,
        processes=processes,
        log=log,
        metrics=metrics,
        keys_file=keys_file,
    )
    ports = Ports(port, ui_port, codec_port)
    await run(settings, ports, headless=headless, with_worker=not no_worker, encrypt=encrypt)
