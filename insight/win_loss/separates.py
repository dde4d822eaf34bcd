"""What separates wins from all other ends: how much, how sure, and corrected for asking so often.

Whoever compares 159 segments at 5 % finds eight that differ by chance alone. Each family of
questions is corrected by itself (Benjamini and Hochberg): a strong season must not let weak
segments pass. What is found goes together with winning; nothing here says that it causes it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from insight.past import Floats, Mask
from insight.statistics.comparing import (
    association,
    benjamini_hochberg,
    exceeding,
    two_by_two,
)
from insight.statistics.proportions import Share, difference, odds_ratio, share
from insight.win_loss.attributes import FAMILIES, NOT_STATED, Attribute
from insight.win_loss.cases import Cases

Counts = NDArray[np.int64]

LEAST: Final = 20
"""So many must have ended in a group before it is compared with the others."""
LEVEL: Final = 0.05
PAIRED: Final = ("owner", "team", "territory", "segment", "product", "lead_source")
"""Attributes whose values are compared in pairs as well."""
PAIRS: Final = "pairs"


@dataclass(frozen=True)
class Finding:
    """One value of an attribute against all others whose value is known. `q` is the share of false
    findings among all of its family that are at least as sure."""

    attribute: str
    value: str
    won: Share
    others: Share
    difference: float
    low: float
    high: float
    odds_ratio: float
    odds_low: float
    odds_high: float
    p: float
    q: float


@dataclass(frozen=True)
class Whole:
    """A whole attribute, all its values at once: Cramer's V is 0 for nothing and 1 for all."""

    attribute: str
    family: str
    values: int
    n: int
    v: float
    p: float
    q: float


@dataclass(frozen=True)
class Measured:
    """How often a win exceeds another end in a measure, ties counting half: 0.5 is nothing."""

    attribute: str
    won: int
    others: int
    median_won: float
    median_others: float
    exceeds: float
    low: float
    high: float
    p: float
    q: float


@dataclass(frozen=True)
class Family:
    """The values of one family. `nominal` have p below 5 %, `by_chance` of them would if nothing
    differed at all; `significant` are left after the correction, and `verdict` says so in words.
    The findings are the surest first; `too_small` values were not compared."""

    name: str
    compared: int
    too_small: int
    nominal: int
    by_chance: float
    significant: int
    verdict: str
    findings: list[Finding]


@dataclass(frozen=True)
class Separation:
    """Everything that was compared; `reason` says why nothing could be."""

    n: int
    won: int
    families: list[Family]
    wholes: list[Whole]
    measures: list[Measured]
    reason: str | None = None


def separation(
    cases: Cases,
    attributes: Mapping[str, Attribute],
    measures: Mapping[str, Floats],
    least: int = LEAST,
) -> Separation:
    """Compare the wins of the window with all its other ends."""
    n, won = int(cases.ended.sum()), int(cases.won.sum())
    if reason := _nothing(n, won, least):
        return Separation(n, won, [], [], [], reason)
    asked = [each for each in attributes.values() if each.compared]
    pairs = [*_pairs(attributes)]
    met: set[bytes] = set()
    families = [
        _family(name, [each for each in some if each.family == name], cases, least, met)
        for name, some in (*((name, asked) for name in FAMILIES), (PAIRS, pairs))
    ]
    return Separation(
        *(n, won),
        [each for each in families if each.compared or each.too_small],
        _wholes(asked, cases, least),
        _measured(measures, cases, least),
    )


def _nothing(n: int, won: int, least: int) -> str | None:
    if n < 2 * least:
        return f"too few have ended to compare: {n}, and {2 * least} are needed"
    if won in (0, n):
        return "nothing to compare: " + ("none" if not won else "all") + f" of the {n} were won"
    return None


def _family(
    name: str, asked: Iterable[Attribute], cases: Cases, least: int, met: set[bytes]
) -> Family:
    """Every value of the attributes against the others; equal questions are asked once, in the
    first of the families that asks."""
    rows: list[tuple[str, str, int, int, int, int]] = []
    small = 0
    for attribute in asked:
        n, won = _table(attribute, cases)
        whole, wins = int(n.sum()), int(won.sum())
        if np.count_nonzero(n) < 2:
            continue
        for i in map(int, np.flatnonzero(n)):
            if min(n[i], whole - n[i]) < least:
                small += 1
                continue
            mine = np.packbits(attribute.codes[cases.ended] == i).tobytes()
            if mine not in met:
                met.add(mine)
                value = attribute.labels[i]
                counts = (int(won[i]), int(n[i]), wins - int(won[i]), whole - int(n[i]))
                rows.append((attribute.name, value, *counts))
    findings = sorted(_findings(rows), key=lambda each: (each.p, each.attribute, each.value))
    nominal = sum(each.p < LEVEL for each in findings)
    significant = sum(each.q < LEVEL for each in findings)
    verdict = _verdict(name, len(findings), small, nominal, significant)
    return Family(
        *(name, len(findings), small, nominal),
        by_chance=LEVEL * len(findings),
        significant=significant,
        verdict=verdict,
        findings=findings,
    )


def _verdict(name: str, compared: int, small: int, nominal: int, significant: int) -> str:
    aside = f"; {small} with too few ends were not compared" if small else ""
    if not compared:
        return f"{name}: nothing could be compared{aside}"
    some, verb = significant or "none", "are" if significant > 1 else "is"
    return (
        f"{name}: {some} of {compared} compared {verb} significant; {nominal} have p < {LEVEL}, "
        f"and {LEVEL * compared:.1f} would by chance alone{aside}"
    )


def _findings(rows: list[tuple[str, str, int, int, int, int]]) -> Iterator[Finding]:
    if not rows:
        return
    counts = np.array([row[2:] for row in rows], np.float64).T
    p = two_by_two(*counts)
    columns = np.array([*difference(*counts), *odds_ratio(*counts), p, benjamini_hochberg(p)]).T
    for (name, value, won, n, other, m), told in zip(rows, columns, strict=True):
        yield Finding(name, value, share(won, n), share(other, m), *map(float, told))


def _wholes(asked: Iterable[Attribute], cases: Cases, least: int) -> list[Whole]:
    found = []
    for attribute in asked:
        n, won = _table(attribute, cases)
        enough = n >= least
        told = association(np.array([won[enough], (n - won)[enough]])) if enough.any() else None
        if told:
            counts = int(enough.sum()), int(n[enough].sum())
            found.append(Whole(attribute.name, attribute.family, *counts, told.v, told.p, 1))
    q = benjamini_hochberg([each.p for each in found])
    wholes = [replace(each, q=float(one)) for each, one in zip(found, q, strict=True)]
    return sorted(wholes, key=lambda each: (each.p, -each.v))


def _measured(measures: Mapping[str, Floats], cases: Cases, least: int) -> list[Measured]:
    found = []
    for name, values in measures.items():
        known = cases.ended & ~np.isnan(values)
        won, others = values[known & cases.won], values[known & ~cases.won]
        told = exceeding(won, others) if min(won.size, others.size) >= least else None
        if told:
            medians = float(np.median(won)), float(np.median(others))
            found.append(Measured(name, int(won.size), int(others.size), *medians, *told, 1))
    q = benjamini_hochberg([each.p for each in found])
    measured = [replace(each, q=float(one)) for each, one in zip(found, q, strict=True)]
    return sorted(measured, key=lambda each: (each.p, -abs(each.exceeds - 0.5)))


def _table(attribute: Attribute, cases: Cases) -> tuple[Counts, Counts]:
    """For each label how many ended, and how many of them were won."""

    def count(which: Mask) -> Counts:
        return np.bincount(attribute.codes[which], minlength=len(attribute.labels))

    known = attribute.codes != NOT_STATED
    return count(cases.ended & known), count(cases.won & known)


def _pairs(attributes: Mapping[str, Attribute]) -> Iterator[Attribute]:
    """Two attributes as one, where both have more than one value."""
    several = [attributes[name] for name in PAIRED if len(attributes[name].labels) > 1]
    for one, other in combinations(several, 2):
        width = len(other.labels)
        both = (one.codes != NOT_STATED) & (other.codes != NOT_STATED)
        codes = np.where(both, one.codes * width + other.codes, NOT_STATED)
        there, place = np.unique(codes, return_inverse=True)
        shift = int(there.size > 0 and there[0] == NOT_STATED)
        labels = [
            f"{one.labels[code // width]}, {other.labels[code % width]}" for code in there[shift:]
        ]
        yield Attribute(
            f"{one.name} and {other.name}", PAIRS, (place - shift).astype(np.int32), labels
        )
