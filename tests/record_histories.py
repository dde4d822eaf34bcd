"""Write `tests/histories/`: what the runs of this release look like, from a real server.

    python -m tests.record_histories [LIFE ...]

Later releases must replay them. They are written anew only where no older run can be met; a new
branch needs a life in `tests/lives`, which is recorded alone by its name.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Final

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from ledger.ledger import Ledger
from tests.lives import (
    care,
    commitments,
    contracts,
    drivers,
    merging,
    needs,
    pools,
    rules,
    scheduled,
)
from tests.lives.telling import RECORDER
from tests.server import dev_server
from tests.workflows.world import World

FOLDER: Final = Path(__file__).parent / "histories"
Life = Callable[[World], Awaitable[None]]

LIVES: Final[dict[Life, str]] = {
    drivers.won_by_signals: "Opportunity",
    drivers.lost_by_updates: "Opportunity",
    drivers.expired_with_warnings: "Opportunity",
    drivers.parked_extended_and_migrated: "Opportunity",
    drivers.cancelled: "Opportunity",
    drivers.spoken_to_in_any_shape: "Opportunity",
    drivers.rolled_over: "Opportunity",
    drivers.without_a_ledger: "Opportunity",
    drivers.thrown_back: "Opportunity",
    drivers.thrown_back_past_its_end: "Opportunity",
    drivers.expired_after_an_outage: "Opportunity",
    drivers.started_directly: "Opportunity",
    drivers.an_account_of_many: "Account",
    drivers.an_account_whose_child_runs_already: "Account",
    drivers.an_account_that_rolls_over: "Account",
    drivers.reconciled: "Reconcile",
    scheduled.snapshotted: "ForecastSnapshot",
    rules.every_rule_of_the_details: "Opportunity",
    rules.a_gate_that_asks_for_everything_and_an_erasure: "Opportunity",
    rules.landed_from_elsewhere: "Opportunity",
    rules.started_wrongly: "Opportunity",
    rules.every_rule_of_time: "Opportunity",
    rules.every_rule_of_winning: "Opportunity",
    rules.every_way_to_end: "Opportunity",
    rules.ended_by_every_clock: "Opportunity",
    rules.a_hundred_senders: "Opportunity",
    rules.every_rule_of_an_account: "Account",
    care.cared_for: "Account",
    commitments.every_rule_of_what_is_promised: "Account",
    contracts.contracts_and_their_terms: "Account",
    needs.needs_and_what_becomes_of_them: "Account",
    needs.moves_referrals_and_duplicates: "Account",
    needs.moved_and_begun_again: "Opportunity",
    contracts.every_end_that_a_contract_knows: "Account",
    merging.accounts_that_become_one: "Account",
    pools.asks_for_capacity: "Opportunity",
    pools.a_pool_of_many_words: "CapacityPool",
    pools.a_pool_whose_old_run_comes_back: "CapacityPool",
    pools.an_account_whose_old_run_comes_back: "Account",
}
"""What is lived, and whose histories are kept of it."""
WITHOUT_A_WORKER: Final = (drivers.expired_after_an_outage, drivers.started_directly)


async def record(client: Client, life: Life, database: Path) -> None:
    """Live it, and write the history of every run there was."""
    world = World(client, database)
    if life in WITHOUT_A_WORKER:
        await life(world)
    else:
        async with world.worker(identity=RECORDER):
            await life(world)
    await world.close()
    await asyncio.sleep(0.5)  # until the last run is listed
    query = f"TaskQueue = '{world.task_queue}' AND WorkflowType = '{LIVES[life]}'"
    runs = [run async for run in client.list_workflows(query)]
    for number, run in enumerate(sorted(runs, key=lambda run: run.start_time), 1):
        history = await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
        text = json.dumps(cleaned(json.loads(history.to_json())), separators=(",", ":"))
        (FOLDER / f"{life.__name__}.{number}.json").write_text(text + "\n")


def cleaned(node: Any) -> Any:
    """Without the names of machines and the places of files."""
    if isinstance(node, list):
        return [cleaned(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {name: cleaned(each) for name, each in node.items() if name != "stackTrace"}
    if kept.get("kind") == "TASK_QUEUE_KIND_STICKY":
        kept["name"] = "sticky"
    return kept


def chosen(names: list[str]) -> list[Life]:
    """The lives of these names, or all; what was recorded of them goes away."""
    unknown = sorted({*names} - {life.__name__ for life in LIVES})
    if unknown:
        raise SystemExit(f"LIFE: unknown ({', '.join(unknown)})")
    lives = [life for life in LIVES if not names or life.__name__ in names]
    for file in FOLDER.glob("*.json"):
        if not names or file.name.partition(".")[0] in names:
            file.unlink()
    return lives


async def main(names: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    lives = chosen(names)
    async with await dev_server(
        identity=RECORDER, data_converter=pydantic_data_converter
    ) as environment:
        with tempfile.TemporaryDirectory() as folder:
            for life, database in zip(lives, databases(folder), strict=False):
                await record(environment.client, life, database)
                print(life.__name__)


def databases(folder: str) -> Iterator[Path]:
    """New ledgers, one after the other."""
    while True:
        database = Path(folder, f"{len(list(Path(folder).iterdir()))}.db")
        ledger = Ledger(f"sqlite:///{database}")
        ledger.migrate()
        ledger.close()
        yield database


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
    sys.stdout.flush()
    # At once: threads of Temporal's SDK may still call into an interpreter that takes itself down.
    os._exit(0)
