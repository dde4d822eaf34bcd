"""A worker to be killed, in its own process: `worker_main ADDRESS NAMESPACE QUEUE DATABASE`, with
the file of a ledger behind switches, or a ledger's URL."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from ledger.ledger import Ledger
from tests.workflows.processes import LIBRARY
from tests.workflows.switches import SwitchedLedger
from worker import make_worker
from workflows import entity


async def work(address: str, namespace: str, task_queue: str, database: str) -> None:
    client = await Client.connect(
        address, namespace=namespace, data_converter=pydantic_data_converter
    )
    ledger = Ledger(database) if "://" in database else SwitchedLedger(Path(database))
    # What a killed worker held is given to the next one after a second, not after half a minute.
    entity.IN_TIME = timedelta(seconds=2)  # type: ignore[misc]  # final for everybody else
    soon = timedelta(seconds=1)
    async with make_worker(
        client, ledger, task_queue, LIBRARY, sticky_queue_schedule_to_start_timeout=soon
    ):
        print("works", flush=True)
        await asyncio.to_thread(sys.stdin.read)  # whoever started it is there as long as this


asyncio.run(work(*sys.argv[1:]))
