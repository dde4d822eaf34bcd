"""Reassignment: what a leaver has open is dealt out to others, each by one message said once."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from sales.facts import Fact
from sales.receipt import Receipt

if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from ledger.rows import AccountRow, OpportunityRow
    from starter.client import CloselineClient

AT_ONCE: Final = 20
"""How many messages are on their way at once."""

Subject = Literal["opportunity", "account"]


@dataclass(frozen=True, slots=True)
class Move:
    """One opportunity or account, to whom it goes, and the event that says so. `outcome` is what
    became of it: reassigned, already, or the rule that refused it."""

    subject: Subject
    id: str
    to: str
    event_id: str
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Leaving:
    """Whose open work goes to whom, and which of it: all, of one process, of one account."""

    leaver: str
    to: tuple[str, ...]
    process: str | None = None
    account: str | None = None
    note: str | None = None
    actor: str | None = None


def plan(ledger: "Ledger", what: Leaving) -> list[Move]:
    """What the ledger has of the leaver, dealt so that everybody ends up with about as many.

    Accounts belong to no process: where only one process is meant, they stay.
    """
    mine = ledger.opportunities(
        outcome="open", owner=what.leaver, process=what.process, account_id=what.account
    )
    moves = _dealt(ledger, "opportunity", mine, what, _open_of(ledger, what.to))
    if what.process is None:
        kept = [each for each in ledger.accounts(owner=what.leaver) if not each.retired_at]
        kept = [each for each in kept if what.account in (None, each.id)]
        counts = {to: len(ledger.accounts(owner=to)) for to in what.to}
        moves += _dealt(ledger, "account", kept, what, counts)
    return moves


def _open_of(ledger: "Ledger", owners: Iterable[str]) -> dict[str, int]:
    return {to: len(ledger.opportunities(outcome="open", owner=to)) for to in owners}


def _dealt(
    ledger: "Ledger",
    subject: Subject,
    rows: "Sequence[OpportunityRow] | Sequence[AccountRow]",
    what: Leaving,
    counts: Mapping[str, int],
) -> list[Move]:
    """Each goes to whoever has the fewest by then; of equals, to the one named first."""
    load, moves = Counter(counts), list[Move]()
    journals = ledger.journals(subject, [row.id for row in rows])
    for row in rows:
        to = min(what.to, key=lambda each: load[each])
        load[to] += 1
        event_id = f"reassign:{what.leaver}:{_given(journals.get(row.id, []), what.leaver)}"
        moves.append(Move(subject, row.id, to, event_id))
    return moves


def _given(journal: Sequence[Fact], leaver: str) -> int:
    """The fact by which the leaver came to own it: a reassignment is known by what it undoes, so
    that it is the same however often it is tried, and another one after they had it again."""
    given = (fact.sequence for fact in journal if fact.data.get("owner") == leaver)
    return max(given, default=0)


async def carry_out(
    client: "CloselineClient", what: Leaving, moves: Sequence[Move], watch: Callable[[int], None]
) -> list[Move]:
    """Say it to each, some at once; what was heard before changes nothing more."""
    room = asyncio.Semaphore(AT_ONCE)

    async def move(each: Move) -> Move:
        async with room:
            receipt = await _say(client, what, each)
        watch(1)
        return replace(each, outcome=_outcome(receipt))

    return list(await asyncio.gather(*map(move, moves)))


async def _say(client: "CloselineClient", what: Leaving, move: Move) -> Receipt:
    say = client.say if move.subject == "opportunity" else client.say_to_account
    said = {"owner": move.to, "origin": "admin", "actor": what.actor, "note": what.note}
    return await say(move.id, "amend", event_id=move.event_id, **said)


def _outcome(receipt: Receipt) -> str:
    if not receipt.accepted:
        return f"{receipt.field}: {receipt.rule}"
    return "already" if receipt.duplicate else "reassigned"
