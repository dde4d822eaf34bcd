"""Everything that focus needs, read from a ledger once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from insight.focus.bets import Bets, bets
from insight.focus.capacity import capacity
from insight.focus.chances import Forecaster
from insight.focus.money import currencies, factors, one_currency
from insight.focus.moving import Reach, move
from insight.focus.plan import Plan, keep
from insight.past import Past
from insight.reading import past_of
from ledger.ledger import Ledger
from sales.calendar import Calendar
from sales.owner import Owner

Fit = Callable[[Past, datetime, datetime], Forecaster]
"""Makes a forecaster from what was known at the first instant, for chances until the second."""


@dataclass(frozen=True)
class Question:
    """What is asked: chances to win `within` that time, hours of the `ahead` days, in this currency
    or the calendar's, and closing what fewer than `tolerance` still win."""

    as_of: datetime
    within: timedelta = timedelta(days=90)
    ahead: timedelta = timedelta(days=7)
    tolerance: float = 0.03
    currency: str | None = None
    reach: Reach | None = None
    with_bound: bool = False


def learned(past: Past, as_of: datetime, until: datetime) -> Forecaster:
    """The learned forecast, which says itself where too little has ended to learn from."""
    from insight.learned import fit

    return fit(past, as_of, [(until - as_of) / timedelta(days=1)])


@dataclass(frozen=True)
class Study:
    """The past, who sells, and what sums are worth, as of one instant."""

    question: Question
    past: Past
    owners: Mapping[str, Owner]
    calendar: Calendar
    currency: str | None
    factors: Mapping[str, float]
    fit: Fit = learned

    @property
    def instant(self) -> float:
        """As of when, in seconds."""
        return self.question.as_of.timestamp()

    @cached_property
    def capacity(self) -> dict[str, float]:
        """The hours that each owner has in the days ahead."""
        first = self.calendar.day(self.question.as_of)
        return capacity(self.owners, first, max(self.question.ahead // timedelta(days=1), 1))

    @cached_property
    def bets(self) -> Bets:
        """What is open."""
        as_of, until = self.question.as_of, self.question.as_of + self.question.within
        forecaster = self.fit(self.past, as_of, until)
        return bets(self.past, self.instant, forecaster, until, self.factors, self.currency)

    @cached_property
    def plan(self) -> Plan:
        """Who works on what."""
        asked = self.question
        if asked.reach is None:
            return keep(self.bets, self.capacity, asked.tolerance)
        return move(
            self.bets,
            self.owners,
            self.capacity,
            asked.tolerance,
            asked.reach,
            with_bound=asked.with_bound,
        )


def study(ledger: Ledger, question: Question, fit: Fit = learned) -> Study:
    """Read the ledger. Raises Broken where amounts are of several currencies and none is named."""
    past, calendar = past_of(ledger), ledger.calendar() or Calendar()
    found = currencies(past, question.as_of.timestamp())
    target = one_currency(found, calendar.base_currency, question.currency)
    rates = factors(found, target, ledger.exchange(), question.as_of.astimezone(UTC))
    return Study(question, past, ledger.owners(), calendar, target, rates, fit)
