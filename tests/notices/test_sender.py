"""Notices go out beside all else: what one channel does holds up neither another nor anybody."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Final

import pytest

from ledger.ledger import Ledger
from ledger.rows import NoticeRow, SentRow
from notices import sender
from notices.routes import Route
from notices.sender import Sender, wait_after
from tests.ledger.story import Story
from tests.workflows.switches import SwitchedLedger
from tests.workflows.world import eventually

ROOT: Final = Path(__file__).parents[2]
ALL: Final = {"o-1", "o-2", "o-3"}


class Ear:
    """A channel that hears everything, unless it is told to behave badly."""

    def __init__(self, manner: str = "") -> None:
        self.manner, self.heard = manner, list[NoticeRow]()

    async def send(self, notice: NoticeRow) -> None:
        """As its manner says."""
        if self.manner == "raises":
            raise RuntimeError("deaf\ntoday")
        if self.manner == "hangs":
            await asyncio.sleep(60)
        if self.manner == "blocks":
            time.sleep(1)
        self.heard.append(notice)


@pytest.fixture(scope="module")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("empty") / "ledger.db"
    ledger = Ledger(f"sqlite:///{file}")
    ledger.migrate()
    ledger.close()
    return file


@pytest.fixture
def database(empty_ledger: Path, tmp_path: Path) -> Path:
    return Path(copyfile(empty_ledger, tmp_path / "ledger.db"))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "PAUSE", 0.05)
    monkeypatch.setattr(sender, "PATIENCE", 0.3)
    monkeypatch.setattr(sender, "FIRST_WAIT", timedelta(seconds=0.1))
    monkeypatch.setattr(sender, "LONGEST_WAIT", timedelta(seconds=0.1))


@pytest.fixture
def ledger(database: Path) -> Iterator[SwitchedLedger]:
    ledger = SwitchedLedger(database)
    yield ledger
    ledger.close()


@asynccontextmanager
async def sending(ledger: Ledger, **ears: Ear) -> AsyncIterator[None]:
    """A sender that has begun."""

    async def begun() -> int:
        return len(ledger.channels(datetime.now(UTC)))

    async with Sender(ledger, [Route(name, ear) for name, ear in ears.items()]):
        await eventually(begun, lambda count: count >= len(ears))
        yield


def lose(ledger: Ledger, *ids: str) -> None:
    for id_ in ids:
        story = Story(id_, owner="ann")
        story.lose()
        ledger.record(story.batch())


async def heard(ear: Ear, ids: set[str]) -> None:
    async def told() -> set[str]:
        return {notice.subject_id for notice in ear.heard}

    await eventually(told, lambda found: found == ids)


async def test_everything_goes_out_over_every_channel_once_however_many_send(
    ledger: SwitchedLedger,
) -> None:
    log, desk = Ear(), Ear()
    async with AsyncExitStack() as stack:
        for _ in range(3):
            await stack.enter_async_context(sending(ledger, log=log, desk=desk))
        lose(ledger, *ALL)
        await heard(log, ALL)
        await heard(desk, ALL)
        await asyncio.sleep(0.3)
    assert len(log.heard) == len(desk.heard) == 3


@pytest.mark.parametrize("manner", ["raises", "hangs", "blocks"])
async def test_a_channel_that_misbehaves_holds_up_no_other_sender_and_no_caller(
    ledger: SwitchedLedger, manner: str
) -> None:
    bad, good = Ear(manner), Ear()
    async with sending(ledger, bad=bad, good=good):
        lose(ledger, *ALL)
        began = time.monotonic()
        for _ in range(20):
            await asyncio.sleep(0.01)
        assert time.monotonic() - began < 0.8
        await heard(good, ALL)
        bad.manner = ""
        await heard(bad, ALL)


async def test_what_fails_ten_times_is_given_up_with_its_error_until_somebody_asks(
    ledger: SwitchedLedger,
) -> None:
    ear = Ear("raises")

    async def given_up() -> list[SentRow]:
        return ledger.failed_notices()

    async with sending(ledger, desk=ear):
        lose(ledger, "o-1")
        (row,) = await eventually(given_up, bool)
        assert (row.tries, row.error, row.to) == (10, "RuntimeError: deaf today", "ann")
        ear.manner = ""
        await asyncio.sleep(0.3)
        assert ear.heard == []
        ledger.retry_notices(datetime.now(UTC))
        await heard(ear, {"o-1"})


async def test_a_ledger_that_is_down_delays_and_loses_none(ledger: SwitchedLedger) -> None:
    ear, plain = Ear(), Ledger(ledger.url)
    with ledger.switches.down:
        async with Sender(ledger, [Route("desk", ear)]):
            plain.begin_channels(["desk"], datetime.now(UTC))
            lose(plain, *ALL)
            await asyncio.sleep(0.2)
            assert ear.heard == []
            ledger.switches.down.off()
            await heard(ear, ALL)
    plain.close()


async def test_what_a_killed_worker_has_left_another_sends(
    ledger: SwitchedLedger, database: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.notices.sender_main", f"sqlite:///{database}", str(out)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as dying:
        assert dying.stdout
        assert await asyncio.to_thread(dying.stdout.readline) == b"begun\n"
        lose(ledger, *ALL)
        assert await asyncio.to_thread(dying.stdout.readline) == b"sent\n"
        dying.kill()
    assert "o-" in out.read_text()  # it went out, and nobody has written that down

    ear = Ear()
    async with sending(ledger, desk=ear):
        await heard(ear, ALL)


def test_waits_double_up_to_a_quarter_of_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    waits = [wait_after(tries) for tries in (0, 1, 2, 3, 30)]
    seconds = [each.total_seconds() for each in waits]
    assert seconds == [30, 30, 60, 120, 6 * 3600]
