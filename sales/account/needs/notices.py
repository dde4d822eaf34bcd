"""Who is told what about a need."""

from collections.abc import Iterator
from typing import Final

from sales.facts import Fact
from sales.notice import Notice, Noticing

WANTED: Final = "need"
"""Begins the event under which the opening of a need is said; the number of the fact that found it
and the number of the try follow."""


def _noticed(fact: Fact) -> Iterator[Notice]:
    data = fact.data
    if "go" not in data:
        what = data.get("product", "no product named")
        words = f"{data['need_id']} waits to be accepted: {data['need']} ({what})"
        yield Notice("need_waits", words)


def _held(fact: Fact) -> Iterator[Notice]:
    if fact.event_id and fact.event_id.startswith(f"{WANTED}:"):
        rule = f"{fact.data['field']}: {fact.data['rule']}"
        yield Notice("need_held", f"an opening that the account wants was refused: {rule}")


NOTICES: Final[dict[str, Noticing]] = {"need_found": _noticed, "refused": _held}
