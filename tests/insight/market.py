"""A ledger that holds a simulated market, and what people said of it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from ledger.batch import Batch
from ledger.ledger import Ledger
from processes import library
from sales.calendar import SetCalendar
from sales.facts import Fact
from sales.judgement import SetCategory, Submit
from sales.owner import SetOwner
from sales.rate import SetRate
from simulation.market import SINCE, Market
from simulation.script import Script

DAY: Final = timedelta(days=1)
MANY: Final = 240
AS_OF: Final = SINCE + 60 * DAY
"""A Friday, the first of March 2024."""


@cache
def lives(many: int = MANY) -> list[tuple[Script, list[Fact]]]:
    return list(Market(3, library()).lives(many))


def market(file: Path) -> Ledger:
    """The market as it stood at AS_OF; half of its opportunities have begun by then."""
    ledger = Ledger(f"sqlite:///{file}")
    ledger.migrate()
    said: list[Any] = [
        SetOwner(owner="boss"),
        SetCalendar(time_zone="Europe/Berlin", base_currency="EUR"),
        *(SetOwner(owner=f"seller-{number:02d}", manager="boss") for number in range(1, 13)),
        SetRate(currency="USD", base="EUR", rate=Decimal("0.9"), valid_from=date(2024, 1, 1)),
    ]
    assert not [each for each in ledger.enter(said, SINCE - DAY) if each.broken]
    _record(ledger, lambda fact: fact.recorded_at <= AS_OF)
    return ledger


def go_on(ledger: Ledger) -> None:
    """All the rest of it, until everything has ended."""
    _record(ledger, lambda fact: fact.recorded_at > AS_OF)


def _record(ledger: Ledger, which: Callable[[Fact], bool]) -> None:
    told = [(script, tuple(filter(which, facts))) for script, facts in lives()]
    ledger.record_many(
        [
            Batch("opportunity", script.id, "run-1", facts, script.start.process)
            for script, facts in told
            if facts
        ]
    )


def judge(ledger: Ledger, opportunity: str, at: datetime, **more: Any) -> None:
    """Somebody commits to one, until the end of the quarter."""
    said = {"reason": "they said so", "until": date(2024, 3, 31), "actor": "ann", **more}
    entry = SetCategory.model_validate({"opportunity": opportunity, "category": "commit", **said})
    (answer,) = ledger.enter([entry], at)
    assert answer.broken is None


def submit(ledger: Ledger, at: datetime, amount: str, period: str = "2024-03") -> None:
    """The boss says what all of them will win."""
    said = {"owner": "boss", "period": period, "currency": "EUR", "amount": amount}
    entry = Submit.model_validate({**said, "reason": "feeling", "actor": "boss"})
    (answer,) = ledger.enter([entry], at)
    assert answer.broken is None
