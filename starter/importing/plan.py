"""A plan: what becomes of one row by the rules, worked out before anything is written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from sales.account_messages import AmendAccount
from sales.clocks import Deadline, next_deadline
from sales.decide import decide
from sales.drafts import Broken
from sales.evolve import evolve
from sales.facts import Fact
from sales.messages import Message, RecordDecision, RecordPurchase, Withdraw
from sales.opening import OpenOpportunity, Start, begin
from sales.process import Process
from sales.reading import fault
from starter.importing.deal import Deal, Profile, Reader
from starter.importing.mapping import Mapping
from starter.importing.rows import Rejected, Row
from starter.importing.runs import REHEARSAL
from starter.importing.times import Calendar

_OURS: Final = {
    "opportunity_id": "id",
    "account_id": "account",
    "reasons": "reason",
    "gate": "opening",
}
"""How the rules call what the mapping calls otherwise."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One row's opportunity: how it would be opened, and every fact that follows. `deadline` is
    when a clock would end it, nothing where it has ended already, with `outcome`."""

    row: Row
    account: Profile
    opening: OpenOpportunity
    facts: tuple[Fact, ...]
    outcome: str | None
    deadline: Deadline | None

    @property
    def id(self) -> str:
        """The opportunity's id."""
        return self.opening.opportunity_id

    @property
    def event_id(self) -> str:
        """The id of its opening, the same however often the row is imported."""
        return self.facts[0].event_id or ""


class Planner:
    """Plans the rows of one export."""

    def __init__(
        self, reader: Reader, mapping: Mapping, process: Process, calendar: Calendar
    ) -> None:
        self._reader, self._mapping, self._process = reader, mapping, process
        self._calendar = calendar
        self.run = REHEARSAL
        """The run that this belongs to, once it is no rehearsal."""

    def plan(self, row: Row) -> Plan | Rejected:
        """What becomes of the row, or the field and the rule it breaks."""
        try:
            return self._plan(self._reader.deal(row))
        except Broken as broken:
            told = broken.field, broken.rule, broken.detail
        except ValidationError as error:
            told = fault(error)
        return rejected(row, *told)

    def _plan(self, deal: Deal) -> Plan:
        AmendAccount.model_validate(deal.account.fields)
        opening = self._opening(deal)
        start = Start(account_id=deal.account.id, opening=opening, process=self._process)
        now = self._calendar.now
        state, first = begin(start, now, "import")
        facts = [first]
        for message in self._end(deal, opening):
            for fact in decide(state, message, now, "import"):
                if fact.kind == "refused":
                    raise Broken(*(str(fact.data[key]) for key in ("field", "rule", "message")))
                state = evolve(state, fact)
                facts.append(fact)
        outcome = state.outcome.outcome if state.outcome else None
        return Plan(deal.row, deal.account, opening, tuple(facts), outcome, next_deadline(state))

    def _opening(self, deal: Deal) -> OpenOpportunity:
        mapping, times = self._mapping, deal.times
        landing = {
            "stage_entered_at": times.stage_entered,
            "engaged_at": times.engaged,
            "grace": mapping.grace,
            "said": {**deal.said, **self._origin()},
        }
        opening: dict[str, Any] = {
            **self._signed(deal, "", times.opened),
            **deal.details,
            "opportunity_id": deal.id,
            "process": self._process.name,
            "process_version": self._process.version,
            "stage": deal.stage,
            "close_date": times.close_date,
            "landing": {name: value for name, value in landing.items() if value is not None},
        }
        if mapping.override:
            opening |= {"override": True, "note": mapping.override}
        told = {name: value for name, value in opening.items() if value is not None}
        return OpenOpportunity.model_validate(told)

    def _origin(self) -> dict[str, str]:
        """Where it comes from, by which run, and what today was there if it was another day."""
        origin = {"source": self._mapping.source}
        if self.run.id:
            origin["import"] = self.run.id
        if self._calendar.shift:
            origin["as_of"] = self._calendar.today.isoformat()
        return origin

    def _end(self, deal: Deal, opening: OpenOpportunity) -> list[Message]:
        """What was said to end it, where it has ended."""
        end, closed = deal.end, deal.times.closed
        if end is None or closed is None:
            return []
        unstated = deal.reason == "not_stated"
        words = {"verbatim": deal.said.get("reason"), "competitor": deal.said.get("competitor")}
        if end.outcome == "withdrawn":
            signed = self._signed(deal, ":end", closed)
            said = {"reason": deal.reason, "verbatim": words["verbatim"]}
            return [Withdraw.model_validate({**signed, **said})]
        decision = {
            **self._signed(deal, ":decision", closed),
            **words,
            "decision": "yes" if end.outcome == "won" else "no",
            "reasons": (deal.reason,),
            "reason_source": "system" if unstated else "seller",
        }
        messages: list[Message] = [RecordDecision.model_validate(decision)]
        if end.outcome == "won":
            reference = f"{self._mapping.source}:{deal.said['id']}"[:200]
            purchase = {
                **self._signed(deal, ":purchase", closed),
                "evidence": {"kind": end.evidence, "reference": reference, "at": closed},
                "amount": deal.won_amount,
            }
            messages.append(RecordPurchase.model_validate(purchase))
        return messages

    def _signed(self, deal: Deal, step: str, at: datetime) -> dict[str, Any]:
        """What every message of one row says of itself."""
        origin = f"import:{self._mapping.source}"
        return {
            "event_id": f"{origin}:{deal.id}{self.run.again(deal.id)}{step}",
            "occurred_at": at,
            "known_at": at,
            "actor": origin,
            "origin": "system",
        }


def rejected(row: Row, field: str, rule: str, detail: str = "") -> Rejected:
    """The row, refused: its field by the name that the mapping has for it."""
    parts = [part for part in field.split(".") if part not in ("landing", "said", "amount")]
    named = parts[0] if parts else "amount"
    return Rejected(row.number, row.cells, _OURS.get(named, named), rule, detail)
