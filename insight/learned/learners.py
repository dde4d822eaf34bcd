"""Learners that put the chain right: from the chance that it gives and what else is known."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from insight.learned.features import COLUMNS, WORDS
from insight.past import Floats, Indexes, Mask

Predict = Callable[[Floats], Floats]
SURE: Final = 1e-4
"""No chance is nearer to 0 or 1 than this where its odds are taken."""
BINS: Final = 8


def odds(chance: Floats) -> Floats:
    """The logarithm of the odds."""
    some = np.clip(chance, SURE, 1 - SURE)
    return np.log(some / (1 - some))


def chance(odds: Floats) -> Floats:
    """The chance of which these are the odds."""
    return 1 / (1 + np.exp(-odds))


class Boosting:
    """Gradient boosting of small trees (histogram method)."""

    def __init__(self, rows: Floats, won: Mask) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier

        words = {1 + COLUMNS.index(name) for name in WORDS}
        self._used = _varying(rows)
        self._model: Any = HistGradientBoostingClassifier(
            max_iter=150,
            learning_rate=0.05,
            max_leaf_nodes=12,
            min_samples_leaf=int(np.clip(len(won) // 40, 20, 150)),
            l2_regularization=5.0,
            categorical_features=[i for i, each in enumerate(self._used) if each in words],
            random_state=0,
        ).fit(rows[:, self._used], won)

    def __call__(self, rows: Floats) -> Floats:
        return np.asarray(self._model.predict_proba(rows[:, self._used])[:, 1])


class Logistic:
    """Ridge logistic regression on bins, each alone and within each stage."""

    def __init__(self, rows: Floats, won: Mask) -> None:
        from sklearn.linear_model import LogisticRegression
        from sklearn.preprocessing import OneHotEncoder

        self._used = _varying(rows)
        self._cuts = [_cuts(column) for column in rows[:, self._used].T]
        self._encoder: Any = OneHotEncoder(handle_unknown="ignore", min_frequency=20)
        coded = self._encoder.fit_transform(self._bins(rows))
        self._model: Any = LogisticRegression(C=0.1, max_iter=300).fit(coded, won)

    def __call__(self, rows: Floats) -> Floats:
        coded = self._encoder.transform(self._bins(rows))
        return np.asarray(self._model.predict_proba(coded)[:, 1])

    def _bins(self, rows: Floats) -> Indexes:
        bins = np.column_stack(
            [
                np.searchsorted(cuts, column, side="right")
                for cuts, column in zip(self._cuts, rows[:, self._used].T, strict=True)
            ]
        )
        state = 1 + COLUMNS.index("state")
        crossed = rows[:, state : state + 1].astype(np.intp) * 1_000 + bins
        return np.concatenate([bins, crossed], axis=1)


def _varying(rows: Floats) -> list[int]:
    """The columns that tell anything at all."""
    return [i for i, each in enumerate(rows.T) if len(np.unique(each[~np.isnan(each)])) > 1]


def _cuts(column: Floats) -> Floats:
    seen = np.unique(column[~np.isnan(column)])
    if len(seen) <= 2 * BINS:
        return (seen[:-1] + seen[1:]) / 2
    return np.unique(np.nanquantile(column, np.linspace(0, 1, BINS + 1)[1:-1]))
