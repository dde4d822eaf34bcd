"""A deal: one row understood. Ids are ours, money is a sum, dates are instants, and what cannot
be understood is Broken, by the name that the mapping gives to the field."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sales.drafts import Broken
from starter.importing.mapping import Ended, Mapping
from starter.importing.rows import Export, Row
from starter.importing.slugs import Slugs
from starter.importing.times import Calendar, Times, times_of

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?")
_IDS: Final = ("owner", "team", "territory", "segment", "lead_source")
_OF_A_WIN: Final = ("won_amount",)
_OF_AN_END: Final = ("closed", "reason", "competitor", *_OF_A_WIN)
"""What means nothing before the end, though a column may hold it: one date may be both expected
and real, one sum both asked for and got."""
_PROFILE: Final = ("segment", "tier", "owner", "territory")


@dataclass(frozen=True, slots=True)
class Profile:
    """The account that a row belongs to, and what the export says of it."""

    id: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Deal:
    """What a row says. `said` keeps its own words, `end` is how it ended if it did."""

    row: Row
    id: str
    said: dict[str, str]
    account: Profile
    details: dict[str, Any]
    times: Times
    stage: str | None
    end: Ended | None
    reason: str | None
    won_amount: dict[str, str] | None


class Reader:
    """Understands the rows of one export; remembers which ids it has seen."""

    def __init__(self, export: Export, mapping: Mapping, calendar: Calendar) -> None:
        self._export, self._mapping, self._calendar = export, mapping, calendar
        self._slugs = Slugs()
        self._rows: dict[str, int] = {}

    def deal(self, row: Row) -> Deal:
        """The row as a deal. Raises Broken."""
        texts = ((name, self._export.text(row, told)) for name, told in self._mapping.columns)
        said = {name: text for name, text in texts if text}
        deal_id = self._id(row, said)
        stage, end = self._stage(said)
        for name in _OF_AN_END if end is None else _OF_A_WIN if end.outcome != "won" else ():
            said.pop(name, None)
        won = said.get("won_amount")
        return Deal(
            row=row,
            id=deal_id,
            said=said,
            account=self._account(row, said),
            details=self._details(said),
            times=times_of(said, end is not None, self._calendar, self._mapping.missing),
            stage=stage,
            end=end,
            reason=self._reason(said, end) if end else None,
            won_amount=self._money("won_amount", won, said) if won else None,
        )

    def _id(self, row: Row, said: dict[str, str]) -> str:
        if "id" not in said:
            raise Broken("id", "required")
        made = self._slugs.make("id", said["id"])
        first = self._rows.setdefault(made, row.number)
        if first != row.number:
            raise Broken("id", "duplicate", f"row {first} has the same")
        return made

    def _stage(self, said: dict[str, str]) -> tuple[str | None, Ended | None]:
        told = said.get("stage")
        if told is None:
            raise Broken("stage", "required")
        if end := self._mapping.ended.get(told):
            return end.stage, end
        if told not in self._mapping.stages:
            raise Broken("stage", "unknown_stage", f"the mapping has no stage {told!r}")
        return self._mapping.stages[told], None

    def _reason(self, said: dict[str, str], end: Ended) -> str:
        """The row's reason as a code, where the mapping has codes for such words."""
        told, codes = said.get("reason"), self._mapping.reasons
        if not told or not codes:
            return end.reason
        if told not in codes:
            raise Broken("reason", "unknown_reason", f"the mapping has no reason {told!r}")
        return codes[told]

    def _account(self, row: Row, said: dict[str, str]) -> Profile:
        columns = self._mapping.account
        if name := said.get("account"):
            told = {key: self._export.text(row, getattr(columns, key)) for key in _PROFILE}
            slugs = {key: self._slugs.make(key, text) for key, text in told.items() if text}
            return Profile(self._slugs.make("account", name), {"name": name, **slugs})
        if columns.default is None:
            raise Broken("account", "required", "the mapping has no default account")
        return Profile(columns.default.id, {"name": columns.default.name})

    def _details(self, said: dict[str, str]) -> dict[str, Any]:
        """Everything that an amendment may change later."""
        details: dict[str, Any] = {"name": said.get("name", said["id"])}
        details |= {key: self._slugs.make(key, said[key]) for key in _IDS if key in said}
        if "product" in said:
            details["product"] = said["product"]
        if "amount" in said:
            details["amount"] = self._money("amount", said["amount"], said)
        return details

    def _money(self, field: str, text: str, said: dict[str, str]) -> dict[str, str]:
        mapping = self._mapping
        currency = said.get("currency", mapping.currency)
        if currency is None:
            raise Broken("currency", "required", "neither the row nor the mapping names one")
        bare = text.replace(mapping.thousands_sign, "") if mapping.thousands_sign else text
        digits = bare.replace(mapping.decimal_sign, ".")
        if not _NUMBER.fullmatch(digits):
            raise Broken(field, "not_a_number", repr(text))
        amount = Decimal(digits)
        if amount < 0:
            raise Broken(field, "too_small", f"{text} is less than nothing")
        if amount > mapping.largest_amount:
            raise Broken(field, "too_large", f"{text} is more than {mapping.largest_amount}")
        return {"amount": format(amount, "f"), "currency": currency.upper()}
