"""The trace of an opportunity: what its journal tells that can be counted, made for reading
hundreds of thousands of them at once.

`steps` is a run of fixed-width records, one for each change; `words` the texts they point to, the
first of them what was said at the opening (`ledger/steps.py`). A reader takes the whole column
apart without looking at single rows. Like every other row it is a fold of the journal. The words
of persons are not in it, so an erasure has nothing to take out.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from math import nan
from typing import Any, Final

from ledger.steps import CHANGING, CURRENCY, ENDS, OPENING, SEPARATOR, STEP, SUMS, Kind
from sales.facts import Fact

_EPOCH: Final = date(1970, 1, 1).toordinal()


class Trace:
    """The trace of one opportunity as it grows: `steps` and `words` are what is stored."""

    __slots__ = ("_at", "_currency", "_known", "_sequence", "_steps", "_words")

    def __init__(self, steps: bytes = b"", words: str = "") -> None:
        self._steps = bytearray(steps)
        self._words = words.split(SEPARATOR) if steps else []
        self._currency = self._last_currency() if steps else ""

    @property
    def steps(self) -> bytes:
        """The records, one behind the other."""
        return bytes(self._steps)

    @property
    def words(self) -> str:
        """The words, one behind the other."""
        return SEPARATOR.join(self._words)

    def row(self, id: str) -> dict[str, Any]:
        """The row of the opportunity that has this id."""
        return {"id": id, "steps": self.steps, "words": self.words}

    def take(self, facts: Iterable[Fact]) -> None:
        """Let the facts follow, in their order."""
        for fact in facts:
            if rule := _RULES.get(fact.kind):
                self._at = self._known = fact.occurred_at.timestamp()
                if fact.known_at or fact.recorded_at is not fact.occurred_at:
                    self._known = known(fact)
                self._sequence = fact.sequence
                rule(self, fact)

    def add(self, kind: Kind, value: float = nan, at: float | None = None) -> None:
        """One step. By default it happened when its fact did."""
        when = self._at if at is None else at
        self._steps += STEP.pack(self._known, when, value, self._sequence, kind)

    def correct(self, sequence: int, kind: Kind, value: float = nan, at: float = nan) -> None:
        """One step about an earlier fact."""
        self._steps += STEP.pack(self._known, at, value, sequence, kind)

    def open(self, words: Mapping[str, Any]) -> None:
        """Begin with what was said at the opening, or begin again where the journal has a hole."""
        self._steps.clear()
        self._words = [_plain(words.get(name)) for name in OPENING]
        self._currency = self._words[CURRENCY]

    def word(self, text: str) -> float:
        """The index of a word."""
        if text in self._words:
            return float(self._words.index(text))
        self._words.append(_plain(text))
        return float(len(self._words) - 1)

    def sums(self, fact: Fact) -> None:
        """The sums that the fact names, and their currency where it is another one."""
        for name, kind in SUMS.items():
            if sum_ := fact.data.get(name):
                self.add(kind, float(sum_["amount"]))
                if sum_["currency"] != self._currency:
                    self._currency = sum_["currency"]
                    self.add(Kind.CURRENCY, self.word(self._currency))

    def _last_currency(self) -> str:
        said = [int(s[2]) for s in STEP.iter_unpack(self._steps) if s[-1] == Kind.CURRENCY]
        return self._words[said[-1] if said else CURRENCY]

    def close_date(self, fact: Fact) -> None:
        """The close date, if the fact names one."""
        if day := fact.data.get("close_date"):
            self.add(Kind.CLOSE_DATE, float(date.fromisoformat(day).toordinal() - _EPOCH))


def known(fact: Fact) -> float:
    """When somebody who looked could know of it. An import that does not say tells of its time."""
    if fact.known_at:
        return fact.known_at.timestamp()
    return (fact.occurred_at if fact.cause == "import" else fact.recorded_at).timestamp()


def _plain(text: str | None) -> str:
    return (text or "").replace(SEPARATOR, " ")


def _instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _opened(trace: Trace, fact: Fact) -> None:
    data = fact.data
    sum_ = data.get("amount") or data.get("recurring") or {}
    process, currency = data["process"], sum_.get("currency")
    trace.open({**data, "process": process["name"], "currency": currency})
    trace.add(Kind.OPENED, data["attempt"])
    trace.add(Kind.VERSION, process["version"])
    trace.add(Kind.STAGE, trace.word(data["stage"]), _instant(data["stage_entered_at"]))
    trace.add(Kind.END_BY, _instant(data["end_by"]))
    if data["engaged"]:
        trace.add(Kind.BUYER, at=_instant(data["engaged_at"]))
    trace.sums(fact)
    trace.close_date(fact)


def _restored(trace: Trace, fact: Fact) -> None:
    """The journal before it is gone: what its state still tells, known from now on."""
    state, process = fact.data["state"], fact.data["process"]
    trace.open({**state, "process": process["name"]})
    trace.add(Kind.OPENED, state["attempt"], _instant(state["opened_at"]))
    trace.add(Kind.VERSION, process["version"])
    trace.add(Kind.STAGE, trace.word(state["stage"]), _instant(state["stage_entered_at"]))
    trace.add(Kind.END_BY, _instant(state["end_by"]))
    if state["engaged"]:
        trace.add(Kind.BUYER, at=_instant(state["engaged_at"]))
    for name, kind in SUMS.items():
        if state[name] is not None:
            trace.add(kind, float(state[name]))
    if state["close_date"]:
        day = date.fromisoformat(state["close_date"]).toordinal() - _EPOCH
        trace.add(Kind.CLOSE_DATE, float(day))
    for _ in range(state["pushes"]):
        trace.add(Kind.PUSH)
    for _ in range(state["reversions"]):
        trace.add(Kind.BACK)
    for name, kind in (("decision", Kind.YES), ("purchase", Kind.ACTION)):
        if state[name]:
            trace.add(kind, at=_instant(state[name]["at"]))
    trace.add(Kind.EFFORT, float(state["effort"]))
    if state["outcome"]:
        _end(trace, state["outcome"])


def _stage_changed(trace: Trace, fact: Fact) -> None:
    trace.add(Kind.STAGE, trace.word(fact.data["stage"]))
    if fact.data.get("backwards"):
        trace.add(Kind.BACK)


def _engaged(trace: Trace, fact: Fact) -> None:
    trace.add(Kind.BUYER if fact.origin == "buyer" else Kind.SELLER)


def _amended(trace: Trace, fact: Fact) -> None:
    for name, kind in CHANGING.items():
        if name in fact.data:
            trace.add(kind, trace.word(fact.data[name] or ""))
    trace.sums(fact)


def _decided(trace: Trace, fact: Fact) -> None:
    if fact.data["decision"] == "yes":
        trace.add(Kind.YES)


def _purchased(trace: Trace, fact: Fact) -> None:
    trace.add(Kind.ACTION)
    trace.sums(fact)


def _extended(trace: Trace, fact: Fact) -> None:
    trace.close_date(fact)
    if fact.data.get("push"):
        trace.add(Kind.PUSH)


def _parked(trace: Trace, fact: Fact) -> None:
    trace.add(Kind.PARKED, _instant(fact.data["until"]))


def _unparked(trace: Trace, fact: Fact) -> None:
    trace.add(Kind.UNPARKED)


def _effort_logged(trace: Trace, fact: Fact) -> None:
    trace.add(Kind.EFFORT, float(fact.data["hours"]))


def _corrected(trace: Trace, fact: Fact) -> None:
    data, about = fact.data, fact.data["sequence"]
    if data.get("void"):
        trace.correct(about, Kind.VOID)
        return
    if "occurred_at" in data:
        trace.correct(about, Kind.MOVED, at=_instant(data["occurred_at"]))
    if "origin" in data:
        buyer = data["origin"] == "buyer"
        trace.correct(about, Kind.FROM_BUYER if buyer else Kind.FROM_SELLER)
    if "hours" in data:
        trace.correct(about, Kind.HOURS, float(data["hours"]))


def _migrated(trace: Trace, fact: Fact) -> None:
    trace.add(Kind.VERSION, fact.data["process"]["version"])


def _ended(trace: Trace, fact: Fact) -> None:
    _end(trace, fact.data)


def _end(trace: Trace, end: Mapping[str, Any]) -> None:
    at = _instant(end["closed_at"])
    trace.add(ENDS[end["outcome"]], at=at)
    trace.add(Kind.REASON, trace.word(end["reasons"][0]), at)


_RULES: Final[Mapping[str, Callable[[Trace, Fact], None]]] = {
    "opened": _opened,
    "restored": _restored,
    "stage_changed": _stage_changed,
    "engaged": _engaged,
    "amended": _amended,
    "account_changed": _amended,
    "decided": _decided,
    "purchased": _purchased,
    "extended": _extended,
    "parked": _parked,
    "unparked": _unparked,
    "effort_logged": _effort_logged,
    "corrected": _corrected,
    "migrated": _migrated,
    "ended": _ended,
}
