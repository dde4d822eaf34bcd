"""An account that finds needs, with a clock that moves only when told to, and a ledger that admits
whatever is asked."""

from datetime import datetime, timedelta
from typing import Any, Final

from processes import library
from sales.account.decide import decide_account, folded, managed, next_look, open_account, passed
from sales.account.messages import ACCOUNT_KINDS
from sales.account.policy import Policy
from sales.account.state import Account, Admission
from sales.facts import Fact
from sales.opening import OpenOpportunity, Start
from sales.reading import read
from tests.sales.world import START, span

POLICY: Final[dict[str, Any]] = {
    "name": "finding",
    "version": 1,
    "title": "Finding",
    "needs": {
        "kinds": {
            "expansion": {"process": "expansion", "at_once": True},
            "cross_sell": {"process": "expansion"},
            "new_business": {"process": "new_business", "at_once": True},
        },
        "patience": "60d",
        "rules": {
            "seats": {
                "need": "expansion",
                "product": "Seats",
                "usage": {"metric": "seats", "above": 0.8},
                "cool_down": "30d",
            },
            "won": {"need": "cross_sell", "after": "won", "wait": "10d", "cool_down": "20d"},
            "healthy": {"need": "cross_sell", "product": "More", "health": "good"},
        },
    },
    "duplicates": {"of_openings": ["product", "reference"]},
    "evidence": {"by": ["purchase", "yes"], "after": ["expired", "lost"], "within": "90d"},
    "health": {"components": {"usage": {"weight": 1}}},
}


class Relationship:
    """One account: what was said, what followed, what time it is; what it wants is launched."""

    def __init__(self, **changes: Any) -> None:
        self.now = START
        self.state: Account
        self.state, first = open_account("acme", START)
        self.journal = [first]
        policy = Policy.model_validate(POLICY | changes)
        self.keep(managed(self.state, START, policy))

    def keep(self, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
        self.state = folded(self.state, facts)
        self.journal += facts
        return facts

    def say(self, kind: str, rule: str = "", **body: Any) -> tuple[Fact, ...]:
        """What follows; an opening is admitted, unless the ledger knows a rule against it."""
        message = read(kind, body, ACCOUNT_KINDS)
        admission = None
        if kind in ("open_opportunity", "reopen_opportunity"):
            admission = Admission(field="gate", rule=rule) if rule else admitted(message)
        facts = self.keep(decide_account(self.state, message, self.now, admission=admission))
        return facts + self.keep(passed(self.state, self.now, self.now))

    def refused(self, kind: str, **body: Any) -> str | None:
        """The field and the rule that this breaks, if it breaks one."""
        found = [fact.data for fact in self.say(kind, **body) if fact.kind == "refused"]
        return f"{found[0]['field']}: {found[0]['rule']}" if found else None

    def launch(self, rule: str = "") -> list[str]:
        """Ask for all that is wanted; the opportunities that were launched."""
        launched = []
        for event_id, wanted in list(self.state.wanted.items()):
            facts = self.say(wanted.kind, rule, **{**wanted.body, "event_id": event_id})
            launched += [
                fact.data["opportunity_id"] for fact in facts if fact.kind == "opportunity_launched"
            ]
        return launched

    def end(self, opportunity_id: str, outcome: str = "won", **said: Any) -> tuple[Fact, ...]:
        about = {"opportunity_id": opportunity_id, "outcome": outcome, "reason": "price"}
        return self.say("opportunity_ended", **about, event_id=f"end:{opportunity_id}", **said)

    def wait(self, text: str, *, looks: bool = True) -> list[Fact]:
        """Time passes; the clock is looked at whenever there is something to see, or only then."""
        seen, until = len(self.journal), self.now + span(text)
        while looks and (look := next_look(self.state)) and look <= until:
            self.now = max(self.now, look)
            self.keep(passed(self.state, self.now, self.now))
        self.now = until
        self.keep(passed(self.state, self.now, self.now))
        return self.journal[seen:]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """What the facts of that kind say."""
        return [dict(fact.data) for fact in self.journal if fact.kind == kind]


def admitted(message: Any) -> Admission:
    """The ledger's leave to begin."""
    opening = message
    if not isinstance(message, OpenOpportunity):
        id = f"{message.opportunity_id}~2"
        opening = OpenOpportunity(opportunity_id=id, process="expansion", event_id=message.event_id)
    process = library().find(opening.process)
    assert process
    before = None if opening is message else message.opportunity_id
    start = Start(account_id="acme", opening=opening, process=process, predecessor_id=before)
    return Admission(start)


def later(days: float) -> datetime:
    """So many days after the start."""
    return START + timedelta(days=days)
