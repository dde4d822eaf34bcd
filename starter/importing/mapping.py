"""The mapping of an export with one row an opportunity: what each column means, and how its values
become ours. Data (TOML)."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sales.process import Process
from sales.values import Code, Duration, Model
from starter.importing.common import (
    Columns,
    Common,
    End,
    Sources,
    check_end,
    check_reasons,
    check_stage,
)


class RowColumns(Columns):
    """What of an opportunity stands where.

    `amount` is the sum expected, `won_amount` what a won row was really sold for. `opened`,
    `stage_entered` and `engaged` (the buyer's last word) set the clocks; `closed` is when it
    ended, `close_date` when that is expected.
    """

    id: Annotated[Sources, Field(min_length=1)]
    stage: Annotated[Sources, Field(min_length=1)]
    owner: Sources = ()
    won_amount: Sources = ()
    opened: Sources = ()
    stage_entered: Sources = ()
    engaged: Sources = ()
    closed: Sources = ()
    close_date: Sources = ()


class Missing(Model):
    """What to take where a date is missing; otherwise such a row is rejected.

    `today` is the day the export was made; `close_date` is so long after the opening.
    """

    opened: Literal["today", "closed"] | None = None
    closed: Literal["opened"] | None = None
    close_date: Duration | None = None


class Ended(End):
    """What a stage that is an end means, and the stage it had reached."""

    stage: Code | None = None

    @model_validator(mode="after")
    def _stated(self) -> Self:
        if self.outcome == "expired":
            raise ValueError("outcome: unknown_value (won, lost or withdrawn)")
        return self


class Mapping(Common):
    """How one kind of export is read."""

    columns: RowColumns
    missing: Missing = Missing()
    stages: dict[str, Code] = Field(default_factory=dict)
    ended: dict[str, Ended] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _unambiguous(self) -> Self:
        for value in self.stages.keys() & self.ended.keys():
            raise ValueError(f"ended.{value}: is_a_stage_too")
        return self


def check(mapping: Mapping, process: Process, path: Path) -> None:
    """Raises BadMapping where it speaks of a stage or a reason that the process does not know."""
    for told, stage in mapping.stages.items():
        check_stage(stage, process, path, f"stages.{told}")
    for told, end in mapping.ended.items():
        if end.stage is not None:
            check_stage(end.stage, process, path, f"ended.{told}")
        check_end(end, process, path, f"ended.{told}")
    check_reasons(mapping, process, path)
