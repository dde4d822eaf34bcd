"""What every mapping says, whatever the kind of export: where it comes from, which process it lives
by, how dates and sums are written, what the accounts are. Data (TOML)."""

import codecs
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from sales.opportunity import OutcomeName
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
    """What of an opportunity may stand in any export. Only what has a source is read."""

    name: Sources = ()
    account: Sources = ()
    amount: Sources = ()
    currency: Sources = ()
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


EvidenceKind = Literal["signed_contract", "payment", "purchase_order", "written_acceptance"]


class End(Model):
    """What an end of elsewhere means: the outcome, its reason unless the export has one, who gave
    that reason, and for a win what proves it."""

    outcome: OutcomeName
    reason: Code = "not_stated"
    reason_source: Literal["buyer", "seller"] = "seller"
    evidence: EvidenceKind | None = None

    @model_validator(mode="after")
    def _proven(self) -> Self:
        if (self.outcome == "won") != (self.evidence is not None):
            raise ValueError("evidence: required" if self.outcome == "won" else "evidence: surplus")
        return self


class Common(Model):
    """How an export is read, as far as its kind does not matter.

    `source` names the system it comes from: the same id from the same source is the same
    opportunity, however often it is imported. `override` is the reason for passing the opening
    gate where an export cannot meet it; each time is counted.
    """

    alternatives: ClassVar[bool] = False
    """Whether of several sources some may be missing, as one mapping serves several formats."""

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
    reasons: dict[str, Code] = Field(default_factory=dict)

    def sources(self) -> Iterator[tuple[str, Sources]]:
        """Every field that has a source, by its key in the mapping, and its sources."""
        for part, model in (("columns", self.columns), ("account", self.account)):
            for name, told in model:
                if isinstance(told, tuple) and told:
                    yield f"{part}.{name}", told

    @model_validator(mode="after")
    def _readable(self) -> Self:
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
        return self


M = TypeVar("M", bound=Common)

_WORST: Final = (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError)


def load(path: Path, kind: type[M]) -> M:
    """The mapping in the file. Raises BadMapping on whatever is wrong with it."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except _WORST as error:
        rule = "unreadable" if isinstance(error, OSError) else "not_toml"
        raise BadMapping(path, "file", rule, str(error)) from error
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise BadMapping(path, *fault(error)) from error


def check_stage(stage: str, process: Process, path: Path, key: str) -> None:
    """Raises BadMapping where the process has no such stage."""
    if process.stage(stage) is None:
        raise BadMapping(path, key, "unknown_stage", f"{process.name!r} has no stage {stage!r}")


def check_end(end: End, process: Process, path: Path, key: str) -> None:
    """Raises BadMapping where the process does not know the reason; that of an expiry is a
    clock's name."""
    if end.outcome == "expired":
        known = tuple(name for name, clock in process.clocks if clock is not None)
    else:
        known = (*getattr(process.reasons, end.outcome), "not_stated")
    if end.reason not in known:
        detail = f"{end.reason!r} is none of {', '.join(known)}"
        raise BadMapping(path, f"{key}.reason", "unknown_reason", detail)


def check_reasons(mapping: Common, process: Process, path: Path) -> None:
    """Raises BadMapping where a word is to become a reason that the process does not know."""
    every = {code for _, codes in process.reasons for code in codes} | {"not_stated"}
    for told, code in mapping.reasons.items():
        if code not in every:
            detail = f"{code!r} is none of {', '.join(sorted(every))}"
            raise BadMapping(path, f"reasons.{told}", "unknown_reason", detail)
