"""Learners that put the chain right: from the chance that it gives and what else is known."""

from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

import numpy as np

from insight.learned.features import COLUMNS, WORDS
from insight.past import Floats, Indexes, Mask

SURE: Final = 1e-4
"""No chance is nearer to 0 or 1 than this where its odds are taken."""
BINS: Final = 8
"""Into how many bins a column is cut for the logistic regression."""
FINE: Final = 64
"""And for the trees."""
BAGS: Final = 3
"""How many boosted models are averaged."""
STATE: Final = 1 + COLUMNS.index("state")
"""Rows begin with the odds of the chain."""


class Learner(Protocol):
    """What has learned who is won."""

    def chance(self, rows: Floats) -> Floats:
        """The chance of each row to be won."""


def one_core() -> AbstractContextManager[object]:
    """Within it no library computes with threads of its own: where others need the cores as well,
    such threads wait for each other, and one is much faster than two."""
    import sklearn.ensemble  # noqa: F401  # only what is loaded can be held back
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limits


def odds(chance: Floats) -> Floats:
    """The logarithm of the odds."""
    some = np.clip(chance, SURE, 1 - SURE)
    return np.asarray(np.log(some / (1 - some)))


def chance(odds: Floats) -> Floats:
    """The chance of which these are the odds."""
    return np.asarray(1 / (1 + np.exp(-odds)))


class Boosting:
    """Gradient boosting of small trees, by histograms; the mean of a few that see other columns."""

    def __init__(self, rows: Floats, won: Mask, weight: Floats) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier

        words = {1 + COLUMNS.index(name) for name in WORDS}
        self._used = _varying(rows)
        self._cuts = [_cuts(column, FINE) for column in rows[:, self._used].T]
        self._models: list[Any] = [
            HistGradientBoostingClassifier(
                max_iter=120,
                learning_rate=0.06,
                max_leaf_nodes=6,
                max_features=0.4,
                min_samples_leaf=int(np.clip(len(won) // 40, 20, 150)),
                l2_regularization=5.0,
                categorical_features=[i for i, each in enumerate(self._used) if each in words],
                random_state=seed,
            )
            for seed in range(BAGS)
        ]
        for model in self._models:
            model.fit(self._bins(rows), won, sample_weight=weight)

    def chance(self, rows: Floats) -> Floats:
        """The chance of each row to be won."""
        bins = self._bins(rows)
        return np.asarray(np.mean([m.predict_proba(bins)[:, 1] for m in self._models], axis=0))

    def _bins(self, rows: Floats) -> Floats:
        """Cut here, once for all weights, which the library does slowly."""
        some = rows[:, self._used]
        return np.where(np.isnan(some), np.nan, _cut(some, self._cuts))


class Logistic:
    """Ridge logistic regression on bins, each alone and within each stage."""

    def __init__(self, rows: Floats, won: Mask, weight: Floats) -> None:
        from sklearn.linear_model import LogisticRegression
        from sklearn.preprocessing import OneHotEncoder

        self._used = _varying(rows)
        self._cuts = [_cuts(column, BINS) for column in rows[:, self._used].T]
        self._encoder: Any = OneHotEncoder(handle_unknown="ignore", min_frequency=20)
        coded = self._encoder.fit_transform(self._bins(rows))
        model = LogisticRegression(C=0.1, max_iter=300)
        self._model: Any = model.fit(coded, won, sample_weight=weight)

    def chance(self, rows: Floats) -> Floats:
        """The chance of each row to be won."""
        coded = self._encoder.transform(self._bins(rows))
        return np.asarray(self._model.predict_proba(coded)[:, 1])

    def _bins(self, rows: Floats) -> Indexes:
        bins = _cut(rows[:, self._used], self._cuts)
        within = rows[:, STATE : STATE + 1].astype(np.intp) * 1_000 + bins
        return np.concatenate([bins, within], axis=1)


def _cut(rows: Floats, cuts: list[Floats]) -> Indexes:
    """The bin of each value; what is NaN lies beyond the last."""
    columns = zip(cuts, rows.T, strict=True)
    return np.column_stack([np.searchsorted(some, each, side="right") for some, each in columns])


def _varying(rows: Floats) -> list[int]:
    """The columns that tell anything at all."""
    return [i for i, each in enumerate(rows.T) if len(np.unique(each[~np.isnan(each)])) > 1]


def _cuts(column: Floats, bins: int) -> Floats:
    """Between all values where they are few, else at the quantiles."""
    seen = np.unique(column[~np.isnan(column)])
    if len(seen) <= 2 * bins:
        return np.asarray((seen[:-1] + seen[1:]) / 2)
    return np.unique(np.nanquantile(column, np.linspace(0, 1, bins + 1)[1:-1]))
