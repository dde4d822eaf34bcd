"""The small values messages, facts and processes are made of, and how they read on the wire."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    Strict,
    StringConstraints,
    Tag,
    WithJsonSchema,
)

# Frozen with the rules: a list that changed under a running workflow would change its past.
_CODES: Final = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP "
    "BYN BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP "
    "GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS "
    "KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR "
    "MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF "
    "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD "
    "TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES: Final = frozenset(_CODES.split())
"""ISO 4217."""

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|d|w)", re.ASCII)
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
LONGEST: Final = timedelta(days=36_500)
YEARS: Final = range(1900, 2200)
"""The years a date may lie in: within them no sum of limits leaves the calendar."""
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


class Model(BaseModel):
    """Shared manners of everything that crosses the border: immutable, and surplus is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="float")


def _currency(code: str) -> str:
    if code not in CURRENCIES:
        raise ValueError("unknown_currency")
    return code


def _duration(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError("needs_unit (such as 90s, 15m, 8h, 45d or 2w)")
    if isinstance(value, str):
        match = _DURATION.fullmatch(value.strip())
        if not match or len(value) > 20:
            raise ValueError("not_a_duration (a number and a unit: 90s, 15m, 8h, 45d or 2w)")
        try:
            value = timedelta(seconds=float(match[1]) * _UNITS[match[2]])
        except OverflowError:
            raise ValueError("out_of_range (at most a hundred years)") from None
    if isinstance(value, timedelta) and not timedelta(0) <= value <= LONGEST:
        raise ValueError("out_of_range (between nothing and a hundred years)")
    return value


def _text(value: timedelta) -> str:
    return f"{value.total_seconds():.6f}".rstrip("0").rstrip(".") + "s"


def _number_is_no_amount(value: Any) -> Any:
    # 10.10 arrives as 10.1 and large sums lose cents: money travels as text.
    if isinstance(value, bool | float):
        raise ValueError("money_is_text")
    return value


def _written_number(value: Any) -> Any:
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise ValueError("not_a_decimal")
    return value


def _written_day(value: Any) -> Any:
    # A number could be seconds, milliseconds or 20260301: three different days.
    if isinstance(value, int | float) or (isinstance(value, str) and not _DAY.fullmatch(value)):
        raise ValueError("not_a_date")
    return value


def _written_instant(value: Any) -> Any:
    if isinstance(value, int | float) or (isinstance(value, str) and not _TIME.fullmatch(value)):
        raise ValueError("not_a_datetime")
    return value


def is_day(value: Any) -> bool:
    """Whether this is, or is written as, a day rather than an instant."""
    if isinstance(value, str):
        return bool(_DAY.fullmatch(value))
    return isinstance(value, date) and not isinstance(value, datetime)


def _tag(value: Any) -> str:
    return "[day]" if is_day(value) else "[instant]"


D = TypeVar("D", bound=date)


def _in_range(value: D) -> D:
    if value.year not in YEARS:
        raise ValueError("out_of_range")
    return value


def _utc(value: datetime) -> datetime:
    return _in_range(value).astimezone(UTC)


NO_NULL: Final = r"^[^\x00]*$"
"""Any text a database can hold."""
INSTANT: Final = (
    r"^(19|2[01])\d\d-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)$"
)
"""How an instant is written."""


def _wire(pattern: str, description: str, **more: Any) -> WithJsonSchema:
    """What a schema says of a value that is text on the wire and something else here."""
    return WithJsonSchema(
        {"type": "string", "pattern": pattern, "description": description, **more}
    )


def written(whole: int, places: int) -> str:
    """The pattern of a decimal in text, with so many digits before and behind the point."""
    return rf"^(-?0+(\.0+)?|0*\d{{1,{whole}}}(\.\d{{1,{places}}}0*)?)$"


def _decimal(number: str, whole: int, places: int, **limits: int) -> tuple[WithJsonSchema, ...]:
    """A decimal as it is taken, in text or as a number of that type, and as it is told: in text."""
    text = {"type": "string", "pattern": written(whole, places), "description": "a decimal as text"}
    limits = {"minimum": 0, "maximum": 10**whole - 1, **limits}
    either = {"anyOf": [text, {"type": number, **limits}]}
    return WithJsonSchema(either, mode="validation"), WithJsonSchema(text, mode="serialization")


_SHARE: Final = {
    "type": "string",
    "pattern": r"^(-?0+(\.0+)?|0+\.\d{1,4}0*|0*1(\.0+)?)$",
    "description": "a decimal as text, from 0 to 1",
}

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~@:-]*$", max_length=100)]
"""An opaque identifier: letters, digits and . _ ~ @ : -, at most 100 characters."""
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NO_NULL),
    _wire(r"^\s*[^\s\x00]([^\x00]{0,198}[^\s\x00])?\s*$", "1 to 200 characters, trimmed"),
]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NULL)]
"""Somebody else's identifier, kept as it came."""
Text = Annotated[str, StringConstraints(max_length=2_000, pattern=NO_NULL)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Currency = Annotated[
    str, AfterValidator(_currency), _wire(f"^({'|'.join(sorted(CURRENCIES))})$", "ISO 4217")
]
Amount = Annotated[
    Decimal,
    BeforeValidator(_number_is_no_amount),
    BeforeValidator(_written_number),
    Field(ge=0, max_digits=18, decimal_places=4, allow_inf_nan=False),
    *_decimal("integer", 14, 4),
]
Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_written_instant),
    AfterValidator(_utc),
    _wire(INSTANT, "RFC 3339, with its time zone", format="date-time"),
]
Date = Annotated[
    date,
    BeforeValidator(_written_day),
    AfterValidator(_in_range),
    _wire(r"^(19|2[01])\d\d-\d\d-\d\d$", "YYYY-MM-DD", format="date"),
]
Day = Annotated[
    Annotated[Date, Tag("[day]")] | Annotated[Instant, Tag("[instant]")], Discriminator(_tag)
]
"""A day in the process's time zone, or an exact instant."""
Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(_text),
    _wire(
        r"^\s*\d+(\.\d+)?[smhdw]\s*$", "a number and a unit: 90s, 15m, 8h, 45d, 2w", maxLength=20
    ),
]
Hours = Annotated[
    Decimal,
    BeforeValidator(_written_number),
    Field(ge=0, le=10_000, decimal_places=2, allow_inf_nan=False),
    *_decimal("number", 5, 2, maximum=10_000),
]
Share = Annotated[
    Decimal,
    BeforeValidator(_written_number),
    Field(ge=0, le=1, decimal_places=4, allow_inf_nan=False),
    WithJsonSchema({"anyOf": [_SHARE, {"type": "number", "minimum": 0, "maximum": 1}]}),
    WithJsonSchema(_SHARE, mode="serialization"),
]
"""From nothing to all, in ten-thousandths."""
Quantity = Annotated[
    Decimal,
    BeforeValidator(_written_number),
    Field(gt=0, max_digits=12, decimal_places=4, allow_inf_nan=False),
    *_decimal("number", 8, 4, exclusiveMinimum=0),
]
_GROWTH: Final = r"^(-?0+(\.0+)?|0+\.\d{1,4}0*)$"
Growth = Annotated[
    Decimal,
    BeforeValidator(_written_number),
    Field(ge=0, lt=1, decimal_places=4, allow_inf_nan=False),
    _wire(_GROWTH, "a share as text, such as 0.03 for three per cent"),
]
"""By which share a sum grows."""
Measured = Annotated[
    Decimal,
    BeforeValidator(_written_number),
    Field(ge=0, max_digits=16, decimal_places=6, allow_inf_nan=False),
    *_decimal("number", 10, 6),
]
"""What somebody has measured or counted."""
Count = Annotated[int, Strict()]
"""A whole number; a text or a truth is none."""
Flag = Annotated[bool, Strict()]
"""true or false, and nothing that only looks like it."""


class Money(Model):
    """A sum: decimal text and ISO 4217 code."""

    amount: Amount
    currency: Currency


def end_of(day: date, time_zone: str) -> datetime:
    """The last instant, in UTC, of `day` in `time_zone`: what ends then has ended on that day."""
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(time_zone))
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def limit_of(when: date | datetime, time_zone: str) -> datetime:
    """An instant is its own limit; a day lasts until it is over where the process counts days."""
    return when if isinstance(when, datetime) else end_of(when, time_zone)


def day_of(when: date | datetime, time_zone: str) -> date:
    """The day of an instant where the process counts days."""
    return when.astimezone(ZoneInfo(time_zone)).date() if isinstance(when, datetime) else when
