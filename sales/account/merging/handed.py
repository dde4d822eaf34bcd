"""A contract and a commitment as one account hands them to another: with all that their rules need
to go on as if nothing had happened."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, Field, TypeAdapter

from sales.account.commitments.state import Commitment
from sales.account.contracts.span import Length
from sales.account.contracts.state import MOST_ATTEMPTS, Contract
from sales.opportunity import OutcomeName
from sales.shapes import Number, Seconds
from sales.values import Code, Count, Flag, Growth, Id, Instant, Model, Money, Name

Attempts = Annotated[tuple[Id, ...], Field(max_length=MOST_ATTEMPTS)]


class HandedSpan(Model):
    """A term; `dated` where its ends are days."""

    starts_at: Instant
    ends_at: Instant
    dated: Flag


class HandedNext(Model):
    """What was agreed for the next term; what is not said stays as it is."""

    span: HandedSpan | None = None
    length: Length | None = None
    on: Number | None = None
    auto_renew: Flag | None = None
    notice: Seconds | None = None
    recurring: Money | None = None


class HandedDecision(Model):
    """How the renewal of the term ended; with `next` the contract goes on."""

    outcome: OutcomeName
    reason: Code
    opportunity_id: Id | None = None
    next: HandedNext | None = None


class HandedRenewal(Model):
    """How far the renewal is: asked for `tries` times, by these `attempts`, of which those that
    are `coming` still run and follow the contract."""

    tries: Count
    lapsed: Flag
    attempts: Attempts = ()
    coming: Attempts = ()
    asked_for: Money | None = None
    again_at: Instant | None = None
    decided: HandedDecision | None = None


class HandedEnding(Model):
    """That notice was given: when it ends, and why."""

    at: Instant
    reason: Code


class HandedContract(Model):
    """A contract that runs. `stem` is what the ids of its renewals begin with, wherever it is."""

    number: Number
    span: HandedSpan
    length: Length
    on: Number
    zone: Name
    known_at: Instant
    won: Flag
    auto_renew: Flag
    stem: Annotated[str, Field(min_length=1, max_length=201)]
    renewal: HandedRenewal
    notice: Seconds | None = None
    recurring: Money | None = None
    amount: Money | None = None
    escalator: Growth | None = None
    product: Name | None = None
    ending: HandedEnding | None = None
    renamed: Id | None = None


class HandedClock(Model):
    """When it runs out, when a warning comes, and whether it has run out."""

    due: Instant
    breached: Flag
    warn_at: Instant | None = None


class HandedCommitment(Model):
    """A promise that is neither met nor waived."""

    title: Name
    made_at: Instant
    clocks: dict[Code, HandedClock]
    since: Instant
    severe: Flag
    working: Flag
    paused: Seconds
    level: Code | None = None
    owner: Id | None = None
    opportunity_id: Id | None = None
    paused_at: Instant | None = None
    paused_until: Instant | None = None
    renamed: Id | None = None


def told(held: NamedTuple) -> dict[str, Any]:
    """As plain JSON; what is not known is missing. `contract_of` and `commitment_of` give it
    back."""
    return {name: _plain(value) for name, value in held._asdict().items() if value is not None}


def contract_of(data: dict[str, Any]) -> Contract:
    """The contract that was handed over."""
    found: Contract = _adapter(Contract).validate_python(_own(data))
    return found


def commitment_of(data: dict[str, Any]) -> Commitment:
    """The commitment that was handed over."""
    found: Commitment = _adapter(Commitment).validate_python(_own(data))
    return found


def _own(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != "renamed"}


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _plain(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return told(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
