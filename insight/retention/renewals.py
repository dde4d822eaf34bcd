"""What was up for renewal in a period, and what became of it: unlike the rates over all that runs,
this one is not flattered by contracts which nobody could have left."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from insight.retention.history import Book, Decision
from insight.statistics.proportions import Share, share


@dataclass(frozen=True)
class Due:
    """The terms that ended in a period, in one currency; without a currency, those whose sums are
    unknown, or became sums of another currency.

    `renewed` counts terms, of those that are decided; `undecided` ones are in no rate. `grr` is
    `kept / before`: the sum that was renewed, without what came to it, of what was up for renewal.
    """

    group: str | None
    currency: str
    renewed: Share
    undecided: int
    before: Decimal
    kept: Decimal
    grr: float | None


def due(book: Book, since: datetime, until: datetime, by: str | None = None) -> list[Due]:
    """The terms whose last instant lies from `since` on and before `until`, by group and
    currency. A term that ended early, on notice, was not up for renewal."""
    found: dict[tuple[str | None, str], list[Decision]] = {}
    for history in book.histories:
        for each in history.decisions:
            if since <= each.at < until:
                found.setdefault((book.group(history, by), each.currency), []).append(each)
    order = sorted(found, key=lambda key: (key[0] is None, key[0] or "", key[1]))
    return [_due(*key, found[key]) for key in order]


def _due(group: str | None, currency: str, decisions: list[Decision]) -> Due:
    decided = [each for each in decisions if each.outcome != "undecided"]
    before = sum((each.before for each in decided), Decimal(0)) if currency else Decimal(0)
    kept = sum((each.kept for each in decided), Decimal(0)) if currency else Decimal(0)
    renewed = sum(each.outcome == "renewed" for each in decided)
    return Due(
        group,
        currency,
        share(renewed, len(decided)),
        len(decisions) - len(decided),
        before,
        kept,
        float(kept / before) if before else None,
    )
