"""What returned each year of every contract, at any time, out of its facts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from ledger.ledger import Ledger
from ledger.trace import known
from sales.facts import Fact

PROFILE: Final = ("segment", "tier", "owner", "territory")
KINDS: Final = (
    *("account_opened", "account_amended", "account_retired"),
    *("contract_recorded", "contract_amended", "term_lapsed", "term_renewed", "contract_ended"),
)
"""The facts that tell of it."""


class Level(NamedTuple):
    """From then on it is this sum a year, of which `escalated` has come just then by a clause of
    the contract. Without a currency the sum is not known."""

    at: datetime
    currency: str
    amount: Decimal
    escalated: Decimal = Decimal(0)


class Decision(NamedTuple):
    """A term that was up for renewal: when it ended, what it was worth, and what of that was kept.

    `outcome` is `renewed`, `ended`, or `undecided` while its renewal still runs; `currency` is
    empty where no sum is known, or where the sum became one of another currency.
    """

    at: datetime
    outcome: str
    reason: str
    currency: str
    before: Decimal
    kept: Decimal


@dataclass
class History:
    """One contract of one account, from its first term to its end; `ends_at` is the end of the
    latest term."""

    account_id: str
    contract_id: str
    product: str | None
    levels: list[Level]
    ends_at: datetime
    ended_at: datetime | None = None
    decisions: list[Decision] = field(default_factory=list)

    def runs(self, at: datetime) -> bool:
        """Whether it ran just before that instant."""
        began = self.levels[0].at < at
        return began and (self.ended_at is None or at <= self.ended_at)

    def level(self, at: datetime) -> Level | None:
        """What it was worth just before that instant, if it ran."""
        if not self.runs(at):
            return None
        return next(each for each in reversed(self.levels) if each.at < at)


@dataclass
class Book:
    """All contracts that were known at an instant, and the profile of each account."""

    as_of: datetime
    histories: list[History] = field(default_factory=list)
    profiles: dict[str, dict[str, str]] = field(default_factory=dict)

    def group(self, history: History, by: str | None) -> str | None:
        """The group that a contract belongs to; nothing where it has none."""
        if by is None:
            return None
        if by == "product":
            return history.product
        return self.profiles.get(history.account_id, {}).get(by)


def read_book(ledger: Ledger, as_of: datetime) -> Book:
    """What was known then."""
    book = Book(as_of)
    with ledger.account_facts(KINDS) as many:
        add(book, (each for some in many for each in some))
    return book


def add(book: Book, facts: Iterable[tuple[str, Fact]]) -> None:
    """Take facts into the book, those of one account after the other and each in its order."""
    latest, open_ = book.as_of.timestamp(), dict[tuple[str, str], History]()
    for account_id, fact in facts:
        if known(fact) > latest:
            continue
        if fact.kind in ("account_opened", "account_amended"):
            told = {name: fact.data[name] for name in PROFILE if fact.data.get(name)}
            book.profiles.setdefault(account_id, {}).update(told)
        elif fact.kind == "account_retired":
            for key in [key for key in open_ if key[0] == account_id]:
                _end(open_.pop(key), fact.occurred_at)
        elif fact.kind == "contract_recorded":
            history = _begun(account_id, fact.data)
            open_[account_id, history.contract_id] = history
            book.histories.append(history)
        elif running := open_.get((account_id, fact.data["contract_id"])):
            _continue(running, fact)
            if running.ended_at:
                del open_[account_id, running.contract_id]


def _begun(account_id: str, data: Mapping[str, Any]) -> History:
    first = _level(datetime.fromisoformat(data["starts_at"]), data)
    ends_at = datetime.fromisoformat(data["ends_at"])
    return History(account_id, data["contract_id"], data.get("product"), [first], ends_at)


def _continue(history: History, fact: Fact) -> None:
    data, last = fact.data, history.levels[-1]
    if fact.kind == "contract_amended":
        history.product = data.get("product", history.product)
        if "ends_at" in data:
            history.ends_at = datetime.fromisoformat(data["ends_at"])
        if "recurring" in data:
            history.levels.append(_level(max(fact.occurred_at, last.at), data))
    elif fact.kind == "term_renewed":
        now = _level(max(fact.occurred_at, last.at), data)
        at = min(history.ends_at, now.at)  # a new term may begin before the old one is over
        _decide(history, at, "renewed", data["reason"], _kept(last, now))
        history.levels.append(now)
        history.ends_at = datetime.fromisoformat(data["ends_at"])
    elif fact.kind == "term_lapsed":
        _decide(history, fact.occurred_at, "undecided", "", Decimal(0))
    else:
        if not data["early"]:
            _decide(history, fact.occurred_at, "ended", data["reason"], Decimal(0))
        _end(history, fact.occurred_at)


def _level(at: datetime, data: Mapping[str, Any]) -> Level:
    sum_, clause = data.get("recurring"), data.get("escalated")
    if sum_ is None:
        return Level(at, "", Decimal(0))
    escalated = Decimal(clause["amount"]) if clause else Decimal(0)
    return Level(at, sum_["currency"], Decimal(sum_["amount"]), escalated)


def _kept(before: Level, now: Level) -> Decimal | None:
    """What of a sum was renewed; nothing can be said where it is another currency's."""
    if before.currency != now.currency:
        return None
    return min(before.amount, now.amount - now.escalated)


def _decide(
    history: History, at: datetime, outcome: str, reason: str, kept: Decimal | None
) -> None:
    before = history.levels[-1]
    currency = "" if kept is None else before.currency
    if history.decisions and history.decisions[-1].outcome == "undecided":
        history.decisions.pop()  # it has been decided since
    history.decisions.append(
        Decision(at, outcome, reason, currency, before.amount, kept or Decimal(0))
    )


def _end(history: History, at: datetime) -> None:
    """It is over: nothing that was to come after that comes."""
    first, *rest = history.levels
    history.levels = [first, *(each for each in rest if each.at <= at)]
    history.ended_at = at


def accounts(histories: Sequence[History]) -> dict[str, list[History]]:
    """Contracts by their account."""
    found: dict[str, list[History]] = {}
    for each in histories:
        found.setdefault(each.account_id, []).append(each)
    return found
