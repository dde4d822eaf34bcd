"""Playing the stories through signals, as any backend would."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sales.receipt import Receipt
from starter.client import CloselineClient, UnknownOpportunity
from starter.demo import relations
from starter.demo.stories import ACCOUNTS, FOLLOWERS, PEOPLE, In, Step, Story, stories

TOGETHER: Final = 4
"""How many openings are asked for at once: a busy machine takes longer over them, but the clocks of
an opportunity that waits do not run yet."""
TRIES: Final = 40
PAUSE: Final = 0.5


class NotAccepted(Exception):
    """An account would not open what its story says; the message names the rule."""


async def open_accounts(client: CloselineClient) -> None:
    """They answer as soon as a worker is there."""
    for account_id, name in ACCOUNTS.items():
        await client.open_account(account_id, name)


@dataclass(frozen=True)
class Stage:
    """Where the stories play. `opened` is set once all of them are open, `dark` by whoever puts
    the worker's light out; `faults` are the openings that were not accepted."""

    client: CloselineClient
    faults: list[str] = field(default_factory=list)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    dark: asyncio.Event = field(default_factory=asyncio.Event)

    async def play_all(self) -> None:
        """Open all opportunities, and say what their scripts say."""
        door = asyncio.Semaphore(TOGETHER)
        every = [*relations.stories(), *stories()]
        waiting = [story.id for story in every]

        async def play(story: Story) -> None:
            try:
                async with door:
                    begun = await self._open(story)
                waiting.remove(story.id)
                if not waiting:
                    self.opened.set()
                await self._say(story, begun)
            except NotAccepted as fault:
                self.faults.append(str(fault))

        async with asyncio.TaskGroup() as playing:
            playing.create_task(relations.play(self.client))
            for story in every:
                playing.create_task(play(story))

    async def _open(self, story: Story) -> datetime:
        begun = _now()
        receipt = await self.client.open_opportunity(
            story.account,
            story.id,
            sent_at=begun.isoformat(),
            process=story.process,
            name=story.id.replace("-", " ").capitalize(),
            amount={"amount": f"{1000 + 137 * len(story.id)}.00", "currency": "EUR"},
            owner="ann" if story.account == "ACME" else "ben",
            stakeholders=PEOPLE,
            **_resolved(story.opening, begun),
        )
        _check(story, receipt)
        return begun

    async def _say(self, story: Story, begun: datetime) -> None:
        for step in story.steps:
            left = begun + timedelta(seconds=step.at) - _now()
            await asyncio.sleep(max(left.total_seconds(), 0))
            if step.in_the_dark:
                await self.dark.wait()
            await self._act(story, step, begun)

    async def _act(self, story: Story, step: Step, begun: datetime) -> None:
        workflow = self.client.opportunity(story.id)
        match step.kind:
            case "cancel":
                await workflow.cancel(reason="clicked in the UI")
            case "terminate":
                await workflow.terminate(reason="clicked in the UI")
            case "reopen":
                follower = FOLLOWERS[f"{story.id}~2"]
                await self._say(follower, await self._reopen(story, step.body["reason"]))
            case "add_on":
                follower = FOLLOWERS[step.body["opportunity_id"]]
                await self._say(follower, await self._open(follower))
            case kind:
                await self._signal(story.id, kind, _resolved(step.body, begun))

    async def _reopen(self, story: Story, reason: str) -> datetime:
        """As soon as the account knows of the end."""
        for _ in range(TRIES):
            begun = _now()
            receipt = await self.client.reopen(story.id, reason, account_id=story.account)
            if receipt.rule != "still_open":
                break
            await asyncio.sleep(PAUSE)
        _check(story, receipt)
        return begun

    async def _signal(self, opportunity_id: str, kind: str, body: dict[str, Any]) -> None:
        """As soon as it is there: its account answers while the server still starts it."""
        for attempt in range(TRIES):
            try:
                await self.client.signal(opportunity_id, kind, **body)
                return
            except UnknownOpportunity:
                if attempt == TRIES - 1:
                    raise
                await asyncio.sleep(PAUSE)


def _check(story: Story, receipt: Receipt) -> None:
    if not receipt.accepted:
        raise NotAccepted(f"{story.id}: {receipt.field}: {receipt.rule}")


def _resolved(body: dict[str, Any], begun: datetime) -> dict[str, Any]:
    return {
        name: (begun + timedelta(seconds=value.seconds)).isoformat()
        if isinstance(value, In)
        else value
        for name, value in body.items()
    }


def _now() -> datetime:
    return datetime.now(UTC)
