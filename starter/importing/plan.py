"""A plan: what becomes of one opportunity by the rules, worked out before anything is written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sales.clocks import Deadline
from sales.drafts import Broken
from sales.facts import Fact
from sales.imported import Expire
from sales.messages import Message, RecordDecision, RecordPurchase, Withdraw
from sales.opening import OpenOpportunity
from sales.process import Process
from starter.importing.common import Common, End
from starter.importing.deal import Deal
from starter.importing.particulars import Profile
from starter.importing.rows import Place, Rejected
from starter.importing.runs import REHEARSAL
from starter.importing.times import Calendar

_OURS: Final = {
    "opportunity_id": "id",
    "account_id": "account",
    "reasons": "reason",
    "gate": "opening",
    "actor": "resource",
}
"""How the rules call what the mapping calls otherwise."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How an opportunity would be opened, what is said of its past beyond that, and every fact that
    follows. `deadline` is when a clock would end it, nothing where it has ended already, with
    `outcome`."""

    place: Place
    account: Profile
    opening: OpenOpportunity
    facts: tuple[Fact, ...]
    outcome: str | None
    deadline: Deadline | None
    past: tuple[Message, ...] = ()

    @property
    def id(self) -> str:
        """The opportunity's id."""
        return self.opening.opportunity_id

    @property
    def event_id(self) -> str:
        """The id of its opening, the same however often it is imported."""
        return self.facts[0].event_id or ""


@dataclass(frozen=True, slots=True)
class Signature:
    """What every message about one opportunity says of itself."""

    origin: str
    id: str

    def sign(self, step: str, at: datetime | None, actor: str | None = None) -> dict[str, Any]:
        """For the message that says `step`; the opening is the empty one."""
        return {
            "event_id": f"{self.origin}:{self.id}{step}",
            "occurred_at": at,
            "known_at": at,
            "actor": actor or self.origin,
            "origin": "system",
        }


class Messages:
    """What an import says: openings and ends, in the words of the rules."""

    def __init__(self, mapping: Common, process: Process, calendar: Calendar) -> None:
        self._mapping, self._process, self._calendar = mapping, process, calendar
        self.run = REHEARSAL
        """The run in which they are said, once it is no rehearsal."""

    def signature(self, opportunity_id: str) -> Signature:
        """The signature of everything that this import says about the opportunity."""
        again = self.run.again(opportunity_id)
        return Signature(f"import:{self._mapping.source}", f"{opportunity_id}{again}")

    def opening(self, deal: Deal) -> OpenOpportunity:
        """The beginning; `said` keeps the export's own words."""
        mapping, times = self._mapping, deal.times
        landing = {
            "stage_entered_at": times.stage_entered,
            "engaged_at": times.engaged,
            "grace": mapping.grace,
            "said": {**deal.said, **self._origin()},
        }
        opening: dict[str, Any] = {
            **self.signature(deal.id).sign("", times.opened),
            **deal.details,
            "opportunity_id": deal.id,
            "process": self._process.name,
            "process_version": self._process.version,
            "stage": deal.stage,
            "close_date": times.close_date,
            "landing": {name: value for name, value in landing.items() if value is not None},
        }
        opening |= self.override()
        told = {name: value for name, value in opening.items() if value is not None}
        return OpenOpportunity.model_validate(told)

    def override(self) -> dict[str, Any]:
        """What passes a gate that the export cannot meet, where the mapping says why."""
        why = self._mapping.override
        return {"override": True, "note": why} if why else {}

    def _origin(self) -> dict[str, str]:
        """Where it comes from, by which run, and what today was there if it was another day."""
        origin = {"source": self._mapping.source}
        if self.run.id:
            origin["import"] = self.run.id
        if self._calendar.shift:
            origin["as_of"] = self._calendar.today.isoformat()
        return origin

    def end(
        self,
        end: End,
        signature: Signature,
        at: datetime,
        reason: str,
        words: dict[str, str | None],
        reference: str,
        *,
        amount: dict[str, str] | None = None,
        step: str = "",
        actor: str | None = None,
    ) -> list[Message]:
        """What was said to end it. `words` are its verbatim reason and the competitor."""

        def signed(name: str) -> dict[str, Any]:
            return signature.sign(f"{step}:{name}", at, actor)

        if end.outcome == "expired":
            return [Expire.model_validate({**signed("end"), "clock": reason})]
        if end.outcome == "withdrawn":
            said = {"reason": reason, "verbatim": words.get("verbatim")}
            return [Withdraw.model_validate({**signed("end"), **said})]
        decision = {
            **signed("decision"),
            **words,
            "decision": "yes" if end.outcome == "won" else "no",
            "reasons": (reason,),
            "reason_source": "system" if reason == "not_stated" else end.reason_source,
        }
        messages: list[Message] = [RecordDecision.model_validate(decision)]
        if end.outcome == "won":
            evidence = {"kind": end.evidence, "reference": reference[:200], "at": at}
            purchase = {**signed("purchase"), "evidence": evidence, "amount": amount}
            messages.append(RecordPurchase.model_validate(purchase))
        return messages


def accepted(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The facts, none of them a refusal. Raises Broken by the rule of one that is."""
    for fact in facts:
        if fact.kind == "refused":
            raise Broken(*(str(fact.data[key]) for key in ("field", "rule", "message")))
    return facts


def rejected(place: Place, field: str, rule: str, detail: str = "") -> Rejected:
    """What stands there, refused: its field by the name that the mapping has for it."""
    parts = [part for part in field.split(".") if part not in ("landing", "said", "amount")]
    named = parts[0] if parts else "amount"
    return Rejected(place.number, place.cells, _OURS.get(named, named), rule, detail)
