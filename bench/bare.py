"""The fixed thing to compare with: a workflow that takes six signals, has one timer, and ends.

It keeps no state, writes no ledger, shows nothing and checks nothing; it must never change.
"""

import asyncio
from typing import Any

from temporalio import workflow

SIGNALS = 6
THIRTY_DAYS = 30 * 86_400


@workflow.defn(name="Bare")
class Bare:
    def __init__(self) -> None:
        self.heard = 0

    @workflow.signal(name="said")
    def said(self, _message: dict[str, Any]) -> None:
        self.heard += 1

    @workflow.run
    async def run(self) -> int:
        timer = asyncio.create_task(asyncio.sleep(THIRTY_DAYS))
        await workflow.wait_condition(lambda: self.heard >= SIGNALS or timer.done())
        return self.heard
