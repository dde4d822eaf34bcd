"""Texts of one past as numbers that mean the same in another."""

from collections.abc import Mapping, Sequence

import numpy as np

from insight.past import Codes, Indexes


def recoded(
    texts: Sequence[str], codes: Codes, numbers: Mapping[str, int], missing: int = 0
) -> Indexes:
    """The number of each code's text; only texts that occur are looked up."""
    table = np.full(len(texts) + 1, missing, np.intp)
    for code in np.flatnonzero(np.bincount(codes, minlength=1)):
        table[code] = numbers.get(texts[int(code)], missing)
    return table[codes]
