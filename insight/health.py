"""Does the health tell who will leave? What it was at each checkpoint, and what became of the term.

A term was renewed if the next one began, and lost if its contract ended with it. What has not come
to either yet counts nowhere, but how many those are is told.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from insight.scoring import auc
from insight.statistics.proportions import Share, share
from ledger.ledger import Ledger
from sales.facts import Fact

KINDS: Final = ("checkpoint_due", "checkpoint_answered", "term_renewed", "contract_ended")
FEWEST: Final = 10
"""With fewer renewals or fewer losses than this, nothing is said of how well it tells which."""
DAY: Final = 86_400
UNKNOWN: Final = "unknown"

Term = tuple[str, str, int]
"""Account, contract and the how many-th term of it."""


class Case(NamedTuple):
    """One checkpoint of a term: so many days before the end, how the health was, what somebody
    said, and whether the term was renewed, once that is known."""

    days: int
    score: float | None
    band: str | None
    vetoes: tuple[str, ...]
    verdict: str | None
    renewed: bool | None


@dataclass(frozen=True)
class Told:
    """What the checkpoints so many days before the end told.

    `auc` is how often a term that was renewed had the better score than one that was lost: 1 is
    always, 0.5 is chance. None where nothing can be said yet; `note` says why. The shares are of
    terms that were renewed, by what was known at the checkpoint.
    """

    days: int
    open: int
    renewed: Share
    scored: int
    auc: float | None
    by_band: dict[str, Share]
    by_veto: dict[str, Share]
    by_verdict: dict[str, Share]
    note: str | None


def backtest(ledger: Ledger, as_of: datetime) -> list[Told]:
    """For each distance of checkpoints to the end of their terms, the farthest first, by what was
    taken down by `as_of`."""
    found = defaultdict[int, list[Case]](list)
    for case in cases(ledger, as_of):
        found[case.days].append(case)
    return [told(days, found[days]) for days in sorted(found, reverse=True)]


def cases(ledger: Ledger, as_of: datetime) -> list[Case]:
    """Every checkpoint that fell due, with what is known of it and of its term."""
    seen: dict[tuple[Term, float], Mapping[str, Any]] = {}
    verdicts: dict[tuple[Term, float], str] = {}
    ends: dict[Term, bool] = {}
    with ledger.account_facts(KINDS) as stream:
        for account, fact in (each for some in stream for each in some):
            if fact.recorded_at > as_of:
                continue
            data, term = fact.data, _term(account, fact)
            match fact.kind:
                case "checkpoint_due":
                    seen[term, data["before"]] = data
                case "checkpoint_answered":
                    verdicts[term, data["before"]] = data["verdict"]
                case "term_renewed":
                    ends[term] = True
                case "contract_ended":
                    ends.setdefault(term, False)
    return [
        Case(
            round(before / DAY),
            data.get("score"),
            data.get("band"),
            tuple(data["vetoes"]),
            verdicts.get((term, before)),
            ends.get(term),
        )
        for (term, before), data in seen.items()
    ]


def _term(account: str, fact: Fact) -> Term:
    """The term it is about: a renewal tells the next one, and is about the one before."""
    number = fact.data["term"] - (fact.kind == "term_renewed")
    return account, fact.data["contract_id"], number


def told(days: int, some: Sequence[Case]) -> Told:
    """What these checkpoints, all so many days before the end, told."""
    over = [case for case in some if case.renewed is not None]
    scored = [case for case in over if case.score is not None]
    kept = sum(bool(case.renewed) for case in scored)
    note = area = None
    if min(kept, len(scored) - kept) < FEWEST:
        note = (
            f"too few to say: {kept} renewed and {len(scored) - kept} lost with a score, "
            f"and it takes {FEWEST} of each"
        )
    else:
        scores = [case.score for case in scored if case.score is not None]
        area = auc(scores, [bool(case.renewed) for case in scored])
    return Told(
        days,
        len(some) - len(over),
        _renewed(over),
        len(scored),
        area,
        _by(over, lambda case: [case.band or UNKNOWN]),
        _by(over, lambda case: case.vetoes or ["none"]),
        _by(over, lambda case: [case.verdict or "unanswered"]),
        note,
    )


def _renewed(some: Iterable[Case]) -> Share:
    each = [bool(case.renewed) for case in some]
    return share(sum(each), len(each))


def _by(some: Iterable[Case], names: Any) -> dict[str, Share]:
    found = defaultdict[str, list[Case]](list)
    for case in some:
        for name in names(case):
            found[name].append(case)
    return {name: _renewed(found[name]) for name in sorted(found)}
