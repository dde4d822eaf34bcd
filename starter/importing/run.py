"""One import, from the first row to the summary. Killed at any point and run again it ends the
same: what the ledger holds is skipped, and what is on its way is recognised by its event id."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Generic, Protocol, TypeVar

from ledger.ledger import Ledger
from sales.drafts import Broken
from sales.facts import Fact
from sales.process import Process
from starter.client import CloselineClient
from starter.importing.accounts import Accounts
from starter.importing.ended import write_ended
from starter.importing.held import Change
from starter.importing.opened import Opener
from starter.importing.particulars import Profile
from starter.importing.plan import Messages, Plan, rejected
from starter.importing.rows import Place, Rejected
from starter.importing.summary import Summary, Watch

R = TypeVar("R", bound=Place)
R_contra = TypeVar("R_contra", bound=Place, contravariant=True)


class Plans(Protocol[R_contra]):
    """Who says what becomes of a row, and the messages that this leads to."""

    messages: Messages

    def plan(self, row: R_contra, /) -> Plan | Rejected:
        """The plan, or the field and the rule that the row breaks."""
        ...


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    """One kind of export. `compare` says what a row says otherwise than what is held of it.

    `together` is how many rows are planned, looked up and carried out at once: the more, the more
    of them meet in one task of their account, and the more memory they take.
    """

    rows: Iterable[R | Rejected]
    planner: Plans[R]
    compare: Callable[[Plan, Sequence[Fact]], Change | None]
    together: int


@dataclass(slots=True)
class Some:
    """Some rows, sorted: what is new, what has changed, and the accounts of all of them."""

    new: list[Plan] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    accounts: dict[str, Profile] = field(default_factory=dict)


class Import(Generic[R]):
    """The import of one export. A ledger that is not there yet holds nothing."""

    def __init__(self, kind: Kind[R], process: Process, ledger: Ledger | None) -> None:
        self._kind, self._process, self._ledger = kind, process, ledger

    def rehearse(self, watch: Watch) -> Summary:
        """What would happen; nothing is written."""
        summary = Summary(dry_run=True)
        for rows in self._rows():
            some = self._sorted(rows, summary)
            summary.changed += some.changed
            for plan in some.new:
                summary.take(plan)
            watch(len(rows))
        return summary

    async def run(self, client: CloselineClient, source: str, watch: Watch) -> Summary:
        """Write what has ended, open what is open, amend what may be amended."""
        assert self._ledger
        summary = Summary()
        accounts = Accounts(client, self._ledger, source)
        async with Opener(client, self._ledger) as opener:
            for rows in self._rows():
                some = await asyncio.to_thread(self._sorted, rows, summary)
                watch(len(rows) - len(some.new) - len(some.changed))
                new = await self._with_accounts(accounts, some, summary)
                await self._write(self._ledger, new, summary, watch)
                await self._open(opener, new, some.changed, summary, watch)
            summary.unwritten = opener.unwritten
        return summary

    # -- sorting -------------------------------------------------------------------------------

    def _rows(self) -> Iterator[list[R | Rejected]]:
        rows = iter(self._kind.rows)
        while some := list(islice(rows, self._kind.together)):
            yield some

    def _sorted(self, rows: list[R | Rejected], summary: Summary) -> Some:
        some, plans = Some(), []
        for row in rows:
            plan = row if isinstance(row, Rejected) else self._kind.planner.plan(row)
            if isinstance(plan, Rejected):
                summary.rejected.append(plan)
            else:
                plans.append(plan)
                some.accounts.setdefault(plan.account.id, plan.account)
        ids = [plan.id for plan in plans]
        held = self._ledger.journals("opportunity", ids) if self._ledger else {}
        for plan in plans:
            if plan.id not in held:
                some.new.append(plan)
                continue
            try:
                change = self._kind.compare(plan, held[plan.id])
            except Broken as broken:
                told = broken.field, broken.rule, broken.detail
                summary.rejected.append(rejected(plan.place, *told))
                continue
            if change:
                some.changed.append(change)
            else:
                summary.already += 1
        return some

    # -- carrying out ----------------------------------------------------------------------------

    async def _with_accounts(self, accounts: Accounts, some: Some, summary: Summary) -> list[Plan]:
        """The new ones whose account is there."""
        receipts = await asyncio.gather(*map(accounts.ensure, some.accounts.values()))
        refused = {
            account_id: receipt
            for account_id, receipt in zip(some.accounts, receipts, strict=True)
            if receipt and not receipt.accepted
        }
        for plan in some.new:
            if receipt := refused.get(plan.account.id):
                told = "account", receipt.rule or "refused", f"{receipt.field}: {receipt.detail}"
                summary.rejected.append(rejected(plan.place, *told))
        return [plan for plan in some.new if plan.account.id not in refused]

    async def _write(self, ledger: Ledger, new: list[Plan], summary: Summary, watch: Watch) -> None:
        ended = [plan for plan in new if plan.outcome]
        taken = await asyncio.to_thread(write_ended, ledger, self._process, ended, watch)
        summary.rejected += taken
        refused = {each.number for each in taken}
        for plan in ended:
            if plan.place.number not in refused:
                summary.take(plan)

    async def _open(
        self,
        opener: Opener,
        new: list[Plan],
        changed: list[Change],
        summary: Summary,
        watch: Watch,
    ) -> None:
        async def open_one(plan: Plan) -> None:
            if refusal := await opener.open(plan):
                summary.rejected.append(refusal)
            else:
                summary.take(plan)
            watch(1)

        async def amend_one(change: Change) -> None:
            refused = await opener.catch_up(change)
            summary.changed.append(replace(change, refused=refused or change.refused))
            watch(1)

        wanted = [plan for plan in new if not plan.outcome]
        # Side by side they are heard by one task of their account, which is what opening costs;
        # the longest line begins first, for it takes longest.
        lines = Counter(plan.account.id for plan in wanted)
        wanted.sort(key=lambda plan: (-lines[plan.account.id], plan.account.id))
        opening = [open_one(plan) for plan in wanted]
        await asyncio.gather(*opening, *map(amend_one, changed))
