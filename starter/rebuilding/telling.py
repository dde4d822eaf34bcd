"""What one run tells of the ledger: what it wrote there, what it was given, what it was told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter
from temporalio.client import Client

from activities.admission import Admitted, Recalled
from activities.delivery import AccountDelivery, Delivery, Known, PoolDelivery
from activities.history import Definitions, Effect, Run, decoded, given_to, handed_over, learn
from sales.account.state import Account, Admission
from sales.facts import Fact
from sales.opening import Start
from sales.opportunity import Opportunity
from sales.pool.state import Pool
from sales.process import Process
from workflows.carrying import AccountCarried, Carried, PoolCarried

CARRIED: Final = {"opportunity": Carried, "account": AccountCarried, "pool": PoolCarried}


@dataclass(frozen=True, slots=True)
class Wrote:
    """Facts that the ledger had, or would have had."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """A whole state that a run was given; of its facts these were on their way to the ledger."""

    state: Opportunity | Account | Pool
    at: datetime
    unwritten: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Stood:
    """The outcome record of an end that the ledger held against the run."""

    end: dict[str, Any]


Said = Wrote | Given | Stood


@dataclass(slots=True)
class Telling:
    """All that a run tells, in order; `reserved` names by id the account and the moment."""

    said: list[Said] = field(default_factory=list)
    start: Start | None = None
    processes: Definitions = field(default_factory=dict)
    reserved: dict[str, tuple[str, datetime]] = field(default_factory=dict)


async def tell(client: Client, subject: str, run: Run) -> Telling:
    """Read it all."""
    told = Telling()
    body = await given_to(client, run)
    if isinstance(body, dict) and "state" in body:
        _go_on(told, _adapter(CARRIED[subject]).validate_python(body), run.at)
    elif isinstance(body, dict) and "process" in body:
        _begin(told, Start.model_validate(body), run.at)
    for effect in run.effects:
        await _hear(client, told, effect)
    return told


def _go_on(told: Telling, carried: Carried | AccountCarried | PoolCarried, at: datetime) -> None:
    for entry in carried.outbox:
        learn(told.processes, entry.process)
    if isinstance(state := carried.state, Opportunity):
        learn(told.processes, state.process)
        told.reserved[state.id] = state.account_id, state.landed_at
    unwritten = tuple(entry.fact for entry in carried.outbox)
    told.said.append(Given(state, at, unwritten))


def _begin(told: Telling, start: Start, at: datetime) -> None:
    told.start = start if start.at else start.model_copy(update={"at": at})
    _reserve(told, start)


async def _hear(client: Client, told: Telling, effect: Effect) -> None:
    if effect.name == "deliver":
        handed = await handed_over(client, effect, Delivery)
        learn(told.processes, handed.process)
        told.said += [Wrote(handed.facts)] if handed.facts else []
        told.said += [Stood(handed.end)] if handed.end else []
    elif form := _ENDLESS.get(effect.name):
        handed = await handed_over(client, effect, form)
        told.said += [Wrote(handed.facts)] if handed.facts else []
    elif effect.answer and (answers := _ANSWERS.get(effect.name)):
        answer = await decoded(client, effect.answer, answers)
        told.said += _answered(told, answer, effect.at)


_ENDLESS: Final[dict[str, type[Any]]] = {
    "deliver_account": AccountDelivery,
    "deliver_pool": PoolDelivery,
}
_ANSWERS: Final[dict[str, Any]] = {
    "admit": Admitted,
    "adopt": Admission,
    "find_process": Process | None,
    "recall": Known | None,
    "recall_account": Recalled,
    "recall_pool": Pool | None,
}
"""What the other effects answer."""


def _answered(told: Telling, answer: Any, at: datetime) -> Iterator[Said]:
    match answer:
        case Admitted():
            for admission in answer.admissions:
                _reserve(told, admission.start)
            if answer.written:
                yield Wrote(answer.written)
        case Admission():
            _reserve(told, answer.start)
            told.start = answer.start
        case Process():
            learn(told.processes, answer)
        case Known(end=dict(end)):
            yield Stood(end)
        case Recalled(state=Account() as state) | (Pool() as state):
            yield Given(state, at)


def _reserve(told: Telling, start: Start | None) -> None:
    if start:
        learn(told.processes, start.process)
    if start and start.at:
        told.reserved[start.opening.opportunity_id] = start.account_id, start.at


@cache
def _adapter(form: type) -> TypeAdapter[Any]:
    return TypeAdapter(form)
