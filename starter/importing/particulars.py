"""What an export of any kind says of an opportunity and its account, made ours: ids, details,
sums. What cannot be understood is Broken, by the name that the mapping gives to the field."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sales.drafts import Broken
from starter.importing.common import Common, End
from starter.importing.rows import Export, Row
from starter.importing.slugs import Slugs

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?")
_IDS: Final = ("owner", "team", "territory", "segment", "lead_source")
_PROFILE: Final = ("segment", "tier", "owner", "territory")


@dataclass(frozen=True, slots=True)
class Profile:
    """The account that something belongs to, and what the export says of it."""

    id: str
    fields: dict[str, str]


class Particulars:
    """Understands the parts of an export; remembers which ids it has seen."""

    def __init__(self, export: Export, mapping: Common) -> None:
        self._export, self._mapping = export, mapping
        self._slugs = Slugs()
        self._rows: dict[str, int] = {}

    def slug(self, field: str, text: str) -> str:
        """The text as an id of ours, always the same and never another text's."""
        return self._slugs.make(field, text)

    def id(self, number: int, told: str) -> str:
        """The opportunity's id, once for every record or case."""
        made = self._slugs.make("id", told)
        first = self._rows.setdefault(made, number)
        if first != number:
            raise Broken("id", "duplicate", f"row {first} has the same")
        return made

    def account(self, row: Row, said: dict[str, str]) -> Profile:
        """The account that the row names, or the mapping's default."""
        columns = self._mapping.account
        if name := said.get("account"):
            told = {key: self._export.text(row, getattr(columns, key)) for key in _PROFILE}
            slugs = {key: self._slugs.make(key, text) for key, text in told.items() if text}
            return Profile(self._slugs.make("account", name), {"name": name, **slugs})
        if columns.default is None:
            raise Broken("account", "required", "the mapping has no default account")
        return Profile(columns.default.id, {"name": columns.default.name})

    def details(self, said: dict[str, str]) -> dict[str, Any]:
        """Everything that an amendment may change later."""
        details: dict[str, Any] = {"name": said.get("name", said["id"])}
        details |= {key: self._slugs.make(key, said[key]) for key in _IDS if key in said}
        if "product" in said:
            details["product"] = said["product"]
        if "amount" in said:
            details["amount"] = self.money("amount", said["amount"], said.get("currency"))
        return details

    def money(self, field: str, text: str, currency: str | None) -> dict[str, str]:
        """A sum, in its own currency or else the mapping's."""
        mapping = self._mapping
        currency = currency or mapping.currency
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

    def reason(self, told: str | None, end: End) -> str:
        """The export's own reason as a code, where the mapping has codes for such words."""
        codes = self._mapping.reasons
        if not told or not codes:
            return end.reason
        if told not in codes:
            raise Broken("reason", "unknown_reason", f"the mapping has no reason {told!r}")
        return codes[told]
