"""How much of what was promised was kept: every clock of every commitment, and what came of it.

Attainment is met / (met + breached): of the tickets that fulfilled or failed their service level
agreement, the share that fulfilled it, as service desks count (`Fulfilled` and `Failed` of Frappe's
service level agreements). A breach counts when it happens and not when somebody resolves it at
last, for what is never resolved would never show.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from insight.statistics.proportions import Share, share
from sales.facts import Fact

KINDS: Final = frozenset(
    f"commitment_{what}" for what in ("made", "breached", "responded", "met", "waived")
) | {"handed_over", "taken_over"}
"""The facts that are read."""
ANSWERS: Final = {"commitment_responded": "respond", "commitment_met": "resolve"}

Result = Literal["open", "met", "breached", "waived"]


@dataclass(frozen=True, slots=True)
class Promise:
    """One clock of one commitment, and its `result` since `at`.

    One that is breached stays so, whether it is met later, waived later or still open. Waived is
    what was waived before it was breached.
    """

    account: str
    commitment: str
    clock: str
    severe: bool
    level: str | None
    owner: str | None
    result: Result
    at: datetime


@dataclass(frozen=True, slots=True)
class Attainment:
    """What came of some clocks: `kept` is met / (met + breached), with its interval."""

    kept: Share
    waived: int
    open: int

    @property
    def met(self) -> int:
        """Answered in time."""
        return int(self.kept.part)

    @property
    def breached(self) -> int:
        """Run out before they were answered."""
        return int(self.kept.n - self.kept.part)


@dataclass(slots=True)
class _Account:
    """The clocks of one account that have not come to their end."""

    id: str
    live: dict[tuple[str, str], Promise] = field(default_factory=dict)


def promises(told: Iterable[Sequence[tuple[str, Fact]]], as_of: datetime) -> Iterator[Promise]:
    """Every clock as it stood then, from facts of accounts as the ledger streams them: those of one
    account after the other, each in the order of its journal."""
    account = _Account("")
    for id, fact in (each for some in told for each in some):
        if id != account.id:
            yield from account.live.values()
            account = _Account(id)
        if fact.recorded_at > as_of:
            continue
        if fact.kind in ("handed_over", "taken_over"):
            _merged(account, fact)
        else:
            yield from _settled(account, fact)
    yield from account.live.values()


def _settled(account: _Account, fact: Fact) -> Iterator[Promise]:
    """What the fact settles; all else is noted down."""
    data, live = fact.data, account.live
    id = data["commitment_id"]
    match fact.kind:
        case "commitment_made":
            for clock in data["clocks"]:
                live[id, clock] = _promise(account.id, fact, clock, "open")
        case "commitment_breached":
            live[id, data["clock"]] = _promise(account.id, fact, data["clock"], "breached")
        case "commitment_responded" | "commitment_met":
            clock = ANSWERS[fact.kind]  # late only where a breach came before
            held = live.pop((id, clock), None)
            if data["in_time"]:
                yield _promise(account.id, fact, clock, "met")
            else:
                yield held or _promise(account.id, fact, clock, "breached")
        case "commitment_waived":
            for key in [key for key in live if key[0] == id]:
                held = live.pop(key)
                waived = replace(held, result="waived", at=fact.occurred_at)
                yield waived if held.result == "open" else held


def _merged(account: _Account, fact: Fact) -> None:
    """The clocks of what was handed over run on in the other account, and are counted there."""
    for id, told in fact.data["commitments"].items():
        if fact.kind == "handed_over":
            account.live = {key: each for key, each in account.live.items() if key[0] != id}
            continue
        for clock, each in told["clocks"].items():
            at = datetime.fromisoformat(each["due"]) if each["breached"] else fact.occurred_at
            words = (told["severe"], told.get("level"), told.get("owner"))
            result: Result = "breached" if each["breached"] else "open"
            account.live[id, clock] = Promise(account.id, id, clock, *words, result, at)


def _promise(account: str, fact: Fact, clock: str, result: Result) -> Promise:
    data = fact.data
    return Promise(
        account,
        data["commitment_id"],
        clock,
        data["severe"],
        data.get("level"),
        data.get("owner"),
        result,
        fact.occurred_at,
    )


def attainments(
    found: Iterable[Promise], key: Callable[[Promise], tuple[Any, ...]]
) -> dict[tuple[Any, ...], Attainment]:
    """The attainment of each group of clocks, in the order of their keys."""
    counts: dict[tuple[Any, ...], dict[Result, int]] = {}
    for each in found:
        group = counts.setdefault(key(each), {"open": 0, "met": 0, "breached": 0, "waived": 0})
        group[each.result] += 1
    return {
        name: Attainment(
            share(group["met"], group["met"] + group["breached"]), group["waived"], group["open"]
        )
        for name, group in sorted(counts.items())
    }
