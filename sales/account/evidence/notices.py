"""Who is told that late evidence begins an opportunity again."""

from collections.abc import Iterator
from typing import Final

from sales.account.needs.terms import LATE_EVIDENCE
from sales.facts import Fact
from sales.notice import Notice, Noticing


def _notice(fact: Fact) -> Iterator[Notice]:
    if fact.data["why"] == LATE_EVIDENCE:
        id = fact.data["cause"]
        yield Notice(LATE_EVIDENCE, f"{id} has ended, and now there is evidence: it begins again")


NOTICES: Final[dict[str, Noticing]] = {"opportunity_wanted": _notice}
