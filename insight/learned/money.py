"""What wins come to: amounts by currency, expected and booked."""

from typing import Final

import numpy as np

from insight.learned.days import Days
from insight.learned.features import Features
from insight.past import Codes, Floats, Indexes

WORTH: Final = 5.0
"""How many wins a first belief about amounts is worth."""
RECENT: Final = 300
"""So many last wins in a currency say what new business comes to."""
BY_PRODUCT: Final = 5_000
"""And so many what each product comes to."""


class Money:
    """Amounts of the wins of a past, by currency and by the day that saw them.

    An opportunity without a currency is taken to be in the one in which its process won most often;
    where there was none its currency is -1 and it is in no sum.
    """

    def __init__(self, days: Days, features: Features) -> None:
        past = days.past
        self._days = days
        codes = past.word("currency", days.as_of)
        won = np.flatnonzero((days.outcome == 1) & (days.ended <= 0))
        final = features.amount(0, won)
        process = past.opening["process"]
        usual = _usual(process[won], codes[won], len(past.texts))
        codes = np.where(codes > 0, codes, usual[process])
        self.usual = {past.texts[i]: past.texts[usual[i]] for i in np.flatnonzero(usual)}
        """The currency in which each process won most often."""
        used = [int(code) for code in np.unique(codes[days.born <= 0]) if code]
        self.currencies = tuple(past.texts[code] for code in used)
        index = np.full(len(past.texts), -1)
        index[used] = np.arange(len(used))
        self.currency: Indexes = index[codes]
        """The currency of each opportunity."""
        self.final = np.zeros(len(days))
        """What each win came to, and 0 for all else."""
        self.final[won] = np.nan_to_num(final)
        counted = won[self.currency[won] >= 0]
        with_amount = counted[self.final[counted] > 0]
        self._last_first = with_amount[np.argsort(-days.ended[with_amount], kind="stable")]
        self._length = max(-int(days.ended[won].min(initial=0)), 0) + 2
        self._booked = np.zeros((self._length, len(used)))
        place = days.ended[counted] + self._length - 1, self.currency[counted]
        np.add.at(self._booked, place, self.final[counted])
        self._booked = np.cumsum(self._booked, axis=0)

    def booked(self, after: int, until: int) -> Floats:
        """What was won after one day and by another, by currency."""
        first, last = (
            int(np.clip(day + self._length - 1, 0, self._length - 1)) for day in (after, until)
        )
        found: Floats = self._booked[last] - self._booked[first]
        return found

    def wins(self, day: int, most: int = RECENT) -> Indexes:
        """The last wins by a day that have an amount in a currency, at most so many in each."""
        known = self._last_first[self._days.ended[self._last_first] <= day]
        first = [known[self.currency[known] == each][:most] for each in range(len(self.currencies))]
        return np.concatenate([np.zeros(0, np.intp), *first])


def _shares(money: Money, day: int) -> Floats:
    """Which part of the wins by a day was in each currency."""
    wins = money.wins(day, BY_PRODUCT)
    count = np.bincount(money.currency[wins], minlength=len(money.currencies))
    return np.asarray(count / max(count.sum(), 1))


def _usual(process: Codes, currency: Codes, texts: int) -> Codes:
    """The currency that most wins of a process were in, by the code of the process."""
    found = np.zeros(texts, np.int32)
    pairs = np.column_stack([process, currency])[currency > 0]
    each, many = np.unique(pairs, axis=0, return_counts=True)
    for i in np.argsort(many, kind="stable"):
        found[each[i, 0]] = each[i, 1]
    return found


class Worth:
    """What the open opportunities of a day will come to if they are won: the amount known, times
    what past wins came to of what was known of them; the mean of wins where none is known."""

    def __init__(
        self, money: Money, day: int, product: Indexes, seen: tuple[Floats, Floats]
    ) -> None:
        """`seen` has the amounts known of past wins, and what they came to."""
        known, came_to = seen
        mean = came_to.mean() if len(came_to) else 1.0
        self.ratio = (came_to.sum() + WORTH * mean) / (known.sum() + WORTH * mean)
        wins = money.wins(day)
        size = len(money.currencies)
        count = np.bincount(money.currency[wins], minlength=size)
        total = np.bincount(money.currency[wins], money.final[wins], size)
        self.mean = total / np.maximum(count, 1)
        """The mean win, by currency."""
        squares = np.bincount(money.currency[wins], money.final[wins] ** 2, size)
        self.square = squares / np.maximum(count, 1)
        """The mean of the squares."""
        self.share = _shares(money, day)
        """Which part of the wins was in each currency."""
        wins = money.wins(day, BY_PRODUCT)
        kinds = int(product.max(initial=0)) + 1
        flat = money.currency[wins] * kinds + product[wins]
        counts = np.bincount(flat, minlength=size * kinds).reshape(size, kinds)
        totals = np.bincount(flat, money.final[wins], size * kinds).reshape(size, kinds)
        self.means = (totals + WORTH * self.mean[:, None]) / (counts + WORTH)
        """The mean win by currency and product, shrunk to that of the currency."""

    def of(self, amount: Floats, currency: Indexes, product: Indexes) -> Floats:
        """What each will come to; 0 for one without a currency."""
        if not len(self.mean):
            return np.zeros(len(amount))
        mean = self.means[np.maximum(currency, 0), product]
        found = np.where(np.isnan(amount), mean, amount * self.ratio)
        return np.asarray(np.where(currency >= 0, found, 0.0))
