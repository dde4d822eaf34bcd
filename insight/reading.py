"""Reading the past: out of a ledger's traces, or out of journals."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from insight.past import Codes, Floats, Indexes, Past, Steps
from ledger.ledger import Ledger
from ledger.steps import OPENING, SEPARATOR, Kind
from ledger.trace import Trace
from sales.calendar import Calendar
from sales.facts import Fact
from sales.process import Process

STEP: Final = np.dtype(
    [("known", "<f8"), ("at", "<f8"), ("value", "<f8"), ("sequence", "<u4"), ("kind", "<u2")]
)
"""`ledger.steps.STEP`, as numpy reads it."""

KINDS: Final = np.arange(max(Kind) + 2)
WORDED: Final = np.isin(KINDS, (Kind.STAGE, Kind.REASON)) | (
    (KINDS >= Kind.CURRENCY) & (KINDS < Kind.VOID)
)
CORRECTION: Final = KINDS >= Kind.VOID
CORRECTABLE: Final = np.isin(KINDS, (Kind.BUYER, Kind.SELLER, Kind.EFFORT))
"""By kind, whether its value is a word, whether it corrects an earlier step, and whether it may be
corrected."""


class Told(NamedTuple):
    """Steps of some opportunities as they were told, opportunity by opportunity."""

    who: Indexes
    at: Floats
    value: Floats
    known: Floats
    until: Floats
    kind: NDArray[np.intp]


AT, VALUE, KNOWN, UNTIL, KIND = map(Told._fields.index, ("at", "value", "known", "until", "kind"))


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
        self._openings: list[Codes] = [np.zeros((0, len(OPENING)), np.int32)]
        self._steps: dict[Kind, list[Steps]] = {kind: [] for kind in Kind}

    def take(self, ids: Sequence[str], steps: Sequence[bytes], words: Sequence[str]) -> None:
        """Take the traces of some opportunities, at least one."""
        counts = np.fromiter(map(len, steps), np.intp, len(steps)) // STEP.itemsize
        row = np.repeat(np.arange(len(ids)), counts)
        record = np.frombuffer(b"".join(steps), STEP)
        kind, value = record["kind"].astype(np.intp), record["value"].copy()
        codes, starts = self._coded(words)
        self._openings.append(codes[starts[:, None] + np.arange(len(OPENING))])
        worded = WORDED[kind]
        value[worded] = codes[starts[row[worded]] + value[worded].astype(np.intp)]
        until = np.full(len(record), np.inf)
        told = Told(row + len(self._ids), record["at"], value, record["known"], until, kind)
        if CORRECTION[kind].any():
            told = _corrected(told, record["sequence"].astype(np.intp))
        self._keep(told)
        self._ids += ids

    def _coded(self, words: Sequence[str]) -> tuple[Codes, Indexes]:
        """The codes of all words, and where those of each opportunity begin."""
        flat = SEPARATOR.join(words).split(SEPARATOR)
        lengths = np.fromiter((text.count(SEPARATOR) + 1 for text in words), np.intp, len(words))
        codes = np.fromiter(map(self._texts.__getitem__, flat), np.int32, len(flat))
        return codes, np.cumsum(lengths) - lengths

    def _keep(self, told: Told) -> None:
        steps = Steps(told.who, told.at, told.value, told.known, told.until)
        order = np.argsort(told.kind, kind="stable")
        bounds = np.searchsorted(told.kind[order], KINDS)
        for kind in Kind:
            some = order[bounds[kind] : bounds[kind + 1]]
            if len(some):
                self._steps[kind].append(steps.pick(some))

    def past(
        self, processes: Mapping[tuple[str, int], Process], calendar: Calendar | None = None
    ) -> Past:
        """All that was taken; it is given away, and nothing is left to be taken with."""
        openings = np.concatenate(self._openings)
        opening = {name: openings[:, i].copy() for i, name in enumerate(OPENING)}
        steps = {kind: _joined(kind, self._steps.pop(kind)) for kind in Kind}
        told = calendar.holidays.days if calendar and calendar.holidays else ()
        holidays = np.array(sorted(told), "datetime64[D]")
        return Past(self._ids, list(self._texts), opening, steps, processes, holidays)


def past_of(ledger: Ledger, *, only_open: bool = False) -> Past:
    """The past that the ledger holds, or of it what is still open."""
    reading = Reading()
    with ledger.traces(only_open=only_open) as chunks:
        for ids, steps, words in chunks:
            reading.take(ids, steps, words)
    return reading.past(ledger.processes(), ledger.calendar())


def past_of_journals(
    journals: Mapping[str, Iterable[Fact]], processes: Iterable[Process] = ()
) -> Past:
    """The past that these journals tell, by the ids of their opportunities."""
    reading, traces = Reading(), [Trace() for _ in journals]
    for trace, journal in zip(traces, journals.values(), strict=True):
        trace.take(journal)
    if traces:
        reading.take(list(journals), [t.steps for t in traces], [t.words for t in traces])
    return reading.past({(each.name, each.version): each for each in processes})


def _joined(kind: Kind, pieces: list[Steps]) -> Steps:
    none = np.zeros(0)
    columns = zip(Steps(none.astype(np.intp), none, none, none, none), *pieces, strict=True)
    who, at, value, known, until = map(np.concatenate, columns)
    if not CORRECTABLE[kind]:
        until = np.broadcast_to(np.inf, len(who))  # takes no memory
    return Steps(who, at, value, known, until)


def _corrected(told: Told, sequence: Indexes) -> Told:
    """Each correction ends the step it is about and, unless it voids it, puts another one there."""
    able, corrections = (np.flatnonzero(which[told.kind]) for which in (CORRECTABLE, CORRECTION))
    keys, wanted = (told.who[some] << 32 | sequence[some] for some in (able, corrections))
    places = np.searchsorted(keys, wanted)
    # What is too old for a trace that began with a restored state is not there.
    found = np.append(keys, -1)[places] == wanted
    places = able[places[found]]
    current = dict(zip(wanted[found].tolist(), places.tolist(), strict=True))
    added: list[list[Any]] = []
    for i, key in zip(corrections[found].tolist(), wanted[found].tolist(), strict=True):
        if (place := current.pop(key, None)) is None:
            continue  # it was voided before
        known = told.known[i]
        if place < len(sequence):
            step = [column[place] for column in told]
            told.until[place] = known
        else:
            step = list(added[place - len(sequence)])
            added[place - len(sequence)][UNTIL] = known
        if told.kind[i] != Kind.VOID:
            step[KNOWN] = known
            _put_right(step, Kind(told.kind[i]), told.at[i], told.value[i])
            current[key] = len(sequence) + len(added)
            added.append(step)
    more = zip(*added, strict=True) if added else [[]] * len(told)
    return Told(
        *(
            np.concatenate([column, np.array(each, column.dtype)])
            for column, each in zip(told, more, strict=True)
        )
    )


def _put_right(step: list[Any], how: Kind, at: float, value: float) -> None:
    match how:
        case Kind.MOVED:
            step[AT] = at
        case Kind.HOURS:
            step[VALUE] = value
        case Kind.FROM_BUYER:
            step[KIND] = Kind.BUYER
        case Kind.FROM_SELLER:
            step[KIND] = Kind.SELLER
