"""What a run is started with, and what it hands to the next one: nothing is lost on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NoReturn, Self

from pydantic import TypeAdapter, ValidationError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from sales.account.state import Account
from sales.facts import Cause
from sales.messages import Malformed, Message
from sales.opening import Request, Start
from sales.opportunity import Opportunity
from sales.pool.state import Pool
from sales.process import Limits
from sales.reading import fault, read
from sales.values import Id, Model, Name
from workflows.entity import Entry, Heard
from workflows.hearing import body_of


@dataclass(frozen=True, slots=True)
class Unheard:
    """A message that still waits, in a form that survives the way to the next run."""

    kind: str
    body: dict[str, Any]
    cause: Cause

    @classmethod
    def of(cls, heard: Heard) -> Self:
        """Pack it."""
        message = heard.message
        body = message.model_dump(mode="json", exclude_unset=True)
        return cls(message.kind, body, heard.cause)

    def heard(self, kinds: Mapping[str, type[Message]]) -> Heard:
        """Unpack it."""
        if self.kind == "malformed":
            return Heard(Malformed.model_validate(self.body), self.cause)
        return Heard(read(self.kind, self.body, kinds), self.cause)


@dataclass(frozen=True, slots=True)
class Carried:
    """Everything a run of an opportunity hands to the next."""

    state: Opportunity
    outbox: list[Entry]
    waiting: list[Unheard] = field(default_factory=list)
    held_until: datetime | None = None


class AccountStart(Model):
    """The start input of an account: its id is enough, for the ledger knows the rest."""

    account_id: Id
    name: Name | None = None
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class AccountCarried:
    """Everything a run of an account hands to the next."""

    state: Account
    outbox: list[Entry]
    waiting: list[Unheard] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)


class PoolStart(Model):
    """The start input of a pool: its id is enough, for the ledger knows the rest."""

    pool_id: Id
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class PoolCarried:
    """Everything a run of a pool hands to the next."""

    state: Pool
    outbox: list[Entry]
    waiting: list[Unheard] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)


@cache
def _adapter(form: type) -> TypeAdapter[Any]:
    return TypeAdapter(form)


def opportunity_start(raw: RawValue) -> Carried | Start | Request:
    """The start input of an opportunity, whichever form it has."""
    body = _body(raw)
    form = Carried if "state" in body else Start if "process" in body else Request
    return _form(form, body)  # type: ignore[no-any-return]  # one of the three forms above


def account_start(raw: RawValue) -> AccountCarried | AccountStart:
    """The start input of an account, whichever form it has."""
    body = _body(raw)
    return _form(AccountCarried if "state" in body else AccountStart, body)  # type: ignore[no-any-return]  # one of the two


def pool_start(raw: RawValue) -> PoolCarried | PoolStart:
    """The start input of a pool, whichever form it has."""
    body = _body(raw)
    return _form(PoolCarried if "state" in body else PoolStart, body)  # type: ignore[no-any-return]  # one of the two


def _body(raw: RawValue) -> dict[str, Any]:
    try:
        body = body_of(raw)
    except Exception as error:
        refuse("body", "undecodable", str(error))
    if not isinstance(body, dict):
        refuse("body", "one_json_object", "a workflow starts with one JSON object")
    return body


def _form(form: type, body: dict[str, Any]) -> Any:
    try:
        return _adapter(form).validate_python(body)
    except ValidationError as error:
        refuse(*fault(error))


def refuse(field: str, rule: str, detail: str = "") -> NoReturn:
    """A bad start fails the workflow at once and for good, with the field and the rule."""
    raise ApplicationError(
        f"{field}: {rule}" + (f" ({detail})" if detail and detail != rule else ""),
        {"field": field, "rule": rule},
        type="Refused",
        non_retryable=True,
    )
