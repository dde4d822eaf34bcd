"""A score for those of whom only what was said of them is known: the chance to be won in the end.

The mean of a random forest and a ridge logistic regression, both on one-hot attributes: the one
sees what counts only together, the other is not led astray by few rows.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from insight.past import Floats, Mask

TREES: Final = 400
RARE: Final = 10
"""A value of fewer rows is not told apart by the regression."""

Attributes = Sequence[Sequence[str]]
"""Rows of texts, each with the same attributes in the same order."""


class WinScore:
    """Learned from the attributes of those that have ended, and whether they were won."""

    def __init__(self, attributes: Attributes, won: Mask) -> None:
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import OneHotEncoder

        forest = RandomForestClassifier(TREES, min_samples_leaf=3, random_state=0)
        ridge = LogisticRegression(C=0.1, max_iter=500)
        self._base = float((won.sum() + 0.5) / (len(won) + 1))
        self._models: list[Any] = []
        if won.any() and not won.all():
            often = OneHotEncoder(handle_unknown="ignore", min_frequency=RARE)
            each = OneHotEncoder(handle_unknown="ignore")
            self._models = [make_pipeline(each, forest), make_pipeline(often, ridge)]
            for model in self._models:
                model.fit(np.array(attributes, object), won)

    def chance(self, attributes: Attributes) -> Floats:
        """The chance of each to be won; the share of all where nothing else could be learned."""
        if not self._models:
            return np.full(len(attributes), self._base)
        rows = np.array(attributes, object)
        return np.asarray(np.mean([m.predict_proba(rows)[:, 1] for m in self._models], axis=0))
