"""The planner of an export with one row an opportunity."""

from pydantic import ValidationError

from sales.account.messages import AmendAccount
from sales.clocks import next_deadline
from sales.decide import decide
from sales.drafts import Broken
from sales.evolve import evolve
from sales.messages import Message
from sales.opening import Start, begin
from sales.process import Process
from sales.reading import fault
from starter.importing.deal import Reader, RowDeal
from starter.importing.mapping import Mapping
from starter.importing.plan import Messages, Plan, accepted, rejected
from starter.importing.rows import Rejected, Row
from starter.importing.times import Calendar


class Planner:
    """Plans the rows of one export."""

    def __init__(
        self, reader: Reader, mapping: Mapping, process: Process, calendar: Calendar
    ) -> None:
        self._reader, self._mapping, self._process = reader, mapping, process
        self._calendar = calendar
        self.messages = Messages(mapping, process, calendar)

    def plan(self, row: Row) -> Plan | Rejected:
        """What becomes of the row, or the field and the rule it breaks."""
        try:
            return self._plan(self._reader.deal(row))
        except Broken as broken:
            told = broken.field, broken.rule, broken.detail
        except ValidationError as error:
            told = fault(error)
        return rejected(row, *told)

    def _plan(self, deal: RowDeal) -> Plan:
        AmendAccount.model_validate(deal.account.fields)
        opening = self.messages.opening(deal)
        start = Start(account_id=deal.account.id, opening=opening, process=self._process)
        now = self._calendar.now
        state, first = begin(start, now, "import")
        facts = [first]
        for message in self._end(deal):
            for fact in accepted(decide(state, message, now, "import")):
                state = evolve(state, fact)
                facts.append(fact)
        outcome = state.outcome.outcome if state.outcome else None
        return Plan(deal.place, deal.account, opening, tuple(facts), outcome, next_deadline(state))

    def _end(self, deal: RowDeal) -> list[Message]:
        """What was said to end it, where it has ended."""
        if deal.end is None or deal.times.closed is None or deal.reason is None:
            return []
        words = {"verbatim": deal.said.get("reason"), "competitor": deal.said.get("competitor")}
        return self.messages.end(
            deal.end,
            self.messages.signature(deal.id),
            deal.times.closed,
            deal.reason,
            words,
            f"{self._mapping.source}:{deal.said['id']}",
            amount=deal.won_amount,
        )
