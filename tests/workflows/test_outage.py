"""An outage over a deadline never changes the outcome of stamped messages.

One outage of the worker, and one of the worker and the server, are gone through once; every test
looks at what became of one opportunity. All of them end after seven seconds without the buyer's
word, and a clock that is three seconds late waits two more for its senders.
"""

import asyncio
import shutil
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from sales.facts import Fact
from sales.receipt import Receipt
from settings import Settings, connect
from starter.embedded import EmbeddedServer
from tests.workflows.world import Handle, World, eventually, message

SILENCE = timedelta(seconds=7)
LATE = timedelta(seconds=3)
NAMES = ("nothing", "before", "won", "behind", "unstamped", "queued", "overtaken", "answered")
A_CALL = {"origin": "buyer", "channel": "call"}
A_CONTRACT = {"evidence": {"kind": "signed_contract", "reference": "C-1"}}
A_YES = {"decision": "yes", "reasons": ["value"]}


class Outage:
    """What was sent when, and what came of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.handles: dict[str, Handle] = {}
        self.results: dict[str, dict[str, Any]] = {}
        self.facts: dict[str, list[Fact]] = {}
        self.receipts: dict[str, Receipt] = {}
        self.in_time = self.behind = self.back = datetime.now(UTC)

    async def begin(self) -> None:
        """All are open, and their timers are set."""
        async with self.world.worker():
            opened = await asyncio.gather(
                *(self.world.open("brisk", account="cut-off") for _ in NAMES)
            )
            self.handles = dict(zip(NAMES, opened, strict=True))
            last = (await self.world.facts(opened[-1]))[0]
        self.in_time = last.occurred_at + timedelta(seconds=0.2)
        await self.send("before", self.in_time, "record_engagement", **A_CALL)
        await self.send("won", self.in_time, "record_purchase", **A_CONTRACT)

    async def wait_too_long(self) -> None:
        """Past every deadline, and by more than can go unnoticed."""
        until = self.in_time + SILENCE + LATE + timedelta(seconds=0.3)
        await asyncio.sleep((until - datetime.now(UTC)).total_seconds())

    async def end(self, client: Client) -> None:
        """The worker is back; some senders have to catch up."""
        world = self.world
        world.client = client
        self.handles = {n: client.get_workflow_handle(h.id) for n, h in self.handles.items()}
        self.behind = datetime.now(UTC)
        await self.send("behind", self.behind, "record_engagement", **A_CALL)
        await self.send("unstamped", None, "record_engagement", **A_CALL)
        asked = [
            asyncio.create_task(self.ask(name, self.behind, "change_stage", stage="offer"))
            for name in ("overtaken", "answered")
        ]
        self.back = datetime.now(UTC)
        async with world.worker():
            await asyncio.sleep(0.8)
            assert not self.receipts, "the settling is not over"
            await self.send("queued", self.in_time, "record_engagement", **A_CALL)
            await self.send("overtaken", self.in_time, "record_decision", **A_YES)
            await asyncio.gather(*asked)
            ended = [name for name in NAMES if name not in ("overtaken", "unstamped")]
            for name in ended:
                self.results[name] = await self.handles[name].result()
            account = client.get_workflow_handle("account:cut-off")
            await eventually(
                lambda: world.kinds(account), lambda k: k.count("opportunity_ended") == len(ended)
            )
            for name in NAMES:
                self.facts[name] = await world.facts(self.handles[name])

    async def send(self, name: str, sent_at: datetime | None, kind: str, **said: Any) -> None:
        stamp = sent_at.isoformat() if sent_at else None
        await self.handles[name].signal(kind, message(self.handles[name], kind, stamp, **said))

    async def ask(self, name: str, sent_at: datetime, kind: str, **said: Any) -> None:
        body = message(self.handles[name], kind, sent_at.isoformat(), kind=kind, **said)
        receipt = await self.handles[name].execute_update("submit", body, result_type=Receipt)
        self.receipts[name] = receipt

    def kinds(self, name: str) -> list[str]:
        return [fact.kind for fact in self.facts[name]]

    def closed_at(self, name: str) -> datetime:
        return datetime.fromisoformat(self.results[name]["closed_at"])


async def without_a_worker(client: Client, database: Path) -> Outage:
    outage = Outage(World(client, database))
    await outage.begin()
    await outage.wait_too_long()
    await outage.end(client)
    await outage.world.close()
    return outage


async def without_a_server_too(folder: Path, database: Path) -> Outage:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(EmbeddedServer(folder, port=0, headless=True))
        outage = Outage(World(await connect(Settings.load({}, dir=folder)), database))
        await outage.begin()
        await stack.aclose()
        await outage.wait_too_long()
        await stack.enter_async_context(EmbeddedServer(folder, port=0, headless=True))
        await outage.end(await connect(Settings.load({}, dir=folder)))
        await outage.world.close()
    return outage


@pytest.fixture(scope="module")
async def outages(
    client: Client, empty_ledger: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Outage]:
    folder = tmp_path_factory.mktemp("outage")
    one, two = (Path(shutil.copy(empty_ledger, folder / f"{n}.db")) for n in ("one", "two"))
    worker, server = await asyncio.gather(
        without_a_worker(client, one), without_a_server_too(folder / "server", two)
    )
    return {"worker": worker, "worker and server": server}


@pytest.fixture(params=["worker", "worker and server"])
def outage(request: pytest.FixtureRequest, outages: dict[str, Outage]) -> Outage:
    return outages[request.param]


def test_an_end_that_comes_late_carries_the_time_of_its_deadline(outage: Outage) -> None:
    opened, ended = outage.facts["nothing"]
    assert outage.results["nothing"]["reason"] == "buyer_silence"
    assert ended.occurred_at == outage.closed_at("nothing") == opened.occurred_at + SILENCE
    assert ended.recorded_at > ended.occurred_at + LATE


def test_what_was_sent_before_the_deadline_counts(outage: Outage) -> None:
    assert outage.kinds("before") == ["opened", "engaged", "ended"]
    assert outage.closed_at("before") == outage.in_time + SILENCE


def test_a_win_that_was_sent_in_time_is_a_win(outage: Outage) -> None:
    assert outage.results["won"]["outcome"] == "won"
    assert outage.closed_at("won") == outage.in_time


def test_what_was_sent_behind_the_deadline_finds_it_ended(outage: Outage) -> None:
    assert outage.kinds("behind") == ["opened", "ended", "late"]
    assert outage.results["behind"]["outcome"] == "expired"
    assert outage.closed_at("behind") == outage.facts["behind"][0].occurred_at + SILENCE


def test_what_has_no_time_of_sending_has_the_benefit_of_the_doubt(outage: Outage) -> None:
    assert outage.kinds("unstamped") == ["opened", "engaged"]
    assert outage.facts["unstamped"][1].occurred_at >= outage.back


def test_what_waited_with_its_sender_counts_if_it_arrives_in_the_settling_time(
    outage: Outage,
) -> None:
    assert outage.kinds("queued") == ["opened", "engaged", "ended"]
    assert outage.closed_at("queued") == outage.in_time + SILENCE


def test_a_late_message_that_arrives_first_does_not_end_what_an_earlier_one_keeps_open(
    outage: Outage,
) -> None:
    assert outage.kinds("overtaken") == ["opened", "decided", "stage_changed"]
    receipt = outage.receipts["overtaken"]
    assert (receipt.accepted, receipt.stage, receipt.clock) == (True, "offer", "action_window")


def test_a_late_update_is_answered_after_the_settling(outage: Outage) -> None:
    assert outage.kinds("answered") == ["opened", "ended", "late"]
    receipt = outage.receipts["answered"]
    assert (receipt.accepted, receipt.rule, receipt.outcome) == (False, "ended", "expired")
    assert receipt.sequence == 3
