"""The run: a server, a worker that is killed half-way, the stories, and the verdict."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.live import Live
from temporalio.client import WorkflowExecutionStatus

from ledger.ledger import Ledger
from ledger.rows import OpportunityRow, Weighted
from settings import Settings
from starter.client import CloselineClient
from starter.demo import view
from starter.demo.checks import Check, checks, expected, wrong_ends
from starter.demo.play import Arrivals, Stage, open_accounts
from starter.demo.stories import ACCOUNTS
from starter.embedded import EmbeddedServer
from starter.schedules import reconcile_now

KILL_AT = 22.0
FORECAST_AT = 9.0
LONGEST = 110.0
LINE_EVERY = 5.0


@dataclass
class Workers:
    """The worker's process: one at a time, and how often it was started again."""

    settings: Settings
    log: Path
    restarts: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start one."""
        environment = {
            **os.environ,
            "TEMPORAL_ADDRESS": self.settings.address,
            "TEMPORAL_NAMESPACE": self.settings.namespace,
            "CLOSELINE_LEDGER_URL": self.settings.ledger_url,
            "CLOSELINE_LOG": "json",
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "worker"], env=environment, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """As a machine dies: no goodbye."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def restart(self) -> None:
        """Kill it and start another."""
        self.kill()
        self.start()
        self.restarts += 1

    def stop(self) -> None:
        """Let it finish what it has in hand."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()


async def run(folder: Path, console: Console) -> list[Check]:
    """Play everything in the folder, tell of it on the console, and give the verdict."""
    console.print("Temporal server, ledger and worker are starting ...")
    async with EmbeddedServer(folder, 0, 0) as server:
        settings = Settings.load({}, dir=folder).at(server.address)
        ledger = Ledger(settings.ledger_url)
        await asyncio.to_thread(ledger.migrate)
        workers = Workers(settings, folder / "worker.log")
        workers.start()
        try:
            client = await CloselineClient.connect(settings)
            console.print(f"the UI meanwhile: {server.ui_address}/namespaces/closeline/workflows")
            await open_accounts(client)
            snapshot = await _watch(client, ledger, workers, console)
            reconciled = await reconcile_now(client.temporal)
            console.print(f"reconciled: {reconciled.ended or 'nothing'}")
            running = await _running_accounts(client)
        finally:
            await asyncio.to_thread(workers.stop)
        return _report(ledger, snapshot, running, workers.restarts, console)


async def _watch(
    client: CloselineClient, ledger: Ledger, workers: Workers, console: Console
) -> Sequence[Weighted]:
    """Let the stories play, kill the worker half-way, and show where everything stands."""
    arrivals = Arrivals()
    playing = asyncio.create_task(Stage(client, arrivals).play_all())
    begun, spoke = time.monotonic(), -LINE_EVERY
    snapshot: Sequence[Weighted] = []
    with Live(console=console, transient=True, auto_refresh=False) as live:
        while (second := time.monotonic() - begun) < LONGEST:
            rows = await asyncio.to_thread(ledger.opportunities)
            for row in rows:
                arrivals.seen(row.id)
            if console.is_terminal:
                live.update(view.standing(rows, second), refresh=True)
            elif second - spoke >= LINE_EVERY:
                spoke = second
                console.print(view.line(rows, second))
            if not snapshot and second >= FORECAST_AT:
                snapshot = await asyncio.to_thread(ledger.weighted)
            if not workers.restarts and second >= KILL_AT:
                workers.restart()
                console.print(
                    f"{second:3.0f} s  the worker is killed (kill -9); another one starts"
                )
            if playing.done() and _all_decided(rows):
                break
            await asyncio.sleep(0.5)
    if not playing.done():
        playing.cancel()
    else:
        playing.result()
    return snapshot


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
    snapshot: Sequence[Weighted],
    running: set[str],
    restarts: int,
    console: Console,
) -> list[Check]:
    rows = ledger.opportunities()
    console.print()
    view.outcomes(console, ledger.outcomes())
    view.launched(console, rows)
    view.forecast(console, snapshot, FORECAST_AT)
    view.win_loss(console, rows)
    console.print()
    found = checks(ledger, running, restarts)
    view.verdict(console, found, wrong_ends(rows))
    return found
