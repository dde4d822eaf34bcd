"""The client: says things to opportunities, accounts and pools, each once however often it is sent.

It stamps `sent_at` once, makes the `event_id`, and resends with the same id when an answer is
lost, so that a message counts once. What comes too late for an opportunity goes to its account.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal, Self

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.accounts import late_event
from sales.receipt import Receipt
from settings import TASK_QUEUE, Settings, connect
from starter.sending import checked, resent, stamped
from workflows.ids import account_workflow, opportunity_workflow, pool_workflow

ENDLESS: Final[dict[str, Any]] = {
    "id_conflict_policy": WorkflowIDConflictPolicy.USE_EXISTING,
    "id_reuse_policy": WorkflowIDReusePolicy.ALLOW_DUPLICATE,
}
"""How what has no end is started: one that runs is spoken to, one that does not goes on."""
WORKFLOWS: Final = {"account": "Account", "pool": "CapacityPool"}

Remembered = Callable[[str], Awaitable[str | None]]


class UnknownOpportunity(LookupError):
    """No opportunity has this id, or nothing is left of it to say where its account is."""


async def _nobody(_opportunity_id: str) -> None:
    """Nobody remembers."""


class CloselineClient:
    """Opportunities, accounts and pools, as a backend or an administrator reaches them."""

    def __init__(
        self, client: Client, task_queue: str = TASK_QUEUE, remembered: Remembered = _nobody
    ) -> None:
        """Reached through `client`, which needs the converter of `settings.connect`. `remembered`
        finds the account of an opportunity of which Temporal knows nothing, or nothing more."""
        self.temporal, self._task_queue, self._remembered = client, task_queue, remembered

    @classmethod
    async def connect(
        cls, settings: Settings | None = None, remembered: Remembered = _nobody
    ) -> Self:
        """To the server that the settings name. Raises Unreachable where nobody answers."""
        client = await connect(settings or Settings.load())
        return cls(client, remembered=remembered)

    # -- accounts ------------------------------------------------------------------------------

    async def open_account(self, account_id: str, name: str, **fields: Any) -> Receipt:
        """Make sure that the account runs, under this name."""
        return await self.say_to_account(account_id, "amend", name=name, **fields)

    async def open_opportunity(
        self, account_id: str, opportunity_id: str, **fields: Any
    ) -> Receipt:
        """Ask the account to open an opportunity; the receipt names the child's workflow."""
        return await self.say_to_account(
            account_id, "open_opportunity", opportunity_id=opportunity_id, **fields
        )

    async def say_to_account(self, account_id: str, kind: str, **fields: Any) -> Receipt:
        """Say it and be told. An account that is not running is started, and goes on as it was."""
        return await self._submitted_to_endless("account", account_id, kind, fields)

    async def signal_account(self, account_id: str, kind: str, **fields: Any) -> str:
        """Say it without waiting for an answer; returns the event's id."""
        message = stamped(fields)

        async def send() -> None:
            await self.temporal.start_workflow(
                *("Account", {"account_id": account_id}),
                id=account_workflow(checked("account_id", account_id)),
                task_queue=self._task_queue,
                start_signal=kind,
                start_signal_args=[message],
                **ENDLESS,
            )

        await resent(send, self.account(account_id))
        return str(message["event_id"])

    # -- pools ---------------------------------------------------------------------------------

    async def say_to_pool(self, pool_id: str, kind: str, **fields: Any) -> Receipt:
        """Say it and be told. A pool that is not running is started, and goes on as it was."""
        return await self._submitted_to_endless("pool", pool_id, kind, fields)

    def pool(self, pool_id: str) -> WorkflowHandle[Any, Any]:
        """The pool's workflow."""
        return self.temporal.get_workflow_handle(pool_workflow(pool_id))

    # -- opportunities -------------------------------------------------------------------------

    async def say(self, opportunity_id: str, kind: str, **fields: Any) -> Receipt:
        """Say it and be told. What an ended opportunity can no longer hear, its account keeps:
        then the receipt is not accepted, its rule is `ended`, and nothing is lost."""
        message = {"kind": kind, **stamped(fields)}
        receipt = await self._submitted(opportunity_id, message)
        return receipt or await self._too_late(opportunity_id, kind, message)

    async def erase(self, opportunity_id: str, **fields: Any) -> Receipt | None:
        """Take words out of a running opportunity, and be told; nothing where it runs no more, for
        then it is the ledger's to do."""
        return await self._submitted(opportunity_id, {"kind": "erase", **stamped(fields)})

    async def signal(self, opportunity_id: str, kind: str, **fields: Any) -> str:
        """Say it without waiting for an answer; returns the event's id."""
        message = stamped(fields)
        handle = self.opportunity(opportunity_id)

        async def send() -> None:
            await handle.signal(kind, message)

        try:
            await resent(send, handle)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            await self._too_late(opportunity_id, kind, message)
        return str(message["event_id"])

    async def reopen(self, opportunity_id: str, reason: str, **fields: Any) -> Receipt:
        """Ask the account for a successor; the receipt names its workflow."""
        account_id = fields.pop("account_id", None) or await self.account_of(opportunity_id)
        return await self.say_to_account(
            account_id, "reopen_opportunity", opportunity_id=opportunity_id, reason=reason, **fields
        )

    def opportunity(self, opportunity_id: str) -> WorkflowHandle[Any, Any]:
        """The opportunity's workflow."""
        return self.temporal.get_workflow_handle(opportunity_workflow(opportunity_id))

    def account(self, account_id: str) -> WorkflowHandle[Any, Any]:
        """The account's workflow."""
        return self.temporal.get_workflow_handle(account_workflow(account_id))

    async def account_of(self, opportunity_id: str) -> str:
        """The id of the opportunity's account, as its workflow shows it, or as is remembered."""
        try:
            description = await self.opportunity(opportunity_id).describe()
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            if account_id := await self._remembered(opportunity_id):
                return account_id
            words = f"opportunity_id: unknown_opportunity ({opportunity_id!r})"
            raise UnknownOpportunity(words) from error
        found = description.search_attributes.get("AccountId")
        if not found:
            raise UnknownOpportunity(f"opportunity_id: no_account ({opportunity_id!r})")
        return str(found[0])

    # -- sending -------------------------------------------------------------------------------

    async def _submitted_to_endless(
        self, kind: Literal["account", "pool"], id: str, said: str, fields: dict[str, Any]
    ) -> Receipt:
        """What an account or a pool answers; one that is not running is started first."""
        message = {"kind": said, **stamped(fields)}
        name = f"{kind}_id"
        workflow_id = f"{kind}:{checked(name, id)}"

        async def send() -> Receipt:
            start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
                *(WORKFLOWS[kind], {name: id}),
                id=workflow_id,
                task_queue=self._task_queue,
                **ENDLESS,
            )
            # Where the update fails, so does this, and would complain that nobody asked.
            started = asyncio.ensure_future(start.workflow_handle())
            started.add_done_callback(lambda done: done.cancelled() or done.exception())
            receipt: Receipt = await self.temporal.execute_update_with_start_workflow(
                "submit", message, start_workflow_operation=start, result_type=Receipt
            )
            return receipt

        return await resent(send, self.temporal.get_workflow_handle(workflow_id))

    async def _submitted(self, opportunity_id: str, message: dict[str, Any]) -> Receipt | None:
        """What the opportunity answers, or nothing where none runs."""
        handle = self.opportunity(opportunity_id)

        async def send() -> Receipt:
            receipt: Receipt = await handle.execute_update("submit", message, result_type=Receipt)
            return receipt

        try:
            return await resent(send, handle)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
        return None

    async def _too_late(self, opportunity_id: str, kind: str, message: dict[str, Any]) -> Receipt:
        account_id = await self.account_of(opportunity_id)
        event_id = str(message["event_id"])
        body = {name: value for name, value in message.items() if name != "kind"}
        kept = await self.say_to_account(
            account_id,
            "late_message",
            event_id=late_event(opportunity_id, event_id),
            opportunity_id=opportunity_id,
            message={"kind": kind, "body": body},
        )
        return Receipt(
            accepted=False,
            sequence=kept.sequence,
            event_id=event_id,
            field="opportunity_id",
            rule="ended",
            detail=f"it has ended; account {account_id} keeps the message",
            duplicate=kept.duplicate,
        )
