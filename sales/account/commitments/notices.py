"""Who should be told what about what was promised to the customer."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sales.facts import Fact
from sales.notice import Notice, Noticing

WANTED: Final = {"respond": "a first answer to", "resolve": "to be met:"}


def _warned(fact: Fact) -> Iterator[Notice]:
    data = fact.data
    due = datetime.fromisoformat(data["due"])
    words = f"due soon: {WANTED[data['clock']]} {data['title']}"
    yield Notice("commitment_due", words, data.get("owner"), due)


def _breached(fact: Fact) -> Iterator[Notice]:
    data = fact.data
    how = "severe, and overdue" if data["severe"] else "overdue"
    words = f"{how}: {WANTED[data['clock']]} {data['title']}"
    yield Notice("commitment_breached", words, data.get("owner"))


def _met(fact: Fact) -> Iterator[Notice]:
    if not fact.data["in_time"]:
        words = f"met, but late: {fact.data['title']}"
        yield Notice("commitment_met_late", words, fact.data.get("owner"))


NOTICES: Final[dict[str, Noticing]] = {
    "commitment_warned": _warned,
    "commitment_breached": _breached,
    "commitment_met": _met,
}
