"""The learned forecast: fitted once as of an instant, asked of any later one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from insight.learned.arrivals import won_of
from insight.learned.blend import CHAINS, LEARNERS, MEMBERS, member_odds, mixed
from insight.learned.chain import Chain, Outlook
from insight.learned.codes import recoded
from insight.learned.days import DAY, Days
from insight.learned.distribution import Arriving, Distribution, distribution
from insight.learned.features import Features, Words
from insight.learned.fitting import Fitted
from insight.learned.landmarks import HALF_LIFE
from insight.learned.learners import chance, odds, one_core
from insight.learned.money import Worth
from insight.learned.stated import stated
from insight.learned.states import UNKNOWN, States
from insight.past import Floats, Indexes, Mask, View

LEARNED: Final = "learned"
STATED: Final = "stated by the process"
BOTH: Final = "learned, and stated by the process where too little has ended"
NO_SHOCK: Final = 0.15
"""The common shock where no window could be scored."""


@dataclass(frozen=True)
class Chances:
    """Of each open opportunity of a view, in its order: the chance of every end by `until`, and of
    none; they sum to one. `worth` is what it is expected to come to if it is won, in the currency
    `currency` (an index into `currencies`, -1 where nobody knows one: then it is in no sum).

    `basis` says where the chances are from, `learned` of which; `ends` is how many ends were
    learned from, wins and others.
    """

    until: datetime
    days: int
    p_won: Floats
    p_lost: Floats
    p_expired: Floats
    p_withdrawn: Floats
    p_open: Floats
    worth: Floats
    currency: Indexes
    currencies: tuple[str, ...]
    learned: Mask
    basis: str
    ends: tuple[int, int]


@dataclass(frozen=True)
class NewBusiness:
    """What is not yet in the pipeline and will be won by `until`: how many, and for how much, by
    currency. Empty where nothing could be learned."""

    until: datetime
    wins: Mapping[str, float]
    amounts: Mapping[str, float]


@dataclass(frozen=True)
class Learned:
    """What was learned as of an instant. It holds no opportunity, and can be pickled.

    `fitted` has a Fitted for each horizon in days: what each member of the blend is worth, who won
    the race for the amount, its scores. A window of another length uses the nearest of them.
    """

    as_of: datetime
    ends: tuple[int, int]
    processes: frozenset[str]
    """Those of which enough had ended."""
    states: States
    words: Words
    chains: Mapping[str, Chain]
    entering: Floats
    currencies: tuple[str, ...]
    usual: Mapping[str, str]
    """The currency in which each process won most often."""
    products: Mapping[str, int]
    wins: Mapping[str, Floats]
    """The amounts of the wins of a year, by currency."""
    fitted: Mapping[int, Fitted]
    worth: Mapping[int, Worth]

    def chances(self, view: View, until: datetime) -> Chances:
        """The chances of all that is open in the view."""
        within = _days(view.instant, until)
        found = stated(view, until.timestamp())
        learned = np.zeros(len(view), bool)
        days = Days(view.past, view.instant, self.states)
        features = Features(days, self.words)
        stays = days.open_on(0)
        stays = stays[days.stays.state[stays] != UNKNOWN]
        place = np.searchsorted(view.rows, days.stays.who[stays])
        known = dict.fromkeys(self.processes, 1)
        enough = recoded(view.past.texts, view.word("process"), known)[place] > 0
        stays, place = stays[enough], place[enough]
        if self.chains and within > 0 and len(stays):
            with one_core():
                found[place] = self._blended(days, features, stays, view.instant, within)
            learned[place] = True
        elif within <= 0:
            found[:] = 0.0
        worth, currency = self._worth(view, within)
        basis = LEARNED if learned.all() and len(learned) else BOTH if learned.any() else STATED
        ends = np.column_stack([found, 1 - found.sum(1)]).clip(0.0, 1.0)
        won, lost, expired, withdrawn, still = (np.ascontiguousarray(each) for each in ends.T)
        return Chances(
            *(until, within, won, lost, expired, withdrawn, still),
            *(worth, currency, self.currencies, learned, basis, self.ends),
        )

    def new_business(self, as_of: datetime, until: datetime) -> NewBusiness:
        """The business that will be won by then and is not yet in the pipeline."""
        within = _days(as_of.timestamp(), until)
        if not self.chains or within <= 0:
            return NewBusiness(until, {}, {})
        outlook = self.chains["recent chain"].outlook(as_of.timestamp(), within)
        wins = won_of(self.entering, outlook)
        near = self._near(within)
        worth, level = self.worth[near], self.fitted[near].level
        each = {c: wins * float(worth.share[i]) for i, c in enumerate(self.currencies)}
        amounts = {
            c: each[c] * float(worth.mean[i] * level[i]) for i, c in enumerate(self.currencies)
        }
        return NewBusiness(until, each, amounts)

    def revenue(
        self,
        chances: Chances,
        currency: str,
        which: Mask | None = None,
        new: NewBusiness | None = None,
    ) -> Distribution:
        """What will be won in a currency: of all opportunities or of some, with new business or
        without. The means of parts add up to the mean of the whole."""
        if currency not in self.currencies:
            return distribution(np.zeros(0), np.zeros(0))
        index = self.currencies.index(currency)
        some = chances.currency == index
        some = some if which is None else some & which
        level, shock = 1.0, NO_SHOCK
        if self.fitted:
            fitted = self.fitted[self._near(chances.days)]
            level, shock = float(fitted.level[index]), float(fitted.shock[index])
        arriving = None
        if new and new.wins.get(currency):
            amounts = self.wins[currency]
            wanted = new.amounts[currency] / new.wins[currency]
            arriving = Arriving(new.wins[currency], amounts * (wanted / amounts.mean()))
        return distribution(chances.p_won[some], chances.worth[some] * level, arriving, shock)

    # -- inside ----------------------------------------------------------------------------------

    def _near(self, within: int) -> int:
        """The fitted horizon that is nearest, by their ratio."""
        return min(self.fitted, key=lambda each: (abs(np.log(each / max(within, 1))), each))

    def _blended(
        self, days: Days, features: Features, stays: Indexes, instant: float, within: int
    ) -> Floats:
        """The ends of those that stand in these stays (stays, ends)."""
        near = self._near(within)
        fitted = self.fitted[near]
        state, spent = days.stays.state[stays], -days.stays.since[stays]

        def of(horizon: int) -> list[Floats]:
            outlooks: list[Outlook] = [c.outlook(instant, horizon) for c in self.chains.values()]
            return [each.of(state, spent) for each in outlooks]

        ends = of(within)
        chains = np.column_stack([odds(each[:, 0]) for each in ends])
        recent = list(CHAINS.values()).index(HALF_LIFE)
        learned_for = chains[:, recent]
        if near != within and fitted.learners:
            learned_for = odds(of(near)[recent][:, 0])
        rows = np.column_stack([learned_for, features.on(0, stays)])
        each = member_odds(chains, fitted.learners, rows)
        each[:, len(CHAINS) :] += (chains[:, recent] - learned_for)[:, None]
        won = chance(mixed(each, fitted.weights))
        share = fitted.weights[: len(CHAINS)] / fitted.weights[: len(CHAINS)].sum()
        mean = sum(part * each for part, each in zip(share, ends, strict=True))
        rest = (1 - won) / np.maximum(1 - mean[:, 0], 1e-12)
        return np.column_stack([won, mean[:, 1:] * rest[:, None]])

    def _worth(self, view: View, within: int) -> tuple[Floats, Indexes]:
        """What each will come to if it is won, and in which currency."""
        texts, index = view.past.texts, {c: i for i, c in enumerate(self.currencies)}
        usual = {process: index[name] for process, name in self.usual.items()}
        code = view.word("currency")
        unnamed = recoded(texts, view.word("process"), usual, -1)
        currency = np.where(code > 0, recoded(texts, code, index, -1), unnamed)
        if not self.worth:
            return np.nan_to_num(view.amount), currency
        product = recoded(texts, view.word("product"), self.products)
        worth = self.worth[self._near(max(within, 1))]
        return worth.of(view.amount, currency, product), currency


def _days(instant: float, until: datetime) -> int:
    """Whole days from an instant on, rounded up; 0 for what is over."""
    return max(int(np.ceil((until.timestamp() - instant) / DAY - 1e-6)), 0)


__all__ = ["LEARNERS", "MEMBERS", "Chances", "Learned", "NewBusiness"]
