"""Playing the stories through signals, as any backend would."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from starter.client import CloselineClient
from starter.demo.stories import ACCOUNTS, FOLLOWERS, PEOPLE, In, Step, Story, stories

SPREAD = 0.15
"""Seconds between one opening and the next."""


async def open_accounts(client: CloselineClient) -> None:
    """They answer as soon as a worker is there."""
    for account_id, name in ACCOUNTS.items():
        await client.open_account(account_id, name)


class Arrivals:
    """Who is there already, as the ledger shows it to whoever watches."""

    def __init__(self) -> None:
        """Nobody yet."""
        self._there: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def seen(self, opportunity_id: str) -> None:
        """It is there."""
        self._there[opportunity_id].set()

    async def wait(self, opportunity_id: str) -> None:
        """Until it is there."""
        await self._there[opportunity_id].wait()


@dataclass(frozen=True)
class Stage:
    """Where the stories play: through the client, for an audience that tells who has arrived."""

    client: CloselineClient
    arrivals: Arrivals

    async def play_all(self) -> None:
        """Open all opportunities, and say what their scripts say."""
        async with asyncio.TaskGroup() as playing:
            for number, story in enumerate(stories()):
                playing.create_task(self._play(story, number * SPREAD))

    async def _play(self, story: Story, delay: float = 0) -> None:
        await asyncio.sleep(delay)
        begun = _now()
        await self.client.signal_account(
            story.account,
            "open_opportunity",
            opportunity_id=story.id,
            process=story.process,
            name=story.id.replace("-", " ").capitalize(),
            amount={"amount": f"{1000 + 137 * len(story.id)}.00", "currency": "EUR"},
            owner="ann" if story.account == "ACME" else "ben",
            stakeholders=PEOPLE,
            **_resolved(story.opening, begun),
        )
        await self._say(story, begun)

    async def _say(self, story: Story, begun: datetime) -> None:
        await self.arrivals.wait(story.id)
        for step in story.steps:
            left = begun + timedelta(seconds=step.at) - _now()
            await asyncio.sleep(max(left.total_seconds(), 0))
            await self._act(story, step, begun)

    async def _act(self, story: Story, step: Step, begun: datetime) -> None:
        workflow = self.client.opportunity(story.id)
        match step.kind:
            case "cancel":
                await workflow.cancel(reason="clicked in the UI")
            case "terminate":
                await workflow.terminate(reason="clicked in the UI")
            case "reopen":
                body = {"opportunity_id": story.id, **step.body}
                await self.client.signal_account(story.account, "reopen_opportunity", **body)
                await self._say(FOLLOWERS[f"{story.id}~2"], _now())
            case "add_on":
                await self._play(FOLLOWERS[step.body["opportunity_id"]])
            case kind:
                await self.client.signal(story.id, kind, **_resolved(step.body, begun))


def _resolved(body: dict[str, Any], begun: datetime) -> dict[str, Any]:
    return {
        name: (begun + timedelta(seconds=value.seconds)).isoformat()
        if isinstance(value, In)
        else value
        for name, value in body.items()
    }


def _now() -> datetime:
    return datetime.now(UTC)
