"""What people judged, as it stood at any instant: categories of opportunities, and submissions."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from ledger.ledger import Ledger
from sales.judgement import CategorySaid, Said, Submission

Standing = Literal["counts", "replaced", "expired", "void"]


class Judgement(NamedTuple):
    """The last word of one author about one opportunity, or about one owner, period and currency.

    It `counts` unless it has expired, was taken back, or a word of somebody else that has not
    expired was said later: then it is `replaced`, and counts again when that one expires.
    """

    said: Said
    at: datetime
    standing: Standing


def judgements(ledger: Ledger, as_of: datetime) -> list[Judgement]:
    """Every author's last words as they stood at that instant, the last said first."""
    said: list[tuple[Said, datetime]] = ledger.said_of("category", as_of)
    said += ledger.said_of("submission", as_of)
    return _standing(said, as_of)


def categories(judged: Iterable[Judgement]) -> dict[str, str]:
    """The category that counts, by the id of the opportunity."""
    return {
        each.said.opportunity: each.said.category
        for each in judged
        if each.standing == "counts"
        and isinstance(each.said, CategorySaid)
        and each.said.category is not None
    }


def submissions(judged: Iterable[Judgement]) -> list[Submission]:
    """The submissions that count."""
    return [
        each.said
        for each in judged
        if each.standing == "counts" and isinstance(each.said, Submission)
    ]


def _standing(said: Iterable[tuple[Said, datetime]], as_of: datetime) -> list[Judgement]:
    found: list[Judgement] = []
    taken: set[tuple[str, ...]] = set()
    for each, at in sorted(said, key=lambda pair: (pair[1], pair[0].id), reverse=True):
        standing: Standing = "counts"
        if each.void:
            standing = "void"
        elif each.until and each.until < as_of:
            standing = "expired"
        elif (about := _about(each)) in taken:
            standing = "replaced"
        else:
            taken.add(about)
        found.append(Judgement(each, at, standing))
    return found


def _about(said: Said) -> tuple[str, ...]:
    if isinstance(said, CategorySaid):
        return ("category", said.opportunity)
    return ("submission", said.owner, str(said.first), str(said.last), said.currency)
