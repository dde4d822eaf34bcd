"""The run: a server, a worker that is killed half-way, the stories, and the verdict."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.live import Live
from temporalio.client import WorkflowExecutionStatus

from ledger.ledger import Ledger
from ledger.rows import OpportunityRow, Weighted
from settings import Settings
from starter.client import CloselineClient
from starter.demo import view
from starter.demo.checks import Check, checks, expected, wrong_ends
from starter.demo.play import Stage, open_accounts
from starter.demo.relations import MANAGED
from starter.demo.stories import ACCOUNTS
from starter.demo.workers import Workers
from starter.embedded import EmbeddedServer
from starter.schedules import reconcile_now

FORECAST_AFTER: Final = 2.0
KILL_AFTER: Final = 5.0
"""Seconds after all opportunities have been opened."""
OUTAGE: Final = 4.0
LONGEST: Final = 110.0
LINE_EVERY: Final = 5.0
LOOK_EVERY: Final = 0.5


async def run(
    folder: Path, console: Console, keep: Callable[[], asyncio.Event] | None = None
) -> list[Check]:
    """Play everything in the folder, tell of it on the console, and give the verdict; with `keep`,
    stay until its event."""
    console.print("Temporal server, ledger and worker are starting ...")
    async with EmbeddedServer(folder, 0, 0) as server:
        settings = Settings.load({}, dir=folder).at(server.address)
        ledger = Ledger(settings.ledger_url)
        await asyncio.to_thread(ledger.migrate)
        workers = Workers(settings, folder / "worker.log")
        await workers.start()
        try:
            client = await CloselineClient.connect(settings)
            ui = f"{server.ui_address}/namespaces/{settings.namespace}/workflows"
            console.print(f"the UI meanwhile: {ui}")
            await open_accounts(client)
            forecast = await _watch(client, ledger, workers, console)
            reconciled = await reconcile_now(client.temporal)
            console.print(f"reconciled: {reconciled.ended or 'nothing'}")
            running = await _running_accounts(client)
            found = _report(ledger, forecast, running, workers.kills, console)
            if keep:
                console.print(f"\nthe UI is still there: {ui} (Ctrl-C stops it)")
                await keep().wait()
        finally:
            await workers.stop()
            ledger.close()
        return found


async def _watch(
    client: CloselineClient, ledger: Ledger, workers: Workers, console: Console
) -> list[Weighted]:
    """Let the stories play, make trouble half-way, and show where everything stands."""
    stage = Stage(client)
    forecast: asyncio.Task[list[Weighted]] | None = None
    try:
        async with asyncio.timeout(LONGEST), asyncio.TaskGroup() as tasks:
            forecast = tasks.create_task(_forecast(stage, ledger))
            trouble = tasks.create_task(_trouble(stage, workers, console))
            playing = tasks.create_task(stage.play_all())
            tasks.create_task(_show([trouble, playing], ledger, console))
    except TimeoutError:
        console.print(f"not over after {LONGEST:.0f} s")
    for fault in stage.faults:
        console.print(f"not accepted: {fault}")
    done = forecast and forecast.done() and not forecast.cancelled()
    return forecast.result() if forecast and done else []


async def _show(acts: Sequence[asyncio.Task[None]], ledger: Ledger, console: Console) -> None:
    """Where everything stands, until the acts are over and all is decided."""
    begun, spoke = time.monotonic(), -LINE_EVERY
    rows: list[OpportunityRow] = []
    with Live(console=console, transient=True, auto_refresh=False) as live:
        while not (all(act.done() for act in acts) and _all_decided(rows)):
            rows = await asyncio.to_thread(ledger.opportunities)
            second = time.monotonic() - begun
            if console.is_terminal:
                live.update(view.standing(rows, second), refresh=True)
            elif second - spoke >= LINE_EVERY:
                spoke = second
                console.print(view.line(rows, second))
            await asyncio.sleep(LOOK_EVERY)


async def _forecast(stage: Stage, ledger: Ledger) -> list[Weighted]:
    """What is open when most are open."""
    await stage.opened.wait()
    await asyncio.sleep(FORECAST_AFTER)
    return await asyncio.to_thread(ledger.weighted)


async def _trouble(stage: Stage, workers: Workers, console: Console) -> None:
    """The worker dies as machines do, and for some seconds nobody is there."""
    await stage.opened.wait()
    await asyncio.sleep(KILL_AFTER)
    await workers.kill()
    console.print("the worker is killed (kill -9)")
    stage.dark.set()
    await asyncio.sleep(OUTAGE)
    await workers.start()
    console.print("another worker starts")


def _all_decided(rows: Sequence[OpportunityRow]) -> bool:
    """All are there, and open are only those that no workflow can end any more."""
    lost_word = {key for key, story in expected().items() if story.reason == "terminated_by_admin"}
    still = {row.id for row in rows if row.outcome is None}
    return len(rows) >= len(expected()) and still <= lost_word


async def _running_accounts(client: CloselineClient) -> set[str]:
    found = set()
    for account_id in ACCOUNTS:
        described = await client.account(account_id).describe()
        if described.status == WorkflowExecutionStatus.RUNNING:
            found.add(account_id)
    return found


def _report(
    ledger: Ledger,
    forecast: Sequence[Weighted],
    running: set[str],
    kills: int,
    console: Console,
) -> list[Check]:
    rows = ledger.opportunities()
    console.print()
    view.outcomes(console, ledger.outcomes())
    view.launched(console, rows)
    view.forecast(console, forecast)
    view.win_loss(console, rows)
    view.account(console, ledger, MANAGED)
    console.print()
    found = checks(ledger, running, kills)
    view.verdict(console, found, wrong_ends(rows))
    return found
