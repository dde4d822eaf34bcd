"""What is known of an open opportunity on a day, as columns of numbers."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from insight.learned.codes import recoded
from insight.learned.days import DAY, Days
from insight.past import Codes, Floats, Indexes, Mask, Past
from ledger.steps import Kind

COUNTED: Final = (Kind.BUYER, Kind.SELLER, Kind.EFFORT, Kind.PUSH, Kind.BACK)
SILENT: Final = (Kind.BUYER, Kind.SELLER, Kind.EFFORT)
"""Of these also how long ago the last was."""
WORDS: Final = ("segment", "product", "territory", "lead_source", "currency")
"""What is said at the opening and may tell. Owner and team are left out: they come and go, and a
forecast is no judgement on persons."""
NUMBERS: Final = (
    *("spent", "age", "amount", "close_date"),
    *(f"count_{kind.name.lower()}" for kind in COUNTED),
    *(f"since_{kind.name.lower()}" for kind in SILENT),
)
COLUMNS: Final = ("state", *NUMBERS, *WORDS)
KEPT: Final = 30
"""How many values of a word are told apart; what is rarer is one more."""
_SPAN: Final = 1 << 20


class Words:
    """The values of the opening that are told apart, by their texts."""

    def __init__(self, days: Days) -> None:
        self.values: dict[str, dict[str, int]] = {}
        known = days.born <= 0
        for name in WORDS:
            codes = days.past.opening[name]
            count = np.bincount(codes[known], minlength=len(days.past.texts))
            often = [int(each) for each in np.argsort(-count, kind="stable")[:KEPT] if count[each]]
            if len(often) > 1 and not _tells_the_end(days, codes, known):
                self.values[name] = {days.past.texts[c]: i for i, c in enumerate(often, start=1)}

    def codes(self, past: Past, name: str) -> Floats:
        """The value of each opportunity as a number; 0 for all that are rare or not told apart."""
        codes = recoded(past.texts, past.opening[name], self.values.get(name, {}))
        return codes.astype(np.float64)


def _tells_the_end(days: Days, codes: Codes, known: Mask) -> bool:
    """Whether the word is empty for many that are open and for none that has ended: then it was
    filled in at the end, and knows what cannot be known before."""
    over = days.ended <= 0
    empty = codes == 0
    open_share = empty[known & ~over].mean() if (known & ~over).any() else 0.0
    over_share = empty[known & over].mean() if (known & over).any() else 0.0
    return bool(open_share > 0.05 and over_share < open_share / 10)


class Features:
    """The columns of any opportunities on any day, in the order of COLUMNS."""

    def __init__(self, days: Days, words: Words) -> None:
        self._days = days
        self._steps = {
            kind: _Sorted(days, kind) for kind in (*COUNTED, Kind.AMOUNT, Kind.CLOSE_DATE)
        }
        self._words: Mapping[str, Floats] = {name: words.codes(days.past, name) for name in WORDS}

    def on(self, day: int, stays: Indexes) -> Floats:
        """Of the opportunities whose stays lasted on that day; the shape is (stays, columns)."""
        days = self._days
        who = days.stays.who[stays]
        now = days.as_of + day * DAY
        age = (now - days.past.opened[who]) / DAY
        columns = [
            days.states.place[days.stays.state[stays]],
            (now - days.stays.entered[stays]) / DAY,
            age,
        ]
        columns.append(np.log1p(self.amount(day, who)))
        close, _, _ = self._steps[Kind.CLOSE_DATE].last(who, day)
        columns.append(close - now / DAY)
        found = {kind: self._steps[kind].last(who, day) for kind in COUNTED}
        columns += [found[kind][2] for kind in COUNTED]
        columns += [
            np.where(np.isnan(found[kind][1]), age, (now - found[kind][1]) / DAY) for kind in SILENT
        ]
        columns += [self._words[name][who] for name in WORDS]
        return np.column_stack(columns).astype(np.float64)

    def amount(self, day: int, who: Indexes) -> Floats:
        """The amounts as they were known; NaN where none was."""
        return np.maximum(self._steps[Kind.AMOUNT].last(who, day)[0], 0.0)


class _Sorted:
    """The steps of a kind by opportunity and by the day that saw them first."""

    def __init__(self, days: Days, kind: Kind) -> None:
        steps = days.past.steps[kind]
        steps = steps.pick((steps.known <= days.as_of) & (steps.until > days.as_of))
        seen = days.day(np.maximum(steps.known, steps.at))
        key = steps.who * _SPAN + np.clip(seen, 1 - _SPAN // 2, 0) + _SPAN // 2
        if len(key) and (np.diff(key) < 0).any():
            order = np.argsort(key, kind="stable")
            key, steps = key[order], steps.pick(order)
        self._key, self._at, self._value = key, steps.at, steps.value

    def last(self, who: Indexes, day: int) -> tuple[Floats, Floats, Floats]:
        """The last value and when it happened, NaN where there is none, and how many there were."""
        base = who * _SPAN
        after = np.searchsorted(self._key, base + day + _SPAN // 2, side="right")
        count = after - np.searchsorted(self._key, base)
        some = count > 0
        value, at = np.full(len(who), np.nan), np.full(len(who), np.nan)
        value[some], at[some] = self._value[after[some] - 1], self._at[after[some] - 1]
        return value, at, count.astype(np.float64)
