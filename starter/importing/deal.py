"""A deal: one opportunity of elsewhere understood, as it stood when it was opened or exported. Ids
are ours, money is a sum, dates are instants."""

from dataclasses import dataclass
from typing import Any, Final

from sales.drafts import Broken
from starter.importing.mapping import Ended, Mapping
from starter.importing.particulars import Particulars, Profile
from starter.importing.rows import Export, Place, Row
from starter.importing.times import Calendar, Times, times_of

_OF_A_WIN: Final = ("won_amount",)
_OF_AN_END: Final = ("closed", "reason", "competitor", *_OF_A_WIN)
"""What means nothing before the end, though a column may hold it: one date may be both expected
and real, one sum both asked for and got."""


@dataclass(frozen=True, slots=True)
class Deal:
    """What the export says. `said` keeps its own words."""

    place: Place
    id: str
    said: dict[str, str]
    account: Profile
    details: dict[str, Any]
    times: Times
    stage: str | None


@dataclass(frozen=True, slots=True)
class RowDeal(Deal):
    """What a row says; `end` is how it ended if it did."""

    end: Ended | None
    reason: str | None
    won_amount: dict[str, str] | None


class Reader:
    """Understands the rows of one export."""

    def __init__(self, export: Export, mapping: Mapping, calendar: Calendar) -> None:
        self._export, self._mapping, self._calendar = export, mapping, calendar
        self._parts = Particulars(export, mapping)
        columns = ((key.partition("."), told) for key, told in mapping.sources())
        self._columns = [(name, told) for (part, _, name), told in columns if part == "columns"]

    def deal(self, row: Row) -> RowDeal:
        """The row as a deal. Raises Broken."""
        texts = ((name, self._export.text(row, told)) for name, told in self._columns)
        said = {name: text for name, text in texts if text}
        if "id" not in said:
            raise Broken("id", "required")
        deal_id = self._parts.id(row.number, said["id"])
        stage, end = self._stage(said)
        for name in _OF_AN_END if end is None else _OF_A_WIN if end.outcome != "won" else ():
            said.pop(name, None)
        won = said.get("won_amount")
        return RowDeal(
            place=row,
            id=deal_id,
            said=said,
            account=self._parts.account(row, said),
            details=self._parts.details(said),
            times=times_of(said, end is not None, self._calendar, self._mapping.missing),
            stage=stage,
            end=end,
            reason=self._parts.reason(said.get("reason"), end) if end else None,
            won_amount=self._parts.money("won_amount", won, said.get("currency")) if won else None,
        )

    def _stage(self, said: dict[str, str]) -> tuple[str | None, Ended | None]:
        told = said.get("stage")
        if told is None:
            raise Broken("stage", "required")
        if end := self._mapping.ended.get(told):
            return end.stage, end
        if told not in self._mapping.stages:
            raise Broken("stage", "unknown_stage", f"the mapping has no stage {told!r}")
        return self._mapping.stages[told], None
