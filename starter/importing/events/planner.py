"""The planner of an event log: what was said of a case, decided in the order of its events."""

from dataclasses import replace
from datetime import timedelta

from pydantic import ValidationError

from sales.account.messages import AmendAccount
from sales.clocks import next_deadline
from sales.decide import decide
from sales.drafts import Broken
from sales.evolve import evolve
from sales.messages import Message
from sales.opening import OpenOpportunity, Start, begin
from sales.process import Process
from sales.reading import fault
from starter.importing.events.log import Case, Log
from starter.importing.events.mapping import EventMapping
from starter.importing.events.saying import Sayings
from starter.importing.events.timeline import Event, Timelines
from starter.importing.particulars import Profile
from starter.importing.plan import Messages, Plan, accepted, rejected
from starter.importing.rows import Place, Rejected
from starter.importing.tables.table import Record
from starter.importing.times import Calendar


class CasePlanner:
    """Plans the cases of one log."""

    def __init__(
        self, log: Log, mapping: EventMapping, process: Process, calendar: Calendar
    ) -> None:
        self._process, self._calendar = process, calendar
        self.messages = Messages(mapping, process, calendar)
        self._timelines = Timelines(log, mapping, calendar)
        self._sayings = Sayings(log, mapping, self.messages)
        self._last: tuple[Profile, Start] | None = None

    def plan(self, case: Case) -> Plan | Rejected:
        """What becomes of the case; or which event of it breaks which rule, in which field."""
        if case.fault:
            return case.fault
        looked_at = [case.events[0]]
        try:
            return self._plan(case, self._timelines.of(case, looked_at), looked_at)
        except Broken as broken:
            told = broken.field, broken.rule, broken.detail
        except ValidationError as error:
            told = fault(error)
        number, cells, _ = looked_at[-1]
        refused = rejected(Place(number, (case.name, *cells)), *told)
        return replace(refused, field="case") if refused.field == "id" else refused

    def _plan(self, case: Case, events: list[Event], looked_at: list[Record]) -> Plan:
        """`looked_at` ends with the event that is to blame for whatever breaks."""
        looked_at.append(events[0].record if events else case.events[0])
        if not events or not events[0].activity.opens:
            raise Broken("activity", "no_beginning", "the first event does not open the case")
        ended = any(event.activity.ends for event in events)
        life = self._sayings.life(case, events[0], timedelta(0) if ended else self._calendar.shift)
        account, now = life.deal.account, self._calendar.now
        opening = self.messages.opening(life.deal)
        state, first = begin(self._start(account, opening), now, "import")
        facts, past = [first], list[Message]()
        for event in events[1:]:
            looked_at.append(event.record)
            for message in self._sayings.said(event, state, life):
                past.append(message)
                for fact in accepted(decide(state, message, now, "import")):
                    state = evolve(state, fact)
                    facts.append(fact)
        outcome = state.outcome.outcome if state.outcome else None
        deadline = next_deadline(state)
        return Plan(case, account, opening, tuple(facts), outcome, deadline, tuple(past))

    def _start(self, account: Profile, opening: OpenOpportunity) -> Start:
        """Most cases have an account in common, which is looked at once, as is the process."""
        last = self._last
        if last is None or last[0] != account:
            AmendAccount.model_validate(account.fields)
            start = Start(account_id=account.id, opening=opening, process=self._process)
            self._last = account, start
            return start
        return last[1].model_copy(update={"opening": opening})
