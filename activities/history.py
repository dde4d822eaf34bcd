"""What a workflow's histories tell of its effects: what was handed to the ledger, arrived or not.

A normal activity stands in the history with what it was given and with its answer, a local one
with its answer alone, which is why the ledger's answer repeats the batch.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from temporalio.api.common.v1 import Payloads
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.delivery import Delivery, PoolDelivery
from ledger.batch import Ack
from sales.evolve import REFERRING
from sales.facts import Fact
from sales.opening import Start
from sales.opportunity import load
from sales.process import Process

LOCAL: Final = "core_local_activity"

Definitions = dict[tuple[str, int], Process]


@dataclass(slots=True)
class Effect:
    """An activity that a run asked for: what it was given, unless it was a local one, and what it
    answered, unless it has not."""

    name: str
    at: datetime
    given: Payloads | None
    answer: Payloads | None = None


@dataclass(slots=True)
class Run:
    """One run: its start input, and its effects in order."""

    at: datetime
    given: Payloads
    effects: list[Effect] = field(default_factory=list)


class Told:
    """What one workflow's histories tell, all runs of its chain that are still there."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.facts: dict[int, Fact] = {}
        self.processes: Definitions = {}
        self.start: Start | None = None

    def ordered(self) -> list[Fact]:
        """The facts in order, each as it was told last."""
        return [self.facts[sequence] for sequence in sorted(self.facts)]


@dataclass(frozen=True, slots=True)
class Handed:
    """Facts as the ledger has them, or will have once they arrive; without those that it refused,
    and `end` is the end that stood against them."""

    facts: tuple[Fact, ...]
    process: Process | None = None
    end: dict[str, Any] | None = None


async def handed_over(client: Client, effect: Effect, form: type[Any]) -> Handed:
    """What a `deliver` or `deliver_account`, whose input has that form, handed to the ledger."""
    given = await decoded(client, effect.given, form)
    process = getattr(given, "process", None)
    if effect.answer is None:
        refused = getattr(given, "reset_refused", False)
        return Handed(() if refused else given.facts, process)
    ack: Ack = await decoded(client, effect.answer, Ack)
    stood = ack.end or ack.overtaken
    held = tuple(fact for fact in ack.facts if not stood or fact.sequence <= ack.through)
    return Handed(held, process, ack.end)


async def told_by_history(client: Client, workflow_id: str) -> Told:
    """Read the histories of an opportunity's or a pool's workflow, the oldest run first."""
    told = Told()
    for run_id in await _chain(client, workflow_id):
        if run := await read_run(client, workflow_id, run_id):
            await _hear(client, told, run)
    return told


async def _chain(client: Client, workflow_id: str) -> list[str | None]:
    """The runs of the newest chain, oldest first, found by walking back from the newest."""
    runs: list[str | None] = []
    run_id: str | None = None
    while True:
        handle = client.get_workflow_handle(workflow_id, run_id=run_id)
        try:
            first = await anext(handle.fetch_history_events(page_size=1))
        except (RPCError, StopAsyncIteration):
            break
        runs.append(run_id)
        started = first.workflow_execution_started_event_attributes
        run_id = started.continued_execution_run_id
        if not run_id:
            break
    return runs[::-1]


async def read_run(client: Client, workflow_id: str, run_id: str | None) -> Run | None:
    """One run, the latest if none is named; nothing where its history is gone."""
    handle = client.get_workflow_handle(workflow_id, run_id=run_id)
    run, waiting = None, dict[int, Effect]()
    try:
        async for event in handle.fetch_history_events():
            if event.HasField("workflow_execution_started_event_attributes"):
                given = event.workflow_execution_started_event_attributes.input
                run = Run(event.event_time.ToDatetime(UTC), given)
            elif run:
                run.effects += _effects(event, waiting)
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        return None
    return run


def _effects(event: HistoryEvent, waiting: dict[int, Effect]) -> Iterator[Effect]:
    """The effect that begins with this event; one that waits gets its answer."""
    at = event.event_time.ToDatetime(UTC)
    if event.HasField("activity_task_scheduled_event_attributes"):
        scheduled = event.activity_task_scheduled_event_attributes
        effect = Effect(scheduled.activity_type.name, at, scheduled.input)
        waiting[event.event_id] = effect
        yield effect
    elif event.HasField("activity_task_completed_event_attributes"):
        completed = event.activity_task_completed_event_attributes
        waiting.pop(completed.scheduled_event_id).answer = completed.result
    elif event.HasField("marker_recorded_event_attributes"):
        marker = event.marker_recorded_event_attributes
        name = _type_of(marker.details["data"]) if marker.marker_name == LOCAL else None
        if name and not marker.HasField("failure"):
            yield Effect(name, at, None, marker.details["result"])


_DELIVERIES: Final[dict[str, type[Any]]] = {"deliver": Delivery, "deliver_pool": PoolDelivery}


async def _hear(client: Client, told: Told, run: Run) -> None:
    body = await given_to(client, run)
    if isinstance(body, dict) and "opening" in body and "process" in body:
        start = Start.model_validate(body)
        told.start = start if start.at else start.model_copy(update={"at": run.at})
        learn(told.processes, start.process)
    elif isinstance(body, dict) and "process" in (body.get("state") or {}):
        learn(told.processes, load(body["state"]).process)
    for effect in run.effects:
        if form := _DELIVERIES.get(effect.name):
            handed = await handed_over(client, effect, form)
            learn(told.processes, handed.process)
            _note(told, handed.facts)
        elif effect.name == "find_process" and effect.answer:
            learn(told.processes, await decoded(client, effect.answer, Process))


def _note(told: Told, facts: tuple[Fact, ...]) -> None:
    for fact in facts:
        told.facts[fact.sequence] = fact
    # A history that was thrown back and went another way tells no longer what came after.
    if facts:
        for later in [s for s in told.facts if s > facts[-1].sequence]:
            del told.facts[later]


def learn(processes: Definitions, process: Process | None) -> None:
    """Keep a definition, if there is one, so that facts that name it can be folded."""
    if process:
        processes[process.name, process.version] = process


def process_of(processes: Definitions, fact: Fact) -> Process | None:
    """The definition that the fact names, if it names one that is known."""
    ref = fact.data.get("process") if fact.kind in REFERRING else None
    return processes.get((ref["name"], ref["version"])) if ref else None


def _type_of(data: Payloads) -> str | None:
    for payload in data.payloads:
        try:
            return str(json.loads(payload.data)["activity_type"])
        except (ValueError, KeyError, TypeError):
            continue
    return None


async def given_to(client: Client, run: Run) -> Any:
    """The start input as plain JSON; nothing where nobody can read it, for then the run was refused
    at once. Under a key that is missing here it could be read elsewhere: that raises."""
    try:
        return await decoded(client, run.given)
    except (KeyError, ValueError):  # an unknown encoding, or what is none
        return None


async def decoded(client: Client, payloads: Payloads | None, form: Any = None) -> Any:
    """The first of the payloads, as the form has it or as plain JSON; nothing if there is none."""
    found = list(payloads.payloads)[:1] if payloads else []
    if not found:
        return None
    (value,) = await client.data_converter.decode(found, [form] if form else None)
    return value


def closed_at(close_time: datetime | None) -> datetime:
    """When a run closed; now, where the server does not say."""
    return close_time.astimezone(UTC) if close_time else datetime.now(UTC)
