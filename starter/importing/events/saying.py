"""What the events of a case say, as messages that the rules decide."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from sales.drafts import Broken
from sales.messages import Amend, ChangeStage, LogEffort, Message, RecordEngagement
from sales.opportunity import Opportunity
from starter.importing.deal import Deal
from starter.importing.events.log import Case, Log
from starter.importing.events.mapping import Effort, Ending, Engagement, EventMapping
from starter.importing.events.timeline import Event
from starter.importing.particulars import Particulars
from starter.importing.plan import Messages, Signature
from starter.importing.times import Times

STEP: Final = ":event:"
"""Begins, behind the opening's own id, the id of everything that an event says."""
HUNDREDTH: Final = timedelta(hours=1) / 100
"""What hours are told in."""
_OF_EVENTS: Final = ("case", "activity", "time", "lifecycle", "resource", "reason", "competitor")


@dataclass(slots=True)
class Life:
    """What has been said of one case so far. Open ones lie as far from today as they did when the
    log was made, by the `shift`; hours are rounded so that their sum is right."""

    deal: Deal
    signature: Signature
    prefix: str
    shift: timedelta
    amount: str
    worked: timedelta = timedelta(0)
    told: int = 0

    def hours(self, worked: timedelta) -> Decimal:
        """So many more than were told before."""
        self.worked += worked
        more = (self.worked + HUNDREDTH / 2) // HUNDREDTH - self.told
        self.told += more
        return Decimal(more) / 100


class Sayings:
    """Puts the events of one log into words."""

    def __init__(self, log: Log, mapping: EventMapping, messages: Messages) -> None:
        self._log, self._mapping, self._messages = log, mapping, messages
        self._parts = Particulars(log.export, mapping)
        of_columns = (
            (key.removeprefix("columns."), sources)
            for key, sources in mapping.sources()
            if key.startswith("columns.")
        )
        self._columns = [each for each in of_columns if each[0] not in _OF_EVENTS]
        self._amount = log.field(mapping.columns.amount)
        self._reason = log.field(mapping.columns.reason)
        self._competitor = log.field(mapping.columns.competitor)
        self._systems = frozenset(mapping.systems)
        acts, gate = mapping.activities.items(), messages.override()
        self._moves = {
            a.stage: ChangeStage(stage=a.stage, origin="system", **gate) for _, a in acts if a.stage
        }
        self._heard = {n: _engagement(a.engagement) for n, a in acts if a.engagement}
        self._worked = {n: _effort(a.effort) for n, a in acts if a.effort}

    def life(self, case: Case, first: Event, shift: timedelta) -> Life:
        """The case as its first event tells it, which opens it. Raises Broken."""
        number, cells, _ = first.record
        row, at = self._log.export.row(number, cells), first.at + shift
        texts = ((name, self._log.export.text(row, sources)) for name, sources in self._columns)
        said = {"id": case.name, "opened": first.at.isoformat()}
        said |= {name: text for name, text in texts if text}
        heard, owner = first.activity.engagement, self._owner(first)
        deal = Deal(
            place=case,
            id=self._parts.id(case.number, case.name),
            said=said,
            account=self._parts.account(row, said),
            details=self._parts.details(said) | ({"owner": owner} if owner else {}),
            times=Times(at, None, at if heard and heard.origin == "buyer" else None, None, None),
            stage=first.activity.opens,
        )
        signature = self._messages.signature(deal.id)
        prefix = f"{signature.origin}:{signature.id}{STEP}"
        return Life(deal, signature, prefix, shift, self._amount(cells))

    def said(self, event: Event, state: Opportunity, life: Life) -> list[Message]:
        """What the event says of the opportunity as it stands. Raises Broken."""
        told = self._effort(event, event.worked, life) if event.worked else []
        activity = event.activity
        if event.cut:
            return told
        if activity.opens:
            raise Broken("activity", "opened_twice", f"{event.name!r} opens it a second time")
        amount = self._amount(event.record.cells)
        if amount and amount != life.amount:
            life.amount = amount
            money = self._parts.money("amount", amount, life.deal.said.get("currency"))
            told.append(self._amend(event, life, "amount", money))
        if activity.owner and not state.outcome:
            owner = self._owner(event)
            if owner and owner != state.owner:
                told.append(self._amend(event, life, "owner", owner))
        if activity.stage and activity.stage != state.stage:
            told.append(_worded(self._moves[activity.stage], event, life, "stage"))
        if activity.engagement:
            told.append(_worded(self._heard[event.name], event, life, "engaged"))
        if activity.ends:
            told += self._end(event, life)
        return told

    def _effort(self, event: Event, worked: timedelta, life: Life) -> list[Message]:
        hours = life.hours(worked)
        if not hours:
            return []
        return [_worded(self._worked[event.name], event, life, "effort", hours=hours)]

    def _end(self, event: Event, life: Life) -> list[Message]:
        end = _ending(event)
        told, rival = self._reason(event.record.cells), self._competitor(event.record.cells)
        expired = end.outcome == "expired"
        return self._messages.end(
            end,
            life.signature,
            event.at + life.shift,
            end.reason if expired else self._parts.reason(told, end),
            {"verbatim": told or None, "competitor": rival or None},
            f"{self._mapping.source}:{life.deal.said['id']}",
            step=f"{STEP}{event.id}",
            actor=event.resource or None,
        )

    def _amend(self, event: Event, life: Life, name: str, value: Any) -> Message:
        signed = _signed(event, life, name)
        return Amend.model_validate({**signed, "origin": "system", name: value})

    def _owner(self, event: Event) -> str | None:
        """Who did it, where the activity makes owners and this is a person."""
        if not event.activity.owner or not event.resource or event.resource in self._systems:
            return None
        return self._parts.slug("owner", event.resource)


def _engagement(heard: Engagement) -> Message:
    return RecordEngagement(origin=heard.origin, channel=heard.channel)


def _effort(effort: Effort) -> Message:
    told = {"hours": Decimal(0), "pool": effort.pool, "origin": "system"}
    return LogEffort.model_validate({k: v for k, v in told.items() if v is not None})


def _worded(message: Message, event: Event, life: Life, what: str, **more: Any) -> Message:
    """The message as this event says it. It was checked when the mapping was read, and so were the
    event's time and its resource: to check them again for every event takes its time."""
    return message.model_copy(update=_signed(event, life, what) | more)


def _signed(event: Event, life: Life, what: str) -> dict[str, Any]:
    at = event.at + life.shift
    return {
        "event_id": f"{life.prefix}{event.id}:{what}",
        "occurred_at": at,
        "known_at": at,
        "actor": event.resource or life.signature.origin,
    }


def _ending(event: Event) -> Ending:
    """The first that its resource fits. Raises Broken where none does."""
    for end in event.activity.ends:
        if not end.resource or event.resource in end.resource:
            return end
    raise Broken("resource", "no_end_applies", f"no end of {event.name!r} is by {event.resource!r}")
