"""The mapping: what each column of an export means, and how its values become ours. Data (TOML)."""

import codecs
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from sales.process import Process
from sales.reading import fault
from sales.values import Code, Currency, Duration, Id, Model, Name, Text


class BadMapping(ValueError):
    """A mapping cannot be used: which file, which key, which rule."""

    def __init__(self, file: Path, key: str, rule: str, detail: str = "") -> None:
        """`key` and `rule` are stable codes; `detail` is prose for people."""
        aside = f" ({detail})" if detail and detail != rule else ""
        super().__init__(f"{file}: {key}: {rule}{aside}")
        self.file, self.key, self.rule, self.detail = file, key, rule, detail


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_several)]
Sources = Texts
"""Where a field is read from: a column, `lookup.column`, or a text with {columns} in it. Of
several the first that is not empty counts."""


class Columns(Model):
    """What of an opportunity stands where. Only what has a source is read.

    `amount` is the sum expected, `won_amount` what a won row was really sold for. `opened`,
    `stage_entered` and `engaged` (the buyer's last word) set the clocks; `closed` is when it
    ended, `close_date` when that is expected.
    """

    id: Annotated[Sources, Field(min_length=1)]
    stage: Annotated[Sources, Field(min_length=1)]
    name: Sources = ()
    account: Sources = ()
    amount: Sources = ()
    won_amount: Sources = ()
    currency: Sources = ()
    opened: Sources = ()
    stage_entered: Sources = ()
    engaged: Sources = ()
    closed: Sources = ()
    close_date: Sources = ()
    owner: Sources = ()
    team: Sources = ()
    territory: Sources = ()
    segment: Sources = ()
    product: Sources = ()
    lead_source: Sources = ()
    reason: Sources = ()
    competitor: Sources = ()


class DefaultAccount(Model):
    """The account of the rows that name none."""

    id: Id
    name: Name


class AccountColumns(Model):
    """What of an account stands where; its name is the opportunity's `account`."""

    default: DefaultAccount | None = None
    segment: Sources = ()
    tier: Sources = ()
    owner: Sources = ()
    territory: Sources = ()


class Lookup(Model):
    """A second file, beside the export: its row is the one whose `key` equals the column `by`."""

    file: Annotated[str, Field(min_length=1)]
    key: str
    by: str


class Missing(Model):
    """What to take where a date is missing; otherwise such a row is rejected.

    `today` is the day the export was made; `close_date` is so long after the opening.
    """

    opened: Literal["today", "closed"] | None = None
    closed: Literal["opened"] | None = None
    close_date: Duration | None = None


EvidenceKind = Literal["signed_contract", "payment", "purchase_order", "written_acceptance"]


class Ended(Model):
    """What a stage that is an end means: the outcome, its reason unless the row has one, the stage
    it had reached, and for a win what proves it."""

    outcome: Literal["won", "lost", "withdrawn"]
    reason: Code = "not_stated"
    stage: Code | None = None
    evidence: EvidenceKind | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if (self.outcome == "won") != (self.evidence is not None):
            raise ValueError("evidence: required" if self.outcome == "won" else "evidence: surplus")
        return self


class Mapping(Model):
    """How one kind of export is read.

    `source` names the system it comes from: the same id from the same source is the same
    opportunity, however often it is imported. `override` is the reason for passing the opening
    gate where an export cannot meet it; each time is counted.
    """

    source: Code
    process: Code
    process_version: Annotated[int, Field(ge=1)] | None = None
    grace: Duration | None = None
    override: Annotated[Text, Field(min_length=1)] | None = None
    time_zone: str = "UTC"
    dates: Annotated[Texts, Field(min_length=1)] = ("%Y-%m-%d",)
    encoding: str = "utf-8-sig"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    decimal_sign: Literal[".", ","] = "."
    thousands_sign: Literal["", ",", ".", " ", "'"] = ""
    currency: Currency | None = None
    largest_amount: Decimal = Decimal(1_000_000_000)
    columns: Columns
    account: AccountColumns = AccountColumns()
    lookups: dict[Code, Lookup] = Field(default_factory=dict)
    mend: dict[str, dict[str, str]] = Field(default_factory=dict)
    empty: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    missing: Missing = Missing()
    stages: dict[str, Code] = Field(default_factory=dict)
    ended: dict[str, Ended] = Field(default_factory=dict)
    reasons: dict[str, Code] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("time_zone: unknown_time_zone") from None
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            raise ValueError("encoding: unknown_encoding") from None
        if self.decimal_sign == self.thousands_sign:
            raise ValueError("thousands_sign: same_as_decimal_sign")
        for value in self.stages.keys() & self.ended.keys():
            raise ValueError(f"ended.{value}: is_a_stage_too")
        return self


_WORST: Final = (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError)


def load_mapping(path: Path) -> Mapping:
    """The mapping in the file. Raises BadMapping on whatever is wrong with it."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except _WORST as error:
        rule = "unreadable" if isinstance(error, OSError) else "not_toml"
        raise BadMapping(path, "file", rule, str(error)) from error
    try:
        return Mapping.model_validate(data)
    except ValidationError as error:
        raise BadMapping(path, *fault(error)) from error


def check(mapping: Mapping, process: Process, path: Path) -> None:
    """Raises BadMapping where it speaks of a stage or a reason that the process does not know."""
    entered = {**mapping.stages, **{told: end.stage for told, end in mapping.ended.items()}}
    for told, stage in entered.items():
        if stage is not None and process.stage(stage) is None:
            key = f"{'stages' if told in mapping.stages else 'ended'}.{told}"
            raise BadMapping(path, key, "unknown_stage", f"{process.name!r} has no stage {stage!r}")
    for told, end in mapping.ended.items():
        known = (*getattr(process.reasons, end.outcome), "not_stated")
        if end.reason not in known:
            detail = f"{end.reason!r} is none of {', '.join(known)}"
            raise BadMapping(path, f"ended.{told}.reason", "unknown_reason", detail)
    every = {code for _, codes in process.reasons for code in codes} | {"not_stated"}
    for told, code in mapping.reasons.items():
        if code not in every:
            detail = f"{code!r} is none of {', '.join(sorted(every))}"
            raise BadMapping(path, f"reasons.{told}", "unknown_reason", detail)
