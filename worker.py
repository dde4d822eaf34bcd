"""The worker process: `python -m worker` carries all workflows until it is told to stop."""

import asyncio
import gc
import logging
import os
import signal
import threading
from datetime import timedelta
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.worker import Interceptor, UnsandboxedWorkflowRunner, Worker

import activities
from ledger.ledger import Ledger
from notices.routes import BadNotices, routes
from notices.sender import Sender
from processes import BadProcess, Library, library
from settings import TASK_QUEUE, BadSettings, Settings, Unreachable, connect
from starter.schedules import ensure_schedules
from telemetry import NoMetrics, configure_logs, make_runtime
from workflows.account import Account
from workflows.capacity_pool import CapacityPool
from workflows.forecast_snapshot import ForecastSnapshot
from workflows.hearing import Guard
from workflows.opportunity import Opportunity
from workflows.reconcile import Reconcile

GRACE = timedelta(seconds=5)
HARD_EXIT_SECONDS = 20.0

WORKFLOWS: list[type] = [Opportunity, Account, CapacityPool, Reconcile, ForecastSnapshot]
INTERCEPTORS: list[Interceptor] = [Guard()]

# The sandbox looks for mistakes in workflow code, and all of that is ours: the tests of the drivers
# run in it, where it is worth its price, which is a good part of a life's CPU time.
RUNNER = UnsandboxedWorkflowRunner()

# Python runs one of them at a time. A history that is replayed beside many others would exceed
# the time a task has; what is not taken yet waits at the server, where no time runs for it.
AT_ONCE = 16

logger = structlog.get_logger(__name__)


def make_worker(
    client: Client,
    ledger: Ledger,
    task_queue: str = TASK_QUEUE,
    processes: Library | None = None,
    **options: Any,
) -> Worker:
    """A worker for every workflow and activity; without processes, it knows the built-in ones."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=activities.make(client, ledger, processes or library(), task_queue),
        interceptors=INTERCEPTORS,
        **{
            "workflow_runner": RUNNER,
            "max_concurrent_workflow_tasks": AT_ONCE,
            "graceful_shutdown_timeout": GRACE,
            **options,
        },
    )


async def run_worker(
    settings: Settings, client: Client | None = None, stop: asyncio.Event | None = None
) -> None:
    """Bring the ledger up to date, then work until the event is set or the task is cancelled."""
    settings.dir.mkdir(parents=True, exist_ok=True)  # where the ledger is, unless told otherwise
    processes, channels = library(settings.processes), routes(settings.notices)
    ledger = Ledger(settings.ledger_url)
    await asyncio.to_thread(ledger.migrate)
    client = client or await connect(settings, make_runtime(settings.metrics))
    async with Sender(ledger, channels), make_worker(client, ledger, processes=processes):
        await ensure_schedules(client, snapshots=settings.snapshots)
        gc.freeze()  # what is loaded by now is never garbage, and need not be looked through
        key = settings.keys().active if settings.keys else "none"
        where = {"address": settings.address, "namespace": settings.namespace}
        logger.info("worker_started", **where, encrypts_with=key)
        await (stop or asyncio.Event()).wait()
        logger.info("worker_stopping", grace_seconds=GRACE.total_seconds())
    ledger.close()  # on SQLite that leaves one whole file, which can be copied
    logger.info("worker_stopped")


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM or SIGINT sets; a process still there after the grace is ended."""
    stop = asyncio.Event()

    def begin_to_stop() -> None:
        if stop.is_set():
            return
        stop.set()
        last_resort = threading.Timer(HARD_EXIT_SECONDS, os._exit, [1])
        last_resort.daemon = True
        last_resort.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, begin_to_stop)
    return stop


async def _main(settings: Settings) -> None:
    await run_worker(settings, stop=stop_on_signals())


def main() -> None:
    """Run one worker with the settings of the environment."""
    try:
        settings = Settings.load()
        configure_logs(settings.log)
        asyncio.run(_main(settings))
        logging.shutdown()
        # At once: threads of Temporal's SDK may still call into an interpreter that takes itself
        # down, which then aborts, with an exit code of its own.
        os._exit(0)
    except (BadNotices, BadProcess, BadSettings, NoMetrics, Unreachable) as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
