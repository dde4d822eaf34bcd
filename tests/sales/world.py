"""A world of one opportunity, with a clock that moves only when told to."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic import TypeAdapter

from sales.clocks import next_deadline, next_look
from sales.decide import decide, tick
from sales.evolve import evolve
from sales.facts import Cause, Fact
from sales.messages import KINDS
from sales.opening import OpenOpportunity, Start, begin
from sales.opportunity import Opportunity
from sales.process import Process
from sales.reading import read
from sales.values import Duration

START: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""A Monday morning."""

REASONS: Final = {"won": ["fit", "price"], "lost": ["price", "no_budget"], "withdrawn": ["no_fit"]}
Said = dict[str, Any]
"""The words of a message."""
_SPAN: Final = TypeAdapter[timedelta](Duration)


def span(text: str) -> timedelta:
    return _SPAN.validate_python(text)


def day(text: str) -> datetime:
    """So long after the start."""
    return START + span(text)


def plain(**changes: Any) -> Process:
    """A process with three open stages and no clock but those every process has; `clocks` adds."""
    stages = [
        {"name": name, "title": name, "probability": 0.1 * i, "category": "pipeline"}
        for i, name in enumerate(("first", "second", "third"), start=1)
    ]
    clocks = {"end_by": {"limit": "100d"}, "action_window": {"limit": "10d"}}
    whole = {"name": "plain", "version": 1, "title": "Plain", "stages": stages, "reasons": REASONS}
    given = {**whole, **changes, "clocks": {**clocks, **changes.get("clocks", {})}}
    return Process.model_validate({"last_look": "0s", **given})


def quiet(**changes: Any) -> Process:
    """A process in which silence is the purchase."""
    clocks = {"end_by": {"limit": "100d"}, "notice_by": {"warn": ["14d", "3d"]}}
    made = plain().model_dump(mode="json", exclude={"clocks"})
    return Process.model_validate({**made, "silence": "purchase", "clocks": clocks, **changes})


class World:
    """One opportunity: what was said, what followed, what time it is."""

    def __init__(self, process: Process | None = None, **said: Any) -> None:
        self.process = process or plain()
        opening = {"opportunity_id": "o-1", "process": self.process.name, "name": "A deal", **said}
        start = Start(
            account_id="a-1",
            opening=OpenOpportunity.model_validate(opening),
            process=self.process,
        )
        self.now = START
        self.state: Opportunity
        self.state, first = begin(start, self.now)
        self.journal: list[Fact] = [first]

    def keep(self, facts: tuple[Fact, ...], process: Process | None = None) -> tuple[Fact, ...]:
        for fact in facts:
            self.state = evolve(self.state, fact, process)
        self.journal += facts
        return facts

    def say(
        self,
        kind: str,
        *,
        stamped: bool = True,
        to: Process | None = None,
        cause: Cause = "signal",
        **body: Any,
    ) -> tuple[Fact, ...]:
        """What follows from this, said and heard now unless it carries another `sent_at`."""
        stamp = {"sent_at": self.now.isoformat()} if stamped else {}
        message = read(kind, {**stamp, **body}, KINDS)
        return self.keep(decide(self.state, message, self.now, cause, to), to)

    def refused(self, kind: str, **body: Any) -> str | None:
        """The field and the rule that this breaks, if it breaks one."""
        last = self.say(kind, **body)[-1]
        return f"{last.data['field']}: {last.data['rule']}" if last.kind == "refused" else None

    def later(self, text: str) -> None:
        """Time passes while nobody looks."""
        self.now += span(text)

    def look(self) -> tuple[Fact, ...]:
        """Somebody looks at the clock."""
        return self.keep(tick(self.state, self.now))

    def wait(self, text: str) -> list[Fact]:
        """Time passes, and the clock is looked at whenever there is something to see."""
        return self.wait_until(self.now + span(text))

    def wait_until(self, until: datetime) -> list[Fact]:
        """The same up to this time."""
        seen = len(self.journal)
        while (look := next_look(self.state)) and look <= until:
            self.now = max(self.now, look)
            self.look()
        self.now = until
        return self.journal[seen:]

    @property
    def clock(self) -> str:
        """The clock that would end it next."""
        due = next_deadline(self.state)
        assert due
        return due.clock

    @property
    def ends_at(self) -> datetime:
        """When that would be."""
        due = next_deadline(self.state)
        assert due
        return due.at

    @property
    def ended(self) -> tuple[str, str, datetime]:
        """Outcome, reason, and when."""
        outcome = self.state.outcome
        assert outcome
        return outcome.outcome, outcome.reason, outcome.closed_at
