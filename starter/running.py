"""The embedded server, its worker and what decrypts for its UI, for as long as they run."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from sqlalchemy import make_url
from temporalio.client import Client

from encryption.ring_file import RingFile
from settings import DEFAULT_RING, KEYS, BadSettings, Settings, connect
from starter.codec_server import Access, make_app, serving
from starter.embedded import EmbeddedServer
from starter.output import print_record
from starter.ports import CODEC_PORT, IP, choose_port
from starter.sealed import sample
from telemetry import configure_logs, make_runtime
from worker import run_worker, stop_on_signals

WORKER_SECONDS: Final = 10.0
"""How long the worker may take to finish what it has in hand."""


class Ports(NamedTuple):
    """Where to listen; nothing for the usual port, 0 for any free one."""

    temporal: int | None
    ui: int | None
    codec: int | None


async def run(
    settings: Settings, ports: Ports, *, headless: bool, with_worker: bool, encrypt: bool
) -> None:
    """Until somebody stops us. Raises BadSettings where the key ring is not the folder's."""
    configure_logs(settings.log)
    settings = _with_keys(settings, encrypt)
    codec = None
    if settings.keys and not headless:
        codec = choose_port(IP, ports.codec, CODEC_PORT)
    server = EmbeddedServer(
        settings.dir,
        ports.temporal,
        ports.ui,
        headless=headless,
        namespace=settings.namespace,
        codec=f"http://{IP}:{codec}" if codec else None,
        keys_file=settings.keys_file,
    )
    async with server, _decoding(server, settings, codec):
        settings = settings.at(server.address)
        client = await connect(settings, make_runtime(settings.metrics))
        await _refuse_the_wrong_ring(settings, client)
        _greet(server, settings)
        await _work(server, settings, client if with_worker else None)


def _with_keys(settings: Settings, encrypt: bool) -> Settings:
    """The ring that was named, else the one in the folder, else a new one if that is asked for."""
    if settings.keys and not settings.keys_file:
        raise BadSettings(f"{KEYS}: here the ring must be in a file, where all commands find it")
    path = (settings.keys_file or settings.dir / DEFAULT_RING).resolve()
    if not path.exists():
        if not encrypt:
            return settings
        RingFile(path).create()
    return settings.with_ring(path)


async def _refuse_the_wrong_ring(settings: Settings, client: Client) -> None:
    """Where others were encrypted and nothing of it can be read, nothing new is written: neither in
    clear because a file is gone, nor with a key that is not the folder's."""
    found = await sample(client)
    if found.keys and found.missing == found.keys:
        where = f"{settings.keys_file} holds another" if settings.keys else "there is no key ring"
        raise BadSettings(
            f"{settings.dir}: what is there is encrypted with {', '.join(sorted(found.missing))}, "
            f"and {where}; put the right one back, or say where it is with --keys-file"
        )


@asynccontextmanager
async def _decoding(
    server: EmbeddedServer, settings: Settings, port: int | None
) -> AsyncIterator[None]:
    """What lets the UI show in clear what is encrypted, and lets nobody's page but the UI's."""
    if port is None or server.ui_address is None or settings.keys is None:
        yield
        return
    spellings = (server.ui_address, server.ui_address.replace(IP, "localhost"))
    app = make_app(settings.keys, Access(settings.namespace, spellings))
    async with serving(app, IP, port):
        yield


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
        "keys": settings.keys_file and f"{settings.keys_file} (keep a copy: it cannot be replaced)",
        "ledger": make_url(settings.ledger_url).render_as_string(hide_password=True),
        "stop": "Ctrl-C; started again, everything goes on",
    }
    print_record(places)
    sys.stdout.flush()
