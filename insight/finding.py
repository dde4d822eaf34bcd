"""What each way of finding opportunities is worth: rules of policies, reports, referrals, and
evidence that came late."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np

from insight.past import OUTCOMES
from insight.pipeline import decimal_of, pipeline_of
from insight.reading import past_of
from insight.statistics.proportions import Share, share
from insight.win_loss.cases import ERRORS
from ledger.ledger import Ledger
from ledger.steps import Kind
from ledger.trace import known
from sales.account.needs.terms import LATE_EVIDENCE
from sales.facts import Fact

FOUND: Final = ("need_found", "need_passed_over")
SETTLED: Final = {"need_dismissed": "dismissed", "need_lapsed": "lapsed"}
KINDS: Final = (*FOUND, *SETTLED, "opportunity_wanted", "opportunity_launched")


@dataclass(frozen=True)
class Yield:
    """What one rule has come to.

    `fired` is how often it found something; of that `passed_over` is what there was nothing to
    launch for, `waiting`, `dismissed` and `lapsed` what was not launched. `launched` are
    opportunities, of which each is open, has one of the outcomes or is one of the `errors`,
    withdrawn as a duplicate or created in error, which is no outcome. `rate` is won of all that
    ended, and `amounts` is what was won, by currency.
    """

    rule: str
    fired: int
    passed_over: int
    waiting: int
    dismissed: int
    lapsed: int
    launched: int
    open: int
    won: int
    lost: int
    expired: int
    withdrawn: int
    errors: int
    rate: Share
    amounts: dict[str, Decimal]


class End(NamedTuple):
    """How an opportunity stood, an outcome, `open` or `errors`, and what it brought."""

    how: str
    currency: str
    amount: Decimal


@dataclass
class Tally:
    """What is counted of one rule while the facts are read."""

    counts: Counter[str] = field(default_factory=Counter)
    opportunities: list[str] = field(default_factory=list)


class _Reading:
    """The facts of all accounts, as they come."""

    def __init__(self) -> None:
        self.tallies = dict[str, Tally]()
        self._rules = dict[tuple[str, int], str]()
        """By account and number of the fact that found a need."""

    def read(self, account_id: str, fact: Fact) -> None:
        """One more."""
        if fact.kind == "opportunity_launched":
            self._launched(account_id, fact)
        elif fact.kind in SETTLED:
            self._count(fact.data["rule"], SETTLED[fact.kind])
        elif fact.kind in FOUND:
            rule = fact.data["rule"]
            self._count(rule, "fired")
            if fact.kind == "need_found":
                self._rules[account_id, fact.sequence] = rule
            else:
                self._count(rule, "passed_over")
        elif fact.data["why"] == LATE_EVIDENCE:
            self._count(LATE_EVIDENCE, "fired")
            self._count(LATE_EVIDENCE, "passed_over")  # until it is launched

    def _launched(self, account_id: str, fact: Fact) -> None:
        kind, _, rest = (fact.event_id or "").partition(":")
        rule = None
        if kind == "need":
            rule = self._rules.pop((account_id, int(rest.partition(":")[0])), None)
        elif kind == LATE_EVIDENCE:
            rule = LATE_EVIDENCE
            self._count(rule, "passed_over", -1)
        if rule:
            self._count(rule, "launched")
            self.tallies[rule].opportunities.append(fact.data["opportunity_id"])

    def _count(self, rule: str, what: str, by: int = 1) -> None:
        self.tallies.setdefault(rule, Tally()).counts[what] += by


def yields(ledger: Ledger, as_of: datetime) -> list[Yield]:
    """What every rule has come to, as it was known at that instant; by name."""
    reading, instant = _Reading(), as_of.timestamp()
    with ledger.account_facts(KINDS) as facts:
        for account_id, fact in (each for some in facts for each in some):
            if known(fact) <= instant:
                reading.read(account_id, fact)
    tallies = reading.tallies
    launched = {id for tally in tallies.values() for id in tally.opportunities}
    ends = _ends(ledger, launched, instant) if launched else {}
    return [_yield(rule, tallies[rule], ends) for rule in sorted(tallies)]


def _ends(ledger: Ledger, ids: Iterable[str], instant: float) -> dict[str, End]:
    """How these stood at the instant."""
    past, wanted = past_of(ledger), {*ids}
    found = pipeline_of(past, instant, since=-np.inf)
    reason, _ = past.last(Kind.REASON, instant)
    place = {id: row for row, id in enumerate(past.ids) if id in wanted}
    ends = {}
    for row, id in enumerate(found.ids):
        if id in wanted:
            how, why = OUTCOMES[found.outcome[row]], reason[place[id]]
            if how != "open" and not np.isnan(why) and past.texts[int(why)] in ERRORS:
                how = "errors"
            amount = decimal_of(found.units[row]) if found.sized[row] else Decimal(0)
            ends[id] = End(how, found.words["currency"][row], amount)
    return ends


def _yield(rule: str, tally: Tally, ends: Mapping[str, End]) -> Yield:
    unwritten = End("open", "", Decimal(0))
    each = [ends.get(id, unwritten) for id in tally.opportunities]
    by, counts = Counter(end.how for end in each), tally.counts
    amounts = dict[str, Decimal]()
    for end in each:
        if end.how == "won" and end.currency:
            amounts[end.currency] = amounts.get(end.currency, Decimal(0)) + end.amount
    ended = sum(by[name] for name in OUTCOMES[1:])
    over = ("passed_over", "dismissed", "lapsed", "launched")
    return Yield(
        rule,
        fired=counts["fired"],
        passed_over=counts["passed_over"],
        waiting=counts["fired"] - sum(counts[name] for name in over),
        dismissed=counts["dismissed"],
        lapsed=counts["lapsed"],
        launched=counts["launched"],
        open=by["open"],
        won=by["won"],
        lost=by["lost"],
        expired=by["expired"],
        withdrawn=by["withdrawn"],
        errors=by["errors"],
        rate=share(by["won"], ended),
        amounts=dict(sorted(amounts.items())),
    )
