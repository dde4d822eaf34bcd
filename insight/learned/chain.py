"""The chain: opportunities move from day to day between stages until they end.

A discrete-time multi-state model with competing ends: the daily chance of each move depends on the
stage and on how long it has lasted (occurrence over exposure, shrunk to the stage's own rates), and
on the calendar. From it follows the chance of every end within any number of days.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from insight.learned.counts import BANDS, NOT_YET, Counts
from insight.learned.days import ENDS
from insight.learned.seasons import Season, by_turn, returning, runs, seasons
from insight.past import Codes, Dates, Floats, Indexes

WORTH: Final = 1.0
"""How many moves the stage's own rates are worth in each band."""
ROUNDS: Final = 3
"""How often the factors of the calendar are put right by one another."""
MOST: Final = 0.98
"""The greatest chance of a move within a day."""
CAUSES: Final = 2
"""Wins, and all other moves, each with a calendar of its own."""
SHAPED: Final = "quarter"
"""The season that may count differently in each band of a stage."""


@dataclass(frozen=True)
class Outlook:
    """Chances of the ends by a day: `standing` (states, days spent, ends) for who stands there
    now, and `entering` (days, states, ends) for who enters a state after so many days; and the
    `weekday` of each day until then, as `seasons.weeks` has it."""

    standing: Floats
    entering: Floats
    weekday: Indexes

    def of(self, state: Codes | Indexes, spent: Indexes) -> Floats:
        """The chances of those who stand in a state and have spent so many days in it."""
        found: Floats = self.standing[state, np.clip(spent, 0, self.standing.shape[1] - 1)]
        return found


@dataclass(frozen=True)
class Chain:
    """Daily chances: `rates` (states, bands, states and ends), which the calendar multiplies by
    `factors` (bins of each season), for each cause, and by `shapes` (bins), for each cell."""

    rates: Floats
    factors: dict[str, Floats]
    shapes: Floats
    bands: Indexes
    """The band of each state after each number of days."""
    holidays: Dates

    def outlook(self, instant: float, days: int) -> Outlook:
        """The chances of every end within so many days from an instant on."""
        states = np.arange(len(self.rates))[:, None]
        ends = np.zeros((*self.bands.shape, ENDS))
        entering = np.zeros((days + 1, len(self.rates), ENDS))
        ahead = seasons(instant, 0, days, self.holidays)
        for step in reversed(range(days)):
            rates = self._on_day(ahead, step)
            leaving = rates[..., len(rates) :] + rates[..., : len(rates)] @ ends[:, 0]
            staying = 1 - rates.sum(-1, keepdims=True)
            later = np.concatenate([ends[:, 1:], ends[:, -1:]], axis=1)
            ends = leaving[states, self.bands] + staying[states, self.bands] * later
            entering[step] = ends[:, 0]
        return Outlook(ends, entering, ahead[0].bin)

    def _on_day(self, ahead: tuple[Season, ...], step: int) -> Floats:
        factor = np.ones((*self.rates.shape[:2], CAUSES))
        for season in ahead:
            factor = factor * self.factors[season.name][:, season.bin[step]]
            if season.name == SHAPED:
                factor = factor * np.moveaxis(self.shapes[..., season.bin[step]], 0, -1)
        rates = self.rates * factor[..., _causes(len(self.rates), self.rates.shape[-1])]
        total = rates.sum(-1, keepdims=True)
        return np.asarray(rates * np.minimum(1.0, MOST / np.maximum(total, MOST)))


def learn_chain(
    counts: Counts, as_of: float, day: int = 0, half_life: float | None = None
) -> Chain:
    """The chain of all moves that were seen by a day, which lies so many days from `as_of`. With
    a `half_life`, in days, old days count less."""
    return _Learning(counts, as_of, day, half_life).chain()


class _Learning:
    """Occurrence and exposure, by cells of (state, band)."""

    def __init__(self, counts: Counts, as_of: float, day: int, half_life: float | None) -> None:
        upto = max(counts.days + day, 0)
        first = min(counts.start, upto)
        ages = np.arange(upto - first)[::-1]
        weight = np.ones(len(ages)) if half_life is None else 0.5 ** (ages / half_life)
        self._shape = (counts.states, BANDS, counts.states + ENDS)
        risk = counts.risk[:, :, first:upto] * weight
        self._risk = risk.reshape(counts.states * BANDS, len(ages))
        held = (counts.on >= first) & (counts.on < upto)
        self._on = counts.on[held] - first
        self._many = counts.many[held] * weight[self._on]
        self._cell = counts.state[held] * BANDS + counts.in_band[held]
        flat = self._cell * self._shape[2] + counts.to[held]
        self._moves = np.bincount(flat, self._many, int(np.prod(self._shape))).reshape(self._shape)
        self._causes = _causes(counts.states, self._shape[2])
        self._cause = self._causes[counts.to[held]]
        self._holidays = counts.holidays
        self._past = seasons(as_of, first - counts.days, upto - counts.days, self._holidays)
        longest = int(counts.edges[counts.edges < NOT_YET].max(initial=0)) + 1
        self._bands = counts.table[:, : longest + 1]
        self._factors = {each.name: np.ones((CAUSES, each.bins)) for each in self._past}

    def chain(self) -> Chain:
        """Rates and calendar by turns, as a table is fitted to its margins."""
        factor = np.ones((CAUSES, self._risk.shape[1]))
        for _ in range(ROUNDS):
            rates = self._rates(factor)
            for cause in range(CAUSES):
                self._fit_calendar(cause, self._of(rates, cause) @ self._risk, factor[cause])
        rates = self._rates(factor)
        shapes = np.stack([self._shapes(rates, factor[cause], cause) for cause in range(CAUSES)])
        return Chain(rates, self._factors, shapes, self._bands, self._holidays)

    def _rates(self, factor: Floats) -> Floats:
        """Occurrence over exposure, with the rates of the stage as a gamma prior."""
        rates = np.zeros(self._shape)
        for cause in range(CAUSES):
            ways = self._causes == cause
            moves = self._moves[..., ways]
            risk = (self._risk @ factor[cause]).reshape(self._shape[:2])
            base = moves.sum(1) / np.maximum(risk.sum(1), 1.0)[:, None]
            speed = np.maximum(base.sum(1, keepdims=True), 1e-6)
            prior, exposure = WORTH * base / speed, WORTH / speed
            rates[..., ways] = (moves + prior[:, None]) / (risk + exposure)[..., None]
        return rates

    def _fit_calendar(self, cause: int, hoped: Floats, factor: Floats) -> None:
        """One season after the other, each against what the others leave; changes `factor`."""
        some = self._cause == cause
        seen = np.bincount(self._on[some], self._many[some], len(factor)).astype(np.float64)
        for season in self._past:
            rest = factor / self._factors[season.name][cause, season.bin]
            found = returning(by_turn(season, seen), by_turn(season, hoped * rest))
            self._factors[season.name][cause] = found
            factor[:] = rest * found[season.bin]

    def _shapes(self, rates: Floats, factor: Floats, cause: int) -> Floats:
        """How one season differs in each cell from what it is for all."""
        season = next(each for each in self._past if each.name == SHAPED)
        cells, some = len(self._risk), self._cause == cause
        if not len(factor):
            return np.ones((*self._shape[:2], season.bins))
        begins, place, turns = runs(season)
        size = season.bins * turns
        run = np.searchsorted(begins, self._on[some], side="right") - 1
        flat = self._cell[some] * size + place[run]
        seen = np.bincount(flat, self._many[some], cells * size).astype(np.float64)
        days = np.add.reduceat(self._risk * factor, begins, axis=1)
        hoped = np.zeros((cells, size))
        hoped[:, place] = days * self._of(rates, cause)[:, None]  # each run has its own place
        shape = (*self._shape[:2], season.bins, turns)
        return returning(seen.reshape(shape), hoped.reshape(shape))

    def _of(self, rates: Floats, cause: int) -> Floats:
        """The rate of each cell, of all moves of a cause."""
        return np.asarray(rates[..., self._causes == cause].sum(-1).ravel(), np.float64)


def _causes(win: int, ways: int) -> Indexes:
    """The cause of each way: 0 for the win, 1 for all others."""
    found: Indexes = (np.arange(ways) != win).astype(np.intp)
    return found
