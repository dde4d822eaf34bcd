"""An end waits for no notice, however badly the channel behaves."""

import asyncio
import time
from datetime import UTC, datetime

import pytest

from ledger.rows import NoticeRow
from notices.routes import Route
from notices.sender import Sender
from tests.workflows.world import World, eventually, id_of

pytestmark = pytest.mark.usefixtures("worker")


class Bad:
    """A channel that fails, hangs, or never gives its thread back."""

    def __init__(self, manner: str) -> None:
        self.manner, self.asked = manner, list[NoticeRow]()

    async def send(self, notice: NoticeRow) -> None:
        self.asked.append(notice)
        if self.manner == "raises":
            raise RuntimeError("no line")
        if self.manner == "hangs":
            await asyncio.sleep(60)
        time.sleep(2)


async def test_channels_that_fail_hang_or_block_delay_no_end(world: World) -> None:
    bad = [Bad(manner) for manner in ("raises", "hangs", "blocks")]
    async with Sender(world.ledger, [Route(each.manner, each) for each in bad]):

        async def begun() -> int:
            return len(world.ledger.channels(datetime.now(UTC)))

        await eventually(begun, lambda count: count == 3)
        handle = await world.open("hasty")
        record = await handle.result()

        async def asked() -> list[int]:
            return [len(each.asked) for each in bad]

        await eventually(asked, all)
    (ended,) = [fact for fact in await world.facts(handle) if fact.kind == "ended"]
    assert record["outcome"] == "expired"
    assert (ended.recorded_at - ended.occurred_at).total_seconds() < 1
    (told,) = world.ledger.notices(datetime.now(UTC), what="ended")
    assert (told.subject_id, told.words) == (id_of(handle), "expired: buyer_silence")
