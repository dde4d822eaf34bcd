"""What commands share: where the server and the ledger are, and how an answer is shown."""

import asyncio
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from typer import Argument, Option

from starter.output import print_json, print_record, print_table

# Help needs none of these: what a command does loads them.
if TYPE_CHECKING:
    from ledger.ledger import Ledger
    from settings import Settings
    from starter.client import CloselineClient

R = TypeVar("R")


def _setting(help: str, variable: str) -> Any:
    """An option of every command. The variable is named but read by `settings`, which has rules
    for what contradicts what."""
    return Option(help=f"{help} (also {variable})", rich_help_panel="Where everything is")


@dataclass(frozen=True)
class Where:
    """The settings that every command takes."""

    address: Annotated[str | None, _setting("The Temporal server", "TEMPORAL_ADDRESS")] = None
    namespace: Annotated[str | None, _setting("The Temporal namespace", "TEMPORAL_NAMESPACE")] = (
        None
    )
    profile: Annotated[
        str | None, _setting("A profile of Temporal's own file", "TEMPORAL_PROFILE")
    ] = None
    dir: Annotated[Path | None, _setting("The folder of `closeline up`", "CLOSELINE_DIR")] = None
    ledger_url: Annotated[str | None, _setting("The ledger's database", "CLOSELINE_LEDGER_URL")] = (
        None
    )
    processes: Annotated[Path | None, _setting("A folder of processes", "CLOSELINE_PROCESSES")] = (
        None
    )
    keys_file: Annotated[Path | None, _setting("The key ring", "CLOSELINE_KEYS_FILE")] = None

    @property
    def settings(self) -> "Settings":
        """All settings, settled. Raises BadSettings."""
        from settings import Settings

        return Settings.load(
            **{each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        )

    async def client(self) -> "CloselineClient":
        """A client of the server. Raises Unreachable, also where the namespace is missing."""
        from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest

        from starter.client import CloselineClient

        client = await CloselineClient.connect(self.settings, self._account_of)
        # Asked for by itself: to any other question its absence looks like that of a workflow.
        request = DescribeNamespaceRequest(namespace=client.temporal.namespace)
        await client.temporal.workflow_service.describe_namespace(request)
        return client

    async def _account_of(self, opportunity_id: str) -> str | None:
        """The ledger knows what never had a workflow, and what Temporal's retention has taken."""
        from ledger.errors import LedgerDown

        try:
            row = await self.ask(lambda ledger: ledger.opportunity(opportunity_id))
        except LedgerDown:
            return None
        return row.account_id if row else None

    async def ask(self, question: "Callable[[Ledger], R]") -> R:
        """What the ledger answers. Raises LedgerDown, also where no ledger is yet."""

        def answer() -> R:
            with open_ledger(self.settings.ledger_url) as ledger:
                return question(ledger)

        return await asyncio.to_thread(answer)


@contextmanager
def open_ledger(url: str) -> "Iterator[Ledger]":
    """The ledger at the URL; reading never makes an empty one."""
    from sqlalchemy import make_url

    from ledger.errors import LedgerDown
    from ledger.ledger import Ledger

    where = make_url(url)
    file = where.database if where.get_backend_name() == "sqlite" else None
    if file and not file.startswith((":", "file:")) and not Path(file).exists():
        raise LedgerDown(f"there is no ledger at {file}; `closeline up` or a worker makes one")
    ledger = Ledger(url)
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def sound_ledger(url: str) -> "Iterator[Ledger]":
    """The same, where every table has to be as this version has it. Raises LedgerDown if not."""
    from ledger.errors import LedgerDown

    with open_ledger(url) as ledger:
        if problem := ledger.check():
            raise LedgerDown(problem)
        yield ledger


@dataclass(frozen=True)
class Shown:
    """How the answer is shown."""

    json: Annotated[bool, Option("--json", help="As JSON, for programs.")] = False

    def record(self, record: Mapping[str, Any]) -> None:
        """One thing."""
        if self.json:
            print_json(record)
        else:
            print_record(record)

    def table(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
        """Many things: of each the columns for people, everything for programs."""
        if self.json:
            print_json(rows)
        else:
            print_table(rows, columns)


def money(amount: str | None, currency: str | None) -> dict[str, str]:
    """A sum as messages carry it; what is missing is the engine's to refuse."""
    told = {"amount": amount, "currency": currency}
    return {name: word for name, word in told.items() if word is not None}


OpportunityId = Annotated[str, Argument(metavar="ID", help="The opportunity's id.")]
AccountId = Annotated[str, Argument(metavar="ID", help="The account's id.")]
Amount = Annotated[str | None, Option(help="The whole sum, such as 1200.00.")]
Currency = Annotated[str | None, Option(help="Its currency, such as EUR.")]
Override = Annotated[
    bool | None, Option("--override", help="Pass a gate that is shut; needs --actor and --note.")
]
DAY = "A day, such as 2026-12-31, or an instant."
