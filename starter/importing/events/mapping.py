"""The mapping of an event log: what each column means, and what each activity does. Data (TOML)."""

from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from sales.process import Process
from sales.values import Code, Duration, Id, Model
from starter.importing.common import (
    Columns,
    Common,
    End,
    Sources,
    Texts,
    check_end,
    check_reasons,
    check_stage,
)


class EventColumns(Columns):
    """What of an event stands where. `case`, `activity`, `time`, `lifecycle` and `resource` are
    plain columns; everything else is read from the first event of a case, but for `amount`, whose
    later values are amendments, and `reason` and `competitor`, which are the end's."""

    case: Annotated[Sources, Field(min_length=1)]
    activity: Annotated[Sources, Field(min_length=1)]
    time: Annotated[Sources, Field(min_length=1)]
    lifecycle: Sources = ()
    resource: Sources = ()

    @model_validator(mode="after")
    def _plain(self) -> Self:
        for name in ("case", "activity", "time", "lifecycle", "resource"):
            if any("{" in source for source in getattr(self, name)):
                raise ValueError(f"{name}: plain_column (no text with columns in it)")
        return self


class Lifecycle(Model):
    """Which words of the life-cycle column mean that something began, or was done. What an activity
    means, it means when it is done; a row without a word of it is done."""

    begun: Texts = ()
    done: Texts = ()
    ignore: Texts = ()


class Ending(End):
    """One end that an activity may be: the first whose resources include the event's, or that names
    none. With the outcome `expired` the reason is the clock that would end it here."""

    resource: Texts = ()


class Engagement(Model):
    """Who was heard by whom, and over what channel."""

    origin: Literal["buyer", "seller"]
    channel: Code


class Effort(Model):
    """Hours of work from beginning to done, counted up to `most`; `pool` is whose they are."""

    most: Duration
    pool: Id | None = None


class Activity(Model):
    """What an activity does: it opens a case in a stage, moves it to one, ends it, is an engagement
    or an effort, makes whoever did it the owner. It may do several of these."""

    opens: Code | None = None
    stage: Code | None = None
    ends: tuple[Ending, ...] = ()
    engagement: Engagement | None = None
    effort: Effort | None = None
    owner: bool = False

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("required (it does nothing: put it under ignore)")
        if self.opens and (self.stage or self.ends):
            raise ValueError("opens: surplus (what opens neither moves nor ends)")
        return self


class EventMapping(Common):
    """How one kind of event log is read. An activity is mapped or ignored; all others are errors.

    `systems` are the resources that are no people and own nothing.
    """

    alternatives: ClassVar[bool] = True

    dates: Annotated[Texts, Field(min_length=1)] = ("iso",)
    columns: EventColumns
    lifecycle: Lifecycle = Lifecycle()
    systems: Texts = ()
    activities: dict[str, Activity]
    ignore: Texts = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name in self.activities.keys() & set(self.ignore):
            raise ValueError(f"activities.{name}: is_ignored_too")
        if not any(each.opens for each in self.activities.values()):
            raise ValueError("activities: required (none of them opens a case)")
        words = self.lifecycle
        every = [*words.begun, *words.done, *words.ignore]
        if len(set(every)) < len(every):
            raise ValueError("lifecycle: ambiguous (one word means two things)")
        return self


def check(mapping: EventMapping, process: Process, path: Path) -> None:
    """Raises BadMapping where it speaks of a stage or a reason that the process does not know."""
    for name, activity in mapping.activities.items():
        key = f"activities.{name}"
        for field in ("opens", "stage"):
            if stage := getattr(activity, field):
                check_stage(stage, process, path, f"{key}.{field}")
        for at, end in enumerate(activity.ends):
            check_end(end, process, path, f"{key}.ends.{at}")
    check_reasons(mapping, process, path)
