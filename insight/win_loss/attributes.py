"""What opportunities are told apart by: who and what, when, and how they were pursued."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from insight.past import Codes, Floats
from insight.win_loss.cases import Cases
from insight.win_loss.money import Money
from insight.win_loss.particulars import Particulars, Profile
from insight.win_loss.stages import Stages
from ledger.steps import Kind
from sales.calendar import Calendar
from sales.interview import Interview
from sales.process import ROLES

SEGMENT: Final = "segment"
"""The family of what is known from the beginning."""
SEASON: Final = "season"
"""The family of when it ended."""
CONDUCT: Final = "conduct"
"""The family of how it was pursued: known for sure at the end only, and so no cause by itself."""
FAMILIES: Final = (SEGMENT, SEASON, CONDUCT)

WORDS: Final = {
    "owner": "owner",
    "team": "team",
    "territory": "territory",
    "segment": "segment",
    "product": "product",
    "lead_source": "lead_source",
    "account": "account_id",
    "process": "process",
}
"""The attributes that are texts of the trace, and their names there."""
NOT_STATED: Final = -1
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NAMES: Final = (
    *WORDS,
    *("account_segment", "account_tier", "account_territory", "amount"),
    *("month", "quarter_month", "weekday"),
    *("stage", "pushes", "reversions", "attempt", "competitor", "champion", "plan", "roles"),
    *(f"with_{role}" for role in ROLES),
    "reason",
)
"""Every attribute by which rates can be asked for."""


@dataclass(frozen=True)
class Attribute:
    """For each case the index of its label, or NOT_STATED. `compared` is false for what says how
    it ended in other words; `ordered` where the labels have an order of their own."""

    name: str
    family: str
    codes: Codes
    labels: Sequence[str]
    compared: bool = True
    ordered: bool = False


@dataclass(frozen=True)
class Around:
    """What is known beside the trace: by opportunity, by account, how days are counted, and what
    buyers said in interviews, by opportunity."""

    particulars: Mapping[str, Particulars]
    profiles: Mapping[str, Profile]
    calendar: Calendar
    interviews: Mapping[str, Interview] = field(default_factory=dict)


def attributes(cases: Cases, stages: Stages, around: Around, money: Money) -> dict[str, Attribute]:
    """Every attribute of the cases, by name."""
    found = (
        *_words(cases),
        *_profiles(cases, around.profiles),
        *_amounts(money),
        *_seasons(cases, around.calendar),
        *_counts(cases, stages),
        *_particulars(cases, around.particulars),
        _of_codes("reason", CONDUCT, cases.reason, cases, compared=False),
    )
    return {each.name: each for each in found}


def measures(cases: Cases, money: Money, around: Around) -> dict[str, Floats]:
    """What is measured rather than told apart; NaN where it is not known. Those that do not
    differ are not compared anyway."""
    ids, by_id = cases.past.ids, around.particulars
    people = [by_id[ids[row]].people if ids[row] in by_id else np.nan for row in cases.rows]
    found: dict[str, Floats] = {
        "days": np.where(np.isfinite(cases.days), cases.days, np.nan),
        "pushes": cases.count(Kind.PUSH),
        "reversions": cases.count(Kind.BACK),
        "buyer_contacts": cases.count(Kind.BUYER),
        "seller_contacts": cases.count(Kind.SELLER),
        "hours": cases.total(Kind.EFFORT),
        "people": np.array(people, np.float64),
    }
    amounts = money.first_of_one
    return found if amounts is None else {"amount": amounts, **found}


def _words(cases: Cases) -> Iterator[Attribute]:
    for name, word in WORDS.items():
        codes = cases.past.word(word, cases.as_of)[cases.rows]
        yield _of_codes(name, SEGMENT, codes, cases)


def _of_codes(
    name: str, family: str, codes: Codes, cases: Cases, *, compared: bool = True
) -> Attribute:
    """Out of codes of the past's texts, the empty text being nothing."""
    there = np.unique(codes)
    labels = [cases.past.texts[code] for code in there if code]
    place = np.full(len(cases.past.texts), NOT_STATED, np.int32)
    place[there[there > 0]] = np.arange(len(labels))
    return Attribute(name, family, place[codes], labels, compared)


def _of_labels(name: str, family: str, said: Sequence[str | None]) -> Attribute:
    labels = sorted({each for each in said if each})
    place: dict[str | None, int] = {label: i for i, label in enumerate(labels)}
    return Attribute(
        name, family, np.array([place.get(each, NOT_STATED) for each in said], np.int32), labels
    )


def _profiles(cases: Cases, profiles: Mapping[str, Profile]) -> Iterator[Attribute]:
    codes = cases.past.opening["account_id"][cases.rows]
    there, place = np.unique(codes, return_inverse=True)
    known = [profiles.get(cases.past.texts[code], Profile()) for code in there]
    for name in Profile._fields:
        told = _of_labels(f"account_{name}", SEGMENT, [getattr(each, name) for each in known])
        yield replace(told, codes=told.codes[place])


def _amounts(money: Money) -> Iterator[Attribute]:
    """Quarters of the amounts that were said first, where they can be compared at all."""
    amounts = money.first_of_one
    if amounts is None or np.isnan(amounts).all():
        return
    edges = np.unique(np.nanquantile(amounts, (0.25, 0.5, 0.75)))
    names = [f"{each:,.0f}" for each in edges]
    labels = [f"up to {names[0]}", *(f"{a} to {b}" for a, b in pairwise(names))]
    codes = np.searchsorted(edges, amounts, side="left")
    codes[np.isnan(amounts)] = NOT_STATED
    whole = [*labels, f"above {names[-1]}"]
    yield Attribute("amount", SEGMENT, codes.astype(np.int32), whole, ordered=True)


def _seasons(cases: Cases, calendar: Calendar) -> Iterator[Attribute]:
    """By the day on which it ended."""
    zone = ZoneInfo(calendar.time_zone)
    shown = np.flatnonzero(cases.ended)
    days = [datetime.fromtimestamp(at, zone) for at in cases.closed[shown]]
    start = calendar.year_starts
    quarter = ("1st of the quarter", "2nd of the quarter", "3rd of the quarter")
    seasons: tuple[tuple[str, Callable[[datetime], int], Sequence[str]], ...] = (
        ("month", lambda day: day.month - 1, MONTHS),
        ("quarter_month", lambda day: (day.month - start) % 3, quarter),
        ("weekday", lambda day: day.weekday(), WEEKDAYS),
    )
    for name, place, labels in seasons:
        codes = np.full(len(cases), NOT_STATED, np.int32)
        codes[shown] = [place(day) for day in days]
        yield Attribute(name, SEASON, codes, labels, ordered=True)


def _counts(cases: Cases, stages: Stages) -> Iterator[Attribute]:
    attempt = cases.past.last(Kind.OPENED, cases.as_of)[0][cases.rows]
    counted: dict[str, Any] = {
        "pushes": (cases.count(Kind.PUSH), 0, ("none", "1", "2", "3 or more")),
        "reversions": (cases.count(Kind.BACK), 0, ("none", "1", "2 or more")),
        "attempt": (np.nan_to_num(attempt, nan=1), 1, ("1st", "2nd", "3rd or later")),
    }
    for name, (values, least, labels) in counted.items():
        codes = np.clip(values - least, 0, len(labels) - 1).astype(np.int32)
        family = SEGMENT if name == "attempt" else CONDUCT
        yield Attribute(name, family, codes, labels, ordered=True)
    codes, labels = stages.named()
    yield Attribute("stage", CONDUCT, codes, labels, compared=False, ordered=True)


def _particulars(cases: Cases, by_id: Mapping[str, Particulars]) -> Iterator[Attribute]:
    ids = cases.past.ids
    known = [by_id.get(ids[row]) for row in cases.rows]

    def told(name: str, tell: Callable[[Particulars], str]) -> Attribute:
        return _of_labels(name, CONDUCT, [tell(each) if each else None for each in known])

    yield told("competitor", _competitor)
    yield told("champion", lambda each: each.champion)
    yield told("plan", lambda each: each.plan)
    yield told("roles", lambda each: ("none", "1", "2", "3 or more")[min(len(each.roles), 3)])
    for role in ROLES:
        yield told(f"with_{role}", partial(_presence, role))


def _presence(role: str, told: Particulars) -> str:
    return "yes" if role in told.roles else "no"


def _competitor(told: Particulars) -> str:
    if told.winner or len(told.competitors) == 1:
        return told.winner or told.competitors[0]
    return "several" if told.competitors else "none known"
