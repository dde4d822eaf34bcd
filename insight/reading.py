"""Reading the past: out of a ledger's traces, or out of journals."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from insight.past import Codes, Floats, Indexes, Past, Steps
from ledger.ledger import Ledger
from ledger.steps import OPENING, SEPARATOR, Kind
from ledger.trace import Trace
from sales.facts import Fact
from sales.process import Process

STEP: Final = np.dtype(
    [("known", "<f8"), ("at", "<f8"), ("value", "<f8"), ("sequence", "<u4"), ("kind", "<u2")]
)
"""`ledger.steps.STEP`, as numpy reads it."""

WORDED: Final = (Kind.STAGE, Kind.REASON, *(k for k in Kind if Kind.CURRENCY <= k < Kind.VOID))
CORRECTIONS: Final = tuple(kind for kind in Kind if kind >= Kind.VOID)
CORRECTABLE: Final = (Kind.BUYER, Kind.SELLER, Kind.EFFORT)


class _Texts(dict[str, int]):
    """Gives each text its code."""

    def __missing__(self, text: str) -> int:
        self[text] = code = len(self)
        return code


class Reading:
    """Takes traces, many at once, and makes a Past of them."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._texts = _Texts()
        self._texts[""]
        self._openings: list[Codes] = []
        self._steps: list[NDArray[Any]] = []
        self._who: list[Indexes] = []

    def take(self, ids: Sequence[str], steps: Sequence[bytes], words: Sequence[str]) -> None:
        """Take the traces of some opportunities."""
        counts = np.fromiter(map(len, steps), np.intp, len(steps)) // STEP.itemsize
        joined = np.frombuffer(b"".join(steps), STEP).copy()
        who = np.repeat(np.arange(len(ids)), counts)
        texts = [text.split(SEPARATOR) for text in words]
        lengths = np.fromiter(map(len, texts), np.intp, len(texts))
        flat = (text for each in texts for text in each)
        codes = np.fromiter(map(self._texts.__getitem__, flat), np.int32, int(lengths.sum()))
        starts = np.cumsum(lengths) - lengths
        self._openings.append(codes[starts[:, None] + np.arange(len(OPENING))])
        worded = np.isin(joined["kind"], WORDED)
        indexes = starts[who[worded]] + joined["value"][worded].astype(np.intp)
        joined["value"][worded] = codes[indexes]
        self._steps.append(joined)
        self._who.append(who + len(self._ids))
        self._ids += ids

    def past(self, processes: Mapping[tuple[str, int], Process]) -> Past:
        """All that was taken."""
        openings = np.concatenate([np.zeros((0, len(OPENING)), np.int32), *self._openings])
        whole = np.concatenate([np.zeros(0, STEP), *self._steps])
        who = np.concatenate([np.zeros(0, np.intp), *self._who])
        opening = {name: openings[:, i].copy() for i, name in enumerate(OPENING)}
        return Past(self._ids, list(self._texts), opening, _by_kind(whole, who), processes)


def past_of(ledger: Ledger, *, only_open: bool = False) -> Past:
    """The past that the ledger holds, or of it what is still open."""
    reading = Reading()
    with ledger.traces(only_open=only_open) as chunks:
        for ids, steps, words in chunks:
            reading.take(ids, steps, words)
    return reading.past(ledger.processes())


def past_of_journals(
    journals: Mapping[str, Iterable[Fact]], processes: Iterable[Process] = ()
) -> Past:
    """The past that these journals tell, by the ids of their opportunities."""
    reading = Reading()
    for id_, journal in journals.items():
        trace = Trace()
        trace.take(journal)
        reading.take([id_], [trace.steps], [trace.words])
    return reading.past({(each.name, each.version): each for each in processes})


def _by_kind(whole: NDArray[Any], who: Indexes) -> dict[Kind, Steps]:
    until = np.full(len(whole), np.inf)
    if np.isin(whole["kind"], CORRECTIONS).any():
        whole, who, until = _corrected(whole, who, until)
    order = np.argsort(whole["kind"], kind="stable")
    kinds = whole["kind"][order]
    found = {}
    for kind in Kind:
        first, last = np.searchsorted(kinds, (kind, kind + 1))
        some = order[first:last]
        picked = whole[some]
        at, value, known = (picked[name].copy() for name in ("at", "value", "known"))
        found[kind] = Steps(who[some], at, value, known, until[some])
    return found


def _corrected(
    whole: NDArray[Any], who: Indexes, until: Floats
) -> tuple[NDArray[Any], Indexes, Floats]:
    """Each correction ends the step it is about and, unless it voids it, puts another one there."""
    corrections = np.flatnonzero(np.isin(whole["kind"], CORRECTIONS))
    about = np.isin(who, who[corrections]) & np.isin(whole["kind"], CORRECTABLE)
    current = {
        (int(who[i]), int(whole["sequence"][i])): (int(i), whole[i].copy())
        for i in np.flatnonzero(about)
    }
    added: list[tuple[int, Any]] = []
    ends: dict[int, float] = {}
    for i in corrections:
        key, correction = (int(who[i]), int(whole["sequence"][i])), whole[i]
        if key not in current:
            continue  # what was too old for a trace that began with a restored state
        index, step = current.pop(key)
        ends[index] = float(correction["known"])
        if correction["kind"] == Kind.VOID:
            continue
        step = _put_right(step, correction)
        added.append((key[0], step))
        current[key] = (len(whole) + len(added) - 1, step)
    until = np.concatenate([until, np.full(len(added), np.inf)])
    until[list(ends)] = list(ends.values())
    more = np.array([step for _, step in added], STEP)
    return (
        np.concatenate([whole, more]),
        np.concatenate([who, np.array([each for each, _ in added], np.intp)]),
        until,
    )


def _put_right(step: Any, correction: Any) -> Any:
    right = step.copy()
    right["known"] = correction["known"]
    match Kind(correction["kind"]):
        case Kind.MOVED:
            right["at"] = correction["at"]
        case Kind.HOURS:
            right["value"] = correction["value"]
        case Kind.FROM_BUYER:
            right["kind"] = Kind.BUYER
        case Kind.FROM_SELLER:
            right["kind"] = Kind.SELLER
    return right
