"""Years of one account by the rules alone: whatever happens, time does little at once and no thing
twice, and what the account carries stays small."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

import pytest

from sales.account.decide import (
    decide_account,
    folded,
    managed,
    next_look,
    open_account,
    passed,
)
from sales.account.messages import ACCOUNT_KINDS
from sales.account.state import Admission, dump_account
from sales.facts import Fact
from sales.opening import OpenOpportunity, Start
from sales.reading import read
from tests.workflows.processes import DECADE, LIBRARY

BEGINS: Final = datetime(2026, 1, 1, tzinfo=UTC)
STEP: Final = timedelta(seconds=0.2)
STEPS: Final = 500
MOST_AT_ONCE: Final = 60
EUROS: Final = {"amount": "1000.00", "currency": "EUR"}


class Years:
    """One account whose years are five seconds, and chance."""

    def __init__(self, seed: int) -> None:
        self.chance, self.now = Random(seed), BEGINS
        self.state, first = open_account("old", BEGINS)
        self.facts: list[Fact] = [first]
        self.keep(managed(self.state, BEGINS, DECADE))
        self.open: dict[str, tuple[datetime, str]] = {}

    def keep(self, facts: tuple[Fact, ...]) -> None:
        assert len(facts) <= MOST_AT_ONCE, Counter(fact.kind for fact in facts)
        self.state = folded(self.state, facts)
        self.facts += facts

    def say(self, kind: str, **body: Any) -> None:
        event = f"{kind}/{len(self.facts)}"
        message = read(kind, {"event_id": event, **body}, ACCOUNT_KINDS)
        self.keep(decide_account(self.state, message, self.now))

    def launch(self, kind: str, body: dict[str, Any]) -> None:
        message = read(kind, body, ACCOUNT_KINDS)
        assert isinstance(message, OpenOpportunity)
        process = LIBRARY.find(message.process)
        assert process
        admission = Admission(Start(account_id="old", opening=message, process=process))
        self.keep(decide_account(self.state, message, self.now, admission=admission))
        lasts = timedelta(seconds=self.chance.choice((0.2, 1, 2, 4)))
        self.open[message.opportunity_id] = (self.now + lasts, message.process)

    def end(self, id: str, process: str) -> None:
        del self.open[id]
        won = process != "patient" or self.chance.random() < 0.3
        outcome = ("won", "best_fit") if won else ("lost", "price")
        more = {"recurring": EUROS} if process != "patient" and self.chance.random() < 0.5 else {}
        said = {"outcome": outcome[0], "reason": outcome[1], "process": process, **more}
        self.say("opportunity_ended", opportunity_id=id, record={"amount": EUROS}, **said)

    def step(self, number: int) -> None:
        self.now += STEP
        self.keep(passed(self.state, self.now, self.now))
        for event, wanted in self.state.wanted.items():
            self.launch(wanted.kind, {**wanted.body, "event_id": event})
        if number % 3 == 0:
            said = {"opportunity_id": f"o{number}", "process": "patient", "name": "More"}
            self.launch("open_opportunity", {**said, "event_id": f"open/{number}"})
        for id, (at, process) in list(self.open.items()):
            if at <= self.now:
                self.end(id, process)
        due = (self.now + timedelta(seconds=1)).isoformat()
        self.say("make_commitment", commitment_id=f"p{number}", title="Call them", due=due)
        if number >= 3:
            id = f"p{number - self.chance.randrange(3)}"
            self.say("meet_commitment", commitment_id=id)
        for id in [id for id, each in self.state.commitments.items() if each.breached][:2]:
            self.say("meet_commitment", commitment_id=id)


@pytest.mark.parametrize("seed", range(3))
def test_years_of_everything_do_little_at_once_no_thing_twice_and_leave_little(seed: int) -> None:
    years = Years(seed)
    for number in range(4):
        said = {"contract_id": f"c{number}", "start": BEGINS.isoformat(), "recurring": EUROS}
        years.say("record_contract", **said, auto_renew=number % 2 == 0)
    for number in range(STEPS):
        years.step(number)
        years.keep(passed(years.state, years.now, years.now))
        assert passed(years.state, years.now, years.now) == ()
        look = next_look(years.state)
        assert look is None or look > years.now
        assert len(json.dumps(dump_account(years.state))) < 64 * 1024
    launched = Counter(
        fact.data["opportunity_id"] for fact in years.facts if fact.kind == "opportunity_launched"
    )
    assert set(launched.values()) == {1}
    for number in range(4):
        terms = [
            fact.data["term"]
            for fact in years.facts
            if fact.kind == "term_renewed" and fact.data["contract_id"] == f"c{number}"
        ]
        assert terms == [*range(2, len(terms) + 2)]
        assert len(terms) >= 15
    checkpoints = Counter(
        (fact.data["contract_id"], fact.data["term"], fact.data["before"])
        for fact in years.facts
        if fact.kind == "checkpoint_due"
    )
    assert set(checkpoints.values()) == {1}
