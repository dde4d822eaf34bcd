"""An account that is managed by a policy, and what is said to it, day by day."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sales.account.decide import decide_account, folded, managed, next_look, open_account, passed
from sales.account.evolve import evolve_account
from sales.account.messages import ACCOUNT_KINDS
from sales.account.policy import Policy
from sales.account.state import Account
from sales.facts import Fact
from sales.reading import read

DAY: Final = timedelta(days=1)
NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Cared:
    """Its state, all facts so far, and what time it is."""

    def __init__(self, terms: Mapping[str, Any]) -> None:
        self.policy = Policy.model_validate({"name": "p", "version": 1, "title": "P", **terms})
        self.now = NOW
        self.state, first = open_account("acme", NOW, "Acme")
        self.facts = [first]
        self._take(managed(self.state, NOW, self.policy))

    def wait(self, days: float) -> list[Fact]:
        """Nothing is said for so long; what time does."""
        self.now += days * DAY
        return self._take(passed(self.state, self.now, self.now))

    def live(self, days: float) -> list[Fact]:
        """The same, looking only when there is something to look at, as a workflow does."""
        until, made = self.now + days * DAY, list[Fact]()
        while (look := next_look(self.state)) and look <= until:
            assert look >= self.now, "a look lies in the past"
            self.now = look
            found = self._take(passed(self.state, look, look))
            made += found
        self.now = until
        return made

    def say(self, kind: str, days: float = 0, **body: Any) -> list[Fact]:
        """Said after so many days."""
        self.wait(days)
        message = read(kind, body, ACCOUNT_KINDS)
        return self._take(decide_account(self.state, message, self.now))

    def refused(self, kind: str, **body: Any) -> str:
        """Which field and which rule."""
        (fact,) = self.say(kind, **body)
        assert fact.kind == "refused", fact
        return f"{fact.data['field']}: {fact.data['rule']}"

    def kinds(self, *of: str) -> list[str]:
        """The kinds of all facts so far, or those among these."""
        return [fact.kind for fact in self.facts if not of or fact.kind in of]

    def _take(self, facts: tuple[Fact, ...]) -> list[Fact]:
        self.state = folded(self.state, facts)
        self.facts += facts
        return list(facts)


def folded_anew(facts: list[Fact]) -> Account:
    """The account that the journal makes."""
    state = evolve_account(None, facts[0])
    return folded(state, facts[1:])
