"""Who should be told what: for every kind of fact that somebody should hear of, what to tell.

A notice is made of its fact alone, so that whoever reads the journal again makes the same ones. Of
what was imported nobody is told: last year's warnings help nobody today.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from sales.account.parts import PARTS
from sales.facts import Fact
from sales.notice import Notice, Noticing
from sales.pool.notices import POOL_NOTICES

LONGEST: Final = 300
"""How many letters the words of a notice may have: one line for people."""


def _warned(fact: Fact) -> Iterable[Notice]:
    data = fact.data
    ends_at = datetime.fromisoformat(data["ends_at"])
    how = "is over" if data["final"] else "draws near"
    words = f"{data['clock']} {how}: left alone, it ends at {ends_at:%Y-%m-%d %H:%M} UTC"
    yield Notice("last_call" if data["final"] else "deadline", words, due=ends_at)


def _ended(fact: Fact) -> Iterable[Notice]:
    yield Notice("ended", f"{fact.data['outcome']}: {', '.join(fact.data['reasons'])}")


def _unparked(fact: Fact) -> Iterable[Notice]:
    if fact.cause == "clock":  # whoever ends a rest early knows
        yield Notice("unparked", "the rest is over, its clocks run again")


def _amended(fact: Fact) -> Iterable[Notice]:
    if owner := fact.data.get("owner"):
        yield Notice("assigned", "yours from now on", to=owner)


def _late(fact: Fact) -> Iterable[Notice]:
    words = f"a message came for {fact.data['opportunity_id']} after its end, and is kept"
    yield Notice("late_message", words)


def _retired(fact: Fact) -> Iterable[Notice]:
    if left := fact.data["left_open"]:
        yield Notice("left_open", f"retired, and {len(left)} of its opportunities did not end")


def _asked(fact: Fact) -> Iterable[Notice]:
    yield Notice("interview", f"{fact.data['of']} is to be asked why it ended so")


def _joined(*tables: Mapping[str, Noticing]) -> dict[str, tuple[Noticing, ...]]:
    kinds = {kind for table in tables for kind in table}
    return {kind: tuple(table[kind] for table in tables if kind in table) for kind in kinds}


NOTICED: Final[Mapping[str, Mapping[str, tuple[Noticing, ...]]]] = {
    "opportunity": _joined(
        {"warned": _warned, "ended": _ended, "unparked": _unparked, "amended": _amended}
    ),
    "account": _joined(
        {"account_amended": _amended, "late_message_kept": _late, "account_retired": _retired},
        *(part.notices for part in PARTS),
    ),
    "pool": _joined(POOL_NOTICES),
    "interview": _joined({"interview_asked": _asked}),
}
"""By the kind of subject, and by the kind of fact."""


def is_news(fact: Fact) -> bool:
    """Whether anybody should still be told: it was not brought by an import, nor told to what an
    import has opened."""
    return fact.cause != "import" and fact.known_at is None


def noticed(subject: str, fact: Fact) -> Iterator[Notice]:
    """Who should be told what because of a fact of such a subject, always in the same order."""
    if not is_news(fact):
        return
    for noticing in NOTICED.get(subject, {}).get(fact.kind, ()):
        for notice in noticing(fact):
            yield notice._replace(words=" ".join(notice.words.split())[:LONGEST])
