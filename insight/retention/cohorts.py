"""Customers by the period in which their first contract began, and what is left of each of these
cohorts period by period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from insight.retention.history import Book, History, accounts


@dataclass(frozen=True)
class Age:
    """A cohort so many periods after its own: how many customers are left, and what returns of each
    hundred that did at the end of its own period, additions and escalators and all."""

    age: int
    left: int
    amount: Decimal
    rate: float | None


@dataclass(frozen=True)
class Cohort:
    """The customers whose first contract began in the period of that label, in one currency; `n`
    counts all of them, whatever their currency. Ages beyond what is known are not there."""

    label: str
    currency: str
    n: int
    ages: tuple[Age, ...]


def cohorts(book: Book, labels: Sequence[str], edges: Sequence[datetime]) -> list[Cohort]:
    """The cohorts of the periods between each two edges, as they were at every later edge that had
    passed when the book was read."""
    passed = [edge for edge in edges if edge <= book.as_of]
    by_account = accounts(book.histories)
    found = []
    for index, label in enumerate(labels):
        members = [
            some
            for some in by_account.values()
            if edges[index] <= min(each.levels[0].at for each in some) < edges[index + 1]
        ]
        ends = passed[index + 1 :]
        found += [
            Cohort(label, currency, len(members), _ages(members, currency, ends))
            for currency in (_currencies(members) if ends else ())
        ]
    return found


def _currencies(members: Sequence[Sequence[History]]) -> list[str]:
    levels = (level for some in members for each in some for level in each.levels)
    return sorted({level.currency for level in levels if level.currency})


def _ages(
    members: Sequence[Sequence[History]], currency: str, ends: Sequence[datetime]
) -> tuple[Age, ...]:
    found: list[Age] = []
    for age, end in enumerate(ends):
        left = sum(any(each.runs(end) for each in some) for some in members)
        levels = (each.level(end) for some in members for each in some)
        amount = sum(
            (each.amount for each in levels if each and each.currency == currency), Decimal(0)
        )
        base = found[0].amount if found else amount
        found.append(Age(age, left, amount, float(amount / base) if base else None))
    return tuple(found)
