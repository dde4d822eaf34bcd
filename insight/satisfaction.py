"""How satisfied customers are, over all accounts: CSAT, NPS and how many answer at all.

CSAT is the share of the answers from 1 to 5 that are 4 or 5. NPS is the share of those from 0 to 10
that are 9 or 10, the promoters, less the share of those up to 6, the detractors, in points
(F. F. Reichheld, The One Number You Need to Grow, Harvard Business Review 81, 2003). Every answer
counts once, and as much as any other.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import sqrt
from typing import Final, Literal

from insight.statistics.proportions import Share, Z, share
from ledger.ledger import Ledger
from ledger.rows import AccountRow
from sales.calendar import Calendar, quarter
from sales.facts import Fact

By = Literal["segment", "tier", "owner", "why", "month", "quarter"]

KINDS: Final = ("survey_asked", "survey_answered", "survey_lapsed")
SATISFIED: Final = 4
PROMOTER: Final = 9
PASSIVE: Final = 7
UNASKED: Final = "unasked"
"""Why an answer came that belongs to no survey of ours."""

Group = str | None


@dataclass(frozen=True)
class Nps:
    """The net promoter score from -100 to 100, with its interval; None where nobody answered."""

    n: int
    promoters: int
    passives: int
    detractors: int
    score: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Satisfied:
    """What one group answered, and how many of the surveys that are over were answered."""

    group: Group
    csat: Share
    nps: Nps
    asked: int
    waiting: int
    response: Share


@dataclass(slots=True)
class _Tally:
    scores: dict[str, list[int]] = field(default_factory=lambda: {"csat": [], "nps": []})
    asked: int = 0
    answered: int = 0
    lapsed: int = 0


def csat(scores: Iterable[int]) -> Share:
    """The share of ratings from 1 to 5 that are 4 or 5, with Wilson's interval."""
    each = list(scores)
    return share(sum(score >= SATISFIED for score in each), len(each))


def nps(scores: Iterable[int]) -> Nps:
    """The net promoter score of answers from 0 to 10.

    It is a difference of two shares of the same answers, as of matched pairs; so its interval of
    95 % is theirs, with half a case added to each of the four cells (A. Agresti and Y. Min,
    Statistics in Medicine 24, 2005), which does no harm where all say the same.
    """
    each = list(scores)
    n = len(each)
    promoters = sum(score >= PROMOTER for score in each)
    detractors = sum(score < PASSIVE for score in each)
    passives = n - promoters - detractors
    if not n:
        return Nps(0, 0, 0, 0, None, None, None)
    for_, against = (promoters + 0.5) / (n + 2), (detractors + 0.5) / (n + 2)
    middle = for_ - against
    half = Z * sqrt((for_ + against - middle**2) / (n + 2))
    low, high = max(middle - half, -1.0), min(middle + half, 1.0)
    score = 100 * (promoters - detractors) / n
    return Nps(n, promoters, passives, detractors, score, 100 * low, 100 * high)


def satisfaction(
    ledger: Ledger,
    as_of: datetime,
    by: By | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Satisfied]:
    """By group, those without one last; a single row of everything where no group is asked for.

    Facts count that were taken down by `as_of`. A survey belongs to when it was asked and an answer
    to when it was given, from `since` on and before `until`. Segment, tier and owner are the
    account's of now.
    """
    accounts = {row.id: row for row in ledger.accounts()}
    grouping = _grouping(by, accounts, ledger.calendar() or Calendar())
    tallies = defaultdict[Group, _Tally](_Tally)
    with ledger.account_facts(KINDS) as stream:
        known = ((id, f) for some in stream for id, f in some if f.recorded_at <= as_of)
        for account, asked, fact in _paired(known):
            for what, at in _marks(fact, asked):
                if (since is None or at >= since) and (until is None or at < until):
                    _count(tallies[grouping(account, asked, at)], what, fact)
    if by is None and not tallies:
        tallies[None] = _Tally()
    order = sorted(tallies, key=lambda group: (group is None, group or ""))
    return [_row(group, tallies[group]) for group in order]


def _paired(facts: Iterable[tuple[str, Fact]]) -> Iterator[tuple[str, Fact | None, Fact]]:
    """Every fact with the survey it belongs to, as far as it belongs to one."""
    asked: dict[str, Fact] = {}
    account = ""
    for id, fact in facts:
        if id != account:
            account, asked = id, {}
        survey = fact.data.get("survey_id", "")
        if fact.kind == "survey_asked":
            asked[survey] = fact
        yield account, asked.get(survey), fact


def _grouping(
    by: By | None, accounts: Mapping[str, AccountRow], calendar: Calendar
) -> Callable[[str, Fact | None, datetime], Group]:
    def group(account: str, asked: Fact | None, at: datetime) -> Group:
        match by:
            case None:
                return None
            case "segment" | "tier" | "owner":
                row = accounts.get(account)
                found: Group = getattr(row, by) if row else None
                return found
            case "why":
                return str(asked.data["why"]) if asked else UNASKED
            case "month":
                return f"{calendar.day(at):%Y-%m}"
            case "quarter":
                return quarter(calendar.day(at), calendar).label

    return group


def _marks(fact: Fact, asked: Fact | None) -> Iterator[tuple[str, datetime]]:
    """What a fact counts as, and when: what becomes of a survey counts when it was asked."""
    if fact.kind == "survey_answered":
        yield "scored", fact.occurred_at
    if asked and (fact.kind != "survey_answered" or "first" in fact.data):
        yield fact.kind, asked.occurred_at


def _count(tally: _Tally, what: str, fact: Fact) -> None:
    match what:
        case "scored":
            tally.scores[fact.data["survey"]].append(fact.data["score"])
        case "survey_asked":
            tally.asked += 1
        case "survey_answered":
            tally.answered += 1
        case "survey_lapsed":
            tally.lapsed += 1


def _row(group: Group, tally: _Tally) -> Satisfied:
    over = tally.answered + tally.lapsed
    return Satisfied(
        group,
        csat(tally.scores["csat"]),
        nps(tally.scores["nps"]),
        tally.asked,
        tally.asked - over,
        share(tally.answered, over),
    )
