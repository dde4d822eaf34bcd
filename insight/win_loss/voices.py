"""Two voices: why it ended so by the record, which is mostly the seller's, and by the buyer."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from insight.statistics.agreement import agreement
from insight.statistics.proportions import Share, share
from insight.win_loss.cases import LOST, WON, Cases
from insight.win_loss.particulars import Particulars
from sales.interview import Interview


@dataclass(frozen=True)
class Told:
    """Of the interviews that gave this reason, how many of the opportunities were recorded with
    that one."""

    recorded: str
    buyer: str
    count: int


@dataclass(frozen=True)
class Voices:
    """The buyer's reason against the one that was recorded at the end, over what ended in the
    window and has an interview. `compared` leaves out what a clock ended and what states no reason;
    `primary` is how often both have the same primary reason, `any` how often they share one."""

    asked: int
    answered: int
    compared: int
    primary: Share
    any: Share
    kappa: float | None
    matrix: list[Told]
    sentence: str


def voices(
    cases: Cases, interviews: Mapping[str, Interview], particulars: Mapping[str, Particulars]
) -> Voices:
    """How far seller and buyer agree why it ended so."""
    past, asked, pairs = cases.past, 0, list[tuple[str, str, bool]]()
    answered = list[tuple[str, str]]()
    for i in np.flatnonzero(cases.ended):
        id_ = past.ids[cases.rows[i]]
        talk = interviews.get(id_)
        if talk is None:
            continue
        asked += talk.asked_at is not None
        if talk.reason is None:
            continue
        seller = past.texts[cases.reason[i]]
        answered.append((seller, talk.reason))
        if seller != "not_stated" and cases.outcome[i] in (WON, LOST):
            told = particulars.get(id_)
            given = {seller, *(told.reasons if told else ())}
            pairs.append((seller, talk.reason, not given.isdisjoint(talk.reasons)))
    same = agreement([pair[0] for pair in pairs], [pair[1] for pair in pairs])
    matrix = [Told(*both, count) for both, count in sorted(Counter(answered).items())]
    counts = asked, len(answered), len(pairs)
    shared = share(sum(pair[2] for pair in pairs), len(pairs))
    return Voices(*counts, same.same, shared, same.kappa, matrix, _sentence(*counts))


def _sentence(asked: int, answered: int, compared: int) -> str:
    if not (asked or answered):
        return "no buyer was asked why: `closeline interview ask`"
    told = f"{asked} were asked and {answered} have answered"
    return told if compared else f"{told}; no answer stands against a reason that a person recorded"
