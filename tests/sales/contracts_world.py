"""An account with contracts, without a server: what it wants is launched at once, or refused."""

from datetime import UTC, datetime
from typing import Any, Final

from processes import library
from sales.account.decide import (
    decide_account,
    folded,
    managed,
    next_look,
    open_account,
    passed,
)
from sales.account.messages import ACCOUNT_KINDS
from sales.account.policy import STANDARD, Policy
from sales.account.shapes import ACCOUNT_SHAPES
from sales.account.state import Account, Admission, Opening, dump_account, load_account
from sales.drafts import Broken
from sales.facts import Fact
from sales.opening import OpenOpportunity, Start, begin
from sales.reading import read

LIBRARY: Final = library()
POLICY: Final = LIBRARY.policies.find(STANDARD)
EUROS: Final = "EUR"


def day(text: str) -> datetime:
    """The beginning of a day in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def euros(amount: object) -> dict[str, str]:
    """A sum."""
    return {"amount": str(amount), "currency": EUROS}


class Customer:
    """One account; `closed` says why nothing can be launched, if nothing can."""

    def __init__(
        self, start: str = "2026-01-01", policy: Policy | None = POLICY, id: str = "acme"
    ) -> None:
        self.now = day(start)
        self.closed: Broken | None = None
        self.facts: list[Fact] = []
        self.state: Account
        self.state, first = open_account(id, self.now)
        self.keep((first,), False)
        self.keep(managed(self.state, self.now, policy))

    def keep(self, facts: tuple[Fact, ...], fold: bool = True) -> tuple[Fact, ...]:
        for fact in facts:
            ACCOUNT_SHAPES[fact.kind].model_validate(fact.data)
        self.state = folded(self.state, facts) if fold else self.state
        self.facts += facts
        return facts

    def say(self, kind: str, **body: Any) -> tuple[Fact, ...]:
        """Say it now; what time has done comes first."""
        self.look()
        message = read(kind, body, ACCOUNT_KINDS)
        found = self.keep(decide_account(self.state, message, self.now))
        self.look()
        return found

    def refused(self, kind: str, **body: Any) -> str | None:
        """The field and the rule that this breaks, if it breaks one."""
        last = self.say(kind, **body)[-1]
        return f"{last.data['field']}: {last.data['rule']}" if last.kind == "refused" else None

    def end(self, id: str, outcome: str, reason: str = "price", **said: Any) -> tuple[Fact, ...]:
        """An opportunity of the account has ended."""
        return self.say(
            "opportunity_ended",
            event_id=f"end:{id}",
            occurred_at=said.pop("at", self.now).isoformat(),
            opportunity_id=id,
            outcome=outcome,
            reason=reason,
            **said,
        )

    def win(self, id: str, recurring: object = None, **said: Any) -> tuple[Fact, ...]:
        """The same for a win."""
        if recurring is not None:
            said["recurring"] = euros(recurring)
        return self.end(id, "won", said.pop("reason", "best_fit"), **said)

    def launch(self, id: str, **said: Any) -> tuple[Fact, ...]:
        """Somebody opens an opportunity."""
        return self.ask(read("open_opportunity", {"opportunity_id": id, **said}, ACCOUNT_KINDS))

    def ask_again(self, id: str) -> tuple[Fact, ...]:
        """Somebody begins a successor."""
        body = {"opportunity_id": id, "reason": "they may stay"}
        return self.ask(read("reopen_opportunity", body, ACCOUNT_KINDS))

    def ask(self, message: Any) -> tuple[Fact, ...]:
        assert isinstance(message, Opening), message
        return self.keep(
            decide_account(self.state, message, self.now, "clock", self._admitted(message))
        )

    def _admitted(self, message: Opening) -> Admission:
        if self.closed:
            return Admission(None, self.closed.field, self.closed.rule)
        if not isinstance(message, OpenOpportunity):
            first, _, attempt = message.opportunity_id.partition("~")
            number = int(attempt or 1) + 1
            name, held = "renewal", {"opportunity_id": f"{first}~{number}", "process": "renewal"}
            opening, before = OpenOpportunity.model_validate(held), message.opportunity_id
        else:
            name, opening, number, before = message.process, message, 1, None
        process = LIBRARY.find(name)
        assert process
        start = Start(
            account_id=self.state.id,
            opening=opening,
            process=process,
            attempt=number,
            predecessor_id=before,
        )
        try:
            if number == 1:
                begin(start, self.now)
        except Broken as broken:
            return Admission(None, broken.field, broken.rule)
        return Admission(start)

    def look(self) -> None:
        """The clock is looked at, and what is wanted is asked for, until nothing is left to do."""
        while True:
            done = self.keep(passed(self.state, self.now, self.now))
            for event_id, wanted in [*self.state.wanted.items()]:
                body = {**wanted.body, "event_id": event_id}
                done += self.ask(read(wanted.kind, body, ACCOUNT_KINDS))
            if not done:
                break
        look = next_look(self.state)
        assert look is None or look > self.now
        assert load_account(dump_account(self.state)) == self.state

    def until(self, when: datetime | str) -> list[Fact]:
        """Time passes, and the clock is looked at whenever there is something to see."""
        until, seen = day(when) if isinstance(when, str) else when, len(self.facts)
        while (look := next_look(self.state)) and look <= until:
            self.now = look
            self.look()
        self.now = until
        return self.facts[seen:]

    def asleep(self, when: str) -> list[Fact]:
        """Time passes while nobody looks."""
        seen = len(self.facts)
        self.now = day(when)
        self.look()
        return self.facts[seen:]

    def of(self, *kinds: str) -> list[Fact]:
        """The facts of these kinds."""
        return [fact for fact in self.facts if fact.kind in kinds]
