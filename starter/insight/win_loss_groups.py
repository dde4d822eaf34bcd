"""What separates wins from other ends, and how groups fare, as tables."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from insight.win_loss.separates import LEVEL
from starter.insight.words import Page, Row, chance, count, days, interval, percent, sum_

if TYPE_CHECKING:
    from insight.win_loss import WinLoss
    from insight.win_loss.groups import Group
    from insight.win_loss.separates import Family, Finding, Separation

MOST: Final = 10
"""How many of the surest findings of a family are shown."""


def separates(told: "WinLoss") -> Iterator[Page]:
    """What goes together with winning."""
    found = told.separation
    if found.reason:
        yield Page("What separates wins from other ends", [], [found.reason])
        return
    significant = [
        _finding(family.name, each)
        for family in found.families
        for each in family.findings
        if each.q < LEVEL
    ]
    yield Page(
        "What separates wins from other ends",
        significant,
        [family.verdict for family in found.families],
    )
    yield _wholes(found)
    yield _measures(found)
    yield from (_strongest(family) for family in found.families)


def _wholes(found: "Separation") -> Page:
    return Page(
        "Whole attributes",
        [
            {
                "attribute": each.attribute,
                "values": count(each.values),
                "n": count(each.n),
                "strength": round(each.v, 3),
            }
            | {"p": chance(each.p), "q": chance(each.q)}
            for each in found.wholes
        ],
        ["strength is Cramer's V: 0 is nothing, 1 is everything"],
    )


def _measures(found: "Separation") -> Page:
    return Page(
        "Measures",
        [
            {
                "measure": each.attribute,
                "won": count(each.won),
                "median if won": round(each.median_won, 2),
            }
            | {"others": count(each.others), "median if not": round(each.median_others, 2)}
            | {"a win has more": percent(each.exceeds), "q": chance(each.q)}
            | {"interval": f"{percent(each.low)} to {percent(each.high)}"}
            for each in found.measures
        ],
        [
            "how it was pursued goes together with how it ended, and need not be why",
        ],
    )


def customers(told: "WinLoss") -> Iterator[Page]:
    """How customers buy."""
    for name, found in told.customers.items():
        yield by(name, found)


def by(name: str, found: "Sequence[Group]") -> Page:
    """How the groups of an attribute fare."""
    currencies = {each.currency for each in found if each.currency}
    unit = f" {currencies.pop()}" if len(currencies) == 1 else ""
    return Page(
        f"By {name}",
        [
            {
                name: each.value,
                "ended": count(each.n),
                "won": count(each.won),
                "lost": count(each.lost),
            }
            | {"expired": count(each.expired), "withdrawn": count(each.withdrawn)}
            | {"resolved": percent(each.resolved.rate), "interval": interval(each.resolved)}
            | {"shrunken": percent(each.shrunken), "decided": percent(each.decided.rate)}
            | {"days to win": days(each.days)}
            | {f"usual sum{unit}": sum_(each.amount), f"sums won{unit}": sum_(each.total)}
            for each in found
        ],
    )


def _finding(family: str, each: "Finding") -> Row:
    return {
        "family": family,
        "attribute": each.attribute,
        "value": each.value,
        "won": percent(each.won.rate),
        "others": percent(each.others.rate),
        "difference": f"{percent(each.low)} to {percent(each.high)}",
        "odds": f"{each.odds_ratio:.2f}",
        "n": count(each.won.n),
        "p": chance(each.p),
        "q": chance(each.q),
    }


def _strongest(family: "Family") -> Page:
    rows = [_finding(family.name, each) for each in family.findings[:MOST]]
    return Page(f"The surest of {family.name}", rows)
