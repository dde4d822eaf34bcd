"""Conversion: what a sum is worth in another currency, by the rates that were known at a time.

What has ended converts as it did at the first moment from its end on at which it could, and
nothing that is learned later changes that: rates and calendars are learned one after the other,
so a moment once past has all its knowledge. No rate is ever taken to be 1.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from sales.calendar import Calendar
from sales.rate import Rate

CENT: Final = Decimal("0.0001")
"""How exact a converted sum is, which is as exact as a sum may be said."""
_WIDE: Final = Context(prec=80, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Conversion:
    """By which factor, and by which rates it came to be."""

    source: str
    target: str
    factor: Fraction
    rates: tuple[str, ...] = ()

    def convert(self, amount: Decimal) -> Decimal:
        """The sum in the target's currency."""
        product = _WIDE.multiply(amount, Decimal(self.factor.numerator))
        quotient = _WIDE.divide(product, Decimal(self.factor.denominator))
        return quotient.quantize(CENT, context=_WIDE)


class Learned(NamedTuple):
    """A rate as it was said, and when the ledger learned it."""

    rate: Rate
    at: datetime


_Leg = tuple[Fraction, str]


class Exchange:
    """Everything that is known of rates and calendars, and when it became known.

    Of several that were learned at the same moment, the last counts.
    """

    def __init__(
        self, rates: Iterable[Learned], calendars: Iterable[tuple[Calendar, datetime]]
    ) -> None:
        self._calendars = sorted(calendars, key=lambda each: each[1])
        self._pairs: dict[tuple[str, str], list[Learned]] = {}
        for each in rates:
            self._pairs.setdefault((each.rate.currency, each.rate.base), []).append(each)
        for some in self._pairs.values():
            some.sort(key=lambda each: (each.rate.valid_from, each.at, each.rate.sequence))
        learned = (each.at for some in self._pairs.values() for each in some)
        self._moments = sorted({*learned, *(at for _, at in self._calendars)})
        self._bases = sorted({base for _, base in self._pairs})
        self._found: dict[tuple[str, str, date, int], Conversion | None] = {}

    def calendar(self, known: datetime) -> Calendar | None:
        """The calendar as it was known at that time."""
        index = bisect_right(self._calendars, known, key=lambda each: each[1])
        return self._calendars[index - 1][0] if index else None

    def frozen(self, source: str, target: str, at: datetime, known: datetime) -> Conversion | None:
        """For what ended `at`, and was known to have ended at `known`: by what was known then,
        or where that was not enough, as soon as it was. Nothing where it never was."""
        if source == target:
            return Conversion(source, target, Fraction(1))
        latest = at.astimezone(UTC).date() + timedelta(days=1)  # nowhere is it later than that
        if not self._moments or not self.known(source, target, latest, self._moments[-1]):
            return None
        for moment in self._since(known):
            calendar = self.calendar(moment)
            if calendar is None:
                continue
            if found := self.known(source, target, calendar.day(at), moment):
                return found
        return None

    def current(self, source: str, target: str, now: datetime) -> Conversion | None:
        """For what is open: by what is known now. Nothing where no calendar says what today is."""
        if source == target:
            return Conversion(source, target, Fraction(1))
        calendar = self.calendar(now)
        return self.known(source, target, calendar.day(now), now) if calendar else None

    def known(self, source: str, target: str, day: date, known: datetime) -> Conversion | None:
        """By the rates that rule the day, as they were known at that time."""
        key = source, target, day, bisect_right(self._moments, known)
        if key not in self._found:
            self._found[key] = self._find(source, target, day, known)
        return self._found[key]

    def _since(self, known: datetime) -> Iterator[datetime]:
        """The time itself, and every later one at which something was learned."""
        yield known
        yield from self._moments[bisect_right(self._moments, known) :]

    def _find(self, source: str, target: str, day: date, known: datetime) -> Conversion | None:
        """Directly, or through one base that both have rates to; a direct rate is the best."""
        if source == target:
            return Conversion(source, target, Fraction(1))
        if leg := self._leg(source, target, day, known):
            return Conversion(source, target, leg[0], leg[1:])
        for base in self._bases:
            there = self._leg(source, base, day, known)
            back = self._leg(base, target, day, known) if there else None
            if there and back:
                return Conversion(source, target, there[0] * back[0], (there[1], back[1]))
        return None

    def _leg(self, source: str, target: str, day: date, known: datetime) -> _Leg | None:
        """By the pair's own rate, else by the inverse of the other way's."""
        if rate := self._ruling((source, target), day, known):
            return Fraction(rate.rate), rate.id
        if rate := self._ruling((target, source), day, known):
            return 1 / Fraction(rate.rate), rate.id
        return None

    def _ruling(self, pair: tuple[str, str], day: date, known: datetime) -> Rate | None:
        """The latest day's rate, and of that day the one learned last."""
        some = self._pairs.get(pair, [])
        index = bisect_right(some, day, key=lambda each: each.rate.valid_from)
        return next((each.rate for each in reversed(some[:index]) if each.at <= known), None)
