"""Assumptions of a scenario, as they are said on the command line or in a TOML file."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from sales.reading import fault
from sales.values import Amount, Currency, Date, Id, Model
from starter.commands.failing import Refusal

if TYPE_CHECKING:
    from insight.forecast.scenario import Assumption

HOW: Final = "ID=won, ID=lost, ID=AMOUNT, ID='AMOUNT CUR', ID=DATE or ID=P% (won by its end)"
_PERCENT: Final = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Assumed(Model):
    """What a file says of one opportunity."""

    outcome: Literal["won", "lost"] | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    close_date: Date | None = None
    chance: Annotated[float, Field(ge=0, le=1)] | None = None


def assumptions(said: Iterable[str], file: Path | None) -> "list[Assumption]":
    """All of them, those of the file first. Raises Refusal."""
    from insight.forecast.scenario import Assumption

    told = dict(_of_file(file)) if file else {}
    for words in said:
        id_, field = _of_words(words)
        told[id_] = {**told.get(id_, {}), **field}
    return [Assumption(_id(id_), **_checked(id_, fields)) for id_, fields in told.items()]


def sum_of(text: str, field: str) -> tuple[Decimal, str | None]:
    """An amount, and its currency if one follows. Raises Refusal."""
    amount, _, currency = text.strip().partition(" ")
    fields = _checked(field, {"amount": amount, **({"currency": currency} if currency else {})})
    return fields["amount"], fields["currency"]


def currency_of(text: str | None) -> str | None:
    """The currency, if one is named. Raises Refusal."""
    return _checked("in", {"currency": text})["currency"] if text else None


def _of_file(file: Path) -> Mapping[str, dict[str, Any]]:
    try:
        with file.open("rb") as opened:
            told = tomllib.load(opened)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal("scenario", "unreadable", str(error)) from error
    for id_, fields in told.items():
        if not isinstance(fields, dict):
            raise Refusal("scenario", "not_a_table", f"[{id_}] and below it what is assumed of it")
    return told


def _of_words(words: str) -> tuple[str, dict[str, Any]]:
    id_, _, what = words.rpartition("=")
    what = what.strip()
    if not id_ or not what:
        raise Refusal("assume", "malformed", f"{words!r} is none of {HOW}")
    if what in ("won", "lost"):
        return id_, {"outcome": what}
    if _DAY.fullmatch(what):
        return id_, {"close_date": what}
    if match := _PERCENT.fullmatch(what):
        return id_, {"chance": float(match[1]) / 100}
    amount, _, currency = what.partition(" ")
    return id_, {"amount": amount, **({"currency": currency} if currency else {})}


def _id(text: str) -> str:
    try:
        return TypeAdapter[str](Id).validate_python(text)
    except ValidationError as error:
        raise Refusal("assume", fault(error)[1], text) from error


def _checked(id_: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: _text(value) for name, value in fields.items()}
    try:
        return Assumed.model_validate(plain).model_dump()
    except ValidationError as error:
        field, rule, detail = fault(error)
        raise Refusal(f"{id_}.{field}", rule, detail) from error


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
