"""The life of a contract, for examples of the facts that time makes of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sales.account.contracts.state import MOST_CONTRACTS
from sales.account.decide import decide_account, folded, passed
from sales.account.messages import ACCOUNT_KINDS
from sales.account.state import Account
from sales.facts import Fact
from sales.reading import read

A_YEAR, TOWARDS_ITS_END = timedelta(days=365), timedelta(days=200)


class Lived:
    """An account that hears and waits, and all facts that come of it."""

    def __init__(self, state: Account, now: datetime) -> None:
        self.state, self.now = state, now

    def say(self, kind: str, **body: Any) -> Iterator[Fact]:
        """A message."""
        yield from self._keep(decide_account(self.state, read(kind, body, ACCOUNT_KINDS), self.now))

    def wait(self, while_: timedelta) -> Iterator[Fact]:
        """Time passes."""
        self.now += while_
        yield from self._keep(passed(self.state, self.now, self.now))

    def _keep(self, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
        self.state = folded(self.state, facts)
        return facts


def terms_lived(state: Account, now: datetime) -> Iterator[Fact]:
    """One contract is renewed by its clause, the launch of its next renewal is refused, and another
    lapses; then there are too many."""
    lived, money = Lived(state, now), {"amount": "12000.00", "currency": "EUR"}
    day = now.date().isoformat()
    first = {"start": day, "recurring": money, "auto_renew": True, "escalator": "0.03"}
    yield from lived.say("record_contract", contract_id="acme-7", **first)
    yield from lived.wait(TOWARDS_ITS_END)
    for event_id, wanted in lived.state.wanted.items():
        yield from lived.say(wanted.kind, **{**wanted.body, "event_id": event_id})
    yield from lived.wait(A_YEAR)
    yield from lived.say("end_contract", contract_id="acme-7", reason="low_usage")
    yield from lived.wait(A_YEAR)
    day = lived.now.date().isoformat()
    yield from lived.say("record_contract", contract_id="acme-8", start=day, recurring=money)
    yield from lived.wait(TOWARDS_ITS_END)
    yield from lived.wait(A_YEAR)
    day = lived.now.date().isoformat()
    for number in range(MOST_CONTRACTS):
        yield from lived.say("record_contract", contract_id=f"c{number}", start=day)
    won = {"outcome": "won", "reason": "best_fit", "recurring": money}
    yield from lived.say("opportunity_ended", opportunity_id="acme-9", **won)
