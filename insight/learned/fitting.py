"""Fitting for one horizon: learners, what each member is worth, and the race for the amount."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from insight.learned.arrivals import arriving, won_of
from insight.learned.blend import CHAINS, Judged, learn, member_odds, mixed, with_odds, worth
from insight.learned.landmarks import HALF_LIFE, Landmarks, Rows
from insight.learned.learners import Learner, chance, odds
from insight.learned.money import Money, Worth
from insight.learned.race import Run, naive, settled, shock, weights
from insight.past import Floats, Indexes

ORIGINS: Final = 8
"""On so many past days the whole is learned and scored again."""
LOOKS: Final = 7
"""How many landmarks lie in one horizon."""
FEWEST: Final = 20
"""A pipeline of fewer is not scored."""
WARM: Final = 14
"""Days of the record before anything is scored."""


@dataclass(frozen=True)
class Fitted:
    """What is known for windows of `within` days."""

    within: int
    learners: dict[str, Learner]
    weights: Floats
    """What the chance of each member is worth."""
    judged: list[Judged]
    runners: Floats
    """What each forecast of the amount is worth (runners, currencies)."""
    forecasts: Floats
    """What each says of the window that begins now."""
    level: Floats
    """By which the pipeline is multiplied to come to what the runners settled on."""
    shock: Floats
    runs: list[Run]


class Fitting:
    """Learns and scores for windows of so many days."""

    def __init__(self, landmarks: Landmarks, money: Money, product: Indexes, within: int) -> None:
        self._marks, self._money, self._product = landmarks, money, product
        self._within = within
        self._step = max(1, round(within / LOOKS))
        self._learners: dict[int, dict[str, Learner]] = {}

    def fitted(self) -> Fitted:
        """All of it, as of now."""
        learners = self._learned(0)
        judged = self._judged
        runs = [run for day in self._origins if (run := self._run(day)) is not None]
        forecast, _ = self._forecast(0, self._within, self._weights(0))
        runners = weights(runs, forecast)
        said = settled(forecast, runners)
        level = np.where(forecast[0] > 0, said / np.where(forecast[0] > 0, forecast[0], 1.0), 1.0)
        return Fitted(
            self._within,
            learners,
            self._weights(0),
            judged,
            runners,
            forecast,
            level,
            shock(runs) if runs else np.full(len(self._money.currencies), 0.15),
            runs,
        )

    @cached_property
    def _origins(self) -> list[int]:
        """The past days on which it is scored, from the last one back."""
        nearest = -(-self._within // 3 // self._step) * self._step or self._step
        span = -nearest - (self._marks.first + WARM)
        if span < 0:
            return []
        gap = max(min(self._within, span // ORIGINS), 1)
        gap = -(-gap // self._step) * self._step
        days = range(-nearest, self._marks.first + WARM - 1, -gap)[:ORIGINS]
        self._gap = gap
        return [day for day in days if len(self._marks.rows(day)) >= FEWEST]

    @cached_property
    def _judged(self) -> list[Judged]:
        whole = [day for day in self._origins if day + self._within <= 0]
        return [
            Judged(day, self._odds(rows, self._within), self._marks.won(rows, self._within))
            for day in whole
            for rows in [self._marks.rows(day)]
        ]

    def _weights(self, day: int) -> Floats:
        """What the members are worth by a day."""
        before = [each for each in self._judged if each.day + self._within <= day]
        return worth(before, max(1.0, self._within / getattr(self, "_gap", self._within)))

    def _learned(self, day: int) -> dict[str, Learner]:
        if day not in self._learners:
            self._learners[day] = learn(self._marks, day, self._within, self._step)
        return self._learners[day]

    def _odds(self, rows: Rows, within: int) -> Floats:
        """The odds of all members, for a window that may be shorter than what they learned: what
        the learners change in the chain is then the same change."""
        chains = self._chain_odds(rows, within)
        columns = with_odds(self._marks, rows, self._within)
        found = member_odds(chains, self._learned(rows.day), columns)
        if within != self._within:
            found[:, len(CHAINS) :] += (chains[:, -1] - columns[:, 0])[:, None]
        return found

    def _chain_odds(self, rows: Rows, within: int) -> Floats:
        each = [self._marks.chances(rows, within, half)[:, 0] for half in CHAINS.values()]
        return np.column_stack([odds(one) for one in each])

    def _run(self, day: int) -> Run | None:
        length = min(self._within, -day)
        forecast, variance = self._forecast(day, length, self._weights(day))
        actual = self._money.booked(day, day + length)
        count = min(1.0, self._gap / self._within) * length / self._within
        return Run(day, length, length == self._within, forecast, actual, variance, count)

    def _forecast(self, day: int, within: int, weights: Floats) -> tuple[Floats, Floats]:
        """What all runners say of a window (runners, currencies), and the relative variance of
        the pipeline (currencies)."""
        rows = self._marks.rows(day)
        size = len(self._money.currencies)
        values = self.worth(day)
        total, square = np.zeros(size), np.zeros(size)
        if len(rows):
            p = chance(mixed(self._odds(rows, within), weights))
            currency = self._money.currency[rows.who]
            worth_each = values.of(rows.amount, currency, self._product[rows.who])
            some = currency >= 0
            for sums, what in ((total, p * worth_each), (square, p * (1 - p) * worth_each**2)):
                sums += rows.share * np.bincount(currency[some], what[some], size)
        wins = self.new_wins(day, within)
        total += wins * values.mean
        square += wins * values.square
        variance = square / np.maximum(total, 1e-9) ** 2
        lines = naive(self._money, day, within, self._marks.first)
        return np.concatenate([total[None], lines]), variance

    def new_wins(self, day: int, within: int) -> Floats:
        """The wins expected of what is not yet in the pipeline, by currency."""
        as_of = self._marks.days.as_of
        entering = arriving(self._marks.counts, as_of, day, within)
        outlook = self._marks.outlook(day, within, HALF_LIFE)
        wins = won_of(entering, outlook)
        return np.asarray(wins * self.worth(day).share)

    def worth(self, day: int) -> Worth:
        """What wins come to, by what could be known on a day."""
        last = -(-(self._within - day) // self._step) * -self._step
        used = range(last, self._marks.first - 1, -self._step)[:20]
        known, came_to = [np.zeros(0)], [np.zeros(0)]
        for each in used:
            rows = self._marks.rows(each)
            some = self._marks.won(rows, self._within) & (rows.amount > 0)
            some &= self._money.final[rows.who] > 0
            known.append(rows.amount[some])
            came_to.append(self._money.final[rows.who[some]])
        seen = np.concatenate(known), np.concatenate(came_to)
        return Worth(self._money, day, self._product, seen)
