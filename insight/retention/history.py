"""What returned each year of every contract, at any time, out of its facts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    *("merge_agreed", "handed_over", "taken_over"),
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


Handover = tuple[str, int, str]


@dataclass
class Book:
    """All contracts that were known at an instant, and the profile of each account.

    `merged` says into which account one was merged; `handed` and `came` are the two halves of each
    contract that went with it, by who handed it over, by which fact, and under which id.
    """

    as_of: datetime
    histories: list[History] = field(default_factory=list)
    profiles: dict[str, dict[str, str]] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    handed: dict[Handover, History] = field(default_factory=dict)
    came: dict[Handover, History] = field(default_factory=dict)

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
    join(book)
    return book


def add(book: Book, facts: Iterable[tuple[str, Fact]]) -> None:
    """Take facts into the book, those of one account after the other and each in its order; `join`
    comes after the last."""
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
            _begin(book, open_, account_id, fact.data["contract_id"], _begun(account_id, fact.data))
        elif fact.kind == "taken_over":
            for id, told in fact.data["contracts"].items():
                history = _come(account_id, id, told)
                _begin(book, open_, account_id, id, history)
                book.came[fact.data["from_account"], fact.data["handover"], id] = history
        elif fact.kind == "handed_over":
            for id, told in fact.data["contracts"].items():
                if left := open_.pop((account_id, id), None):
                    book.handed[account_id, fact.sequence, told.get("renamed", id)] = left
        elif fact.kind == "merge_agreed":
            book.merged[account_id] = fact.data["into"]
        elif running := open_.get((account_id, fact.data["contract_id"])):
            _continue(running, fact)
            if running.ended_at:
                del open_[account_id, running.contract_id]


def join(book: Book) -> None:
    """What left an account by a merge and what arrived in the other is one contract, and both are
    one customer: nothing was lost by it, and nothing is new."""
    for handover, before in _in_order(book):
        after = book.came[handover]
        if before.decisions and before.decisions[-1].outcome == "undecided" and after.decisions:
            before.decisions.pop()  # it was decided there
        after.levels = [*before.levels, *after.levels[1:]]
        after.decisions = [*before.decisions, *after.decisions]
        book.histories.remove(before)
    for history in book.histories:
        while into := book.merged.get(history.account_id):
            history.account_id = into


def _in_order(book: Book) -> Iterator[tuple[Handover, History]]:
    """Both halves are known of these; one that went on twice comes first where it came first."""
    left = {key: history for key, history in book.handed.items() if key in book.came}
    arrived = {id(book.came[key]): key for key in left}

    def hops(key: Handover) -> int:
        before = arrived.get(id(left[key]))
        return 0 if before is None else 1 + hops(before)

    for key in sorted(left, key=hops):
        yield key, left[key]


def _begin(
    book: Book,
    open_: dict[tuple[str, str], History],
    account_id: str,
    contract_id: str,
    history: History,
) -> None:
    open_[account_id, contract_id] = history
    book.histories.append(history)


def _come(account_id: str, contract_id: str, told: Mapping[str, Any]) -> History:
    """The half that is in the account into which the other was merged."""
    span = {name: datetime.fromisoformat(told["span"][name]) for name in ("starts_at", "ends_at")}
    first = _level(span["starts_at"], told)
    return History(account_id, contract_id, told.get("product"), [first], span["ends_at"])


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
