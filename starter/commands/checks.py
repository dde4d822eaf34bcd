"""The checks of `closeline doctor`: each looks at one thing and says what to do if it is wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    GetSystemInfoRequest,
    ListWorkflowExecutionsRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError

from ledger.errors import LedgerDown
from settings import TASK_QUEUE, Unreachable, connect
from starter.commands.common import Where
from starter.namespace import RETENTION, check_attributes
from starter.sealed import sample

if TYPE_CHECKING:
    from temporalio.api.workflowservice.v1 import DescribeNamespaceResponse

    from ledger.ledger import Ledger
    from starter.client import CloselineClient

POLLED: Final = timedelta(seconds=90)
"""A worker that lives asks for work at least this often."""
LATE: Final = timedelta(minutes=1)
MOST: Final = 100
RUNNING: Final = "WorkflowType = 'Opportunity' AND ExecutionStatus = 'Running'"
STUCK: Final = (
    "ExecutionStatus = 'Running' AND TemporalReportedProblems IN "
    "('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')"
)


@dataclass(frozen=True, slots=True)
class Check:
    """What was found; where it is not as it should be, `advice` says what to do."""

    ok: bool
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """What the checks look at."""

    temporal: Client
    where: Where


async def server(site: Site) -> Check:
    """Which server answers."""
    found = await site.temporal.workflow_service.get_system_info(GetSystemInfoRequest())
    return Check(True, f"{site.where.settings.address}, Temporal {found.server_version}")


async def namespace(site: Site) -> Check:
    """Histories are kept long enough to make a lost ledger anew."""
    name = site.temporal.namespace
    config = (await _namespace(site)).config
    kept = config.workflow_execution_retention_ttl.ToTimedelta()
    advice = f"`closeline setup` has them kept {RETENTION.days} days"
    return Check(kept >= RETENTION, f"{name}, histories kept {kept.days} days", advice)


async def attributes(site: Site) -> Check:
    """Every search attribute is there and of our type."""
    problems = await check_attributes(site.temporal.service_client, site.temporal.namespace)
    advice = (
        "`closeline setup` makes what is missing; of a wrong type, "
        "`temporal operator search-attribute remove` it first"
    )
    return Check(not problems, "; ".join(problems) or "all there", advice)


async def pause(site: Site) -> Check:
    """Nobody can pause a workflow, whose clocks would stop and which would hear nothing."""
    on = (await _namespace(site)).namespace_info.capabilities.workflow_pause
    advice = "set frontend.WorkflowPauseEnabled to false in the server's dynamic configuration"
    return Check(not on, "on" if on else "off", advice)


async def workers(site: Site) -> Check:
    """Somebody asks for the tasks of workflows, and for those of activities."""
    found = await polling(site.temporal)
    idle = [kind for kind, names in found.items() if not names]
    counts = ", ".join(f"{len(names)} for {kind}" for kind, names in found.items())
    return Check(not idle, counts, "start `closeline up` or `python -m worker`")


async def overdue(site: Site) -> Check:
    """No open opportunity is past its deadline, by the server and by the ledger."""
    until = datetime.now(UTC) - LATE
    query = f"{RUNNING} AND Deadline < '{until.isoformat()}'"
    candidates = await _listed(site, query, "opportunity:")

    def known(ledger: "Ledger") -> set[str]:
        late = ledger.due(until, limit=MOST)
        return {row.id for row in late} | {key for key in candidates if _past(ledger, key, until)}

    found = sorted(await site.where.ask(known))
    advice = "see that a worker runs; after an outage it waits up to 15 minutes for late senders"
    return Check(not found, _named(found), advice)


async def stuck(site: Site) -> Check:
    """No workflow fails task after task."""
    found = await _listed(site, STUCK)
    advice = "see the worker's log; a failing task is tried again once the worker is mended"
    return Check(not found, _named(found), advice)


async def encryption(site: Site) -> Check:
    """Whatever is encrypted can be read with the keys at hand."""
    found = await sample(site.temporal)
    if found.missing:
        words = f"no key {', '.join(sorted(found.missing))}, and what it encrypted cannot be read"
        return Check(False, words, "put the key back into the ring, or say where the ring is")
    if not found.keys:
        keys = site.where.settings.keys
        return Check(True, f"on, with {keys().active}" if keys else "off")
    plain = f", {found.plain} in clear" if found.plain else ""
    return Check(True, f"{len(found.keys)} keys in {found.count} workflows, all at hand{plain}")


async def ledger(where: Where) -> Check:
    """The ledger answers and has this version's schema. Raises LedgerDown where it does not."""

    def problem(ledger: "Ledger") -> str | None:
        ledger.accounts(limit=1)
        return ledger.check()

    found = await where.ask(problem)
    advice = "`closeline ledger migrate`, or a worker of this version, brings it up to date"
    return Check(found is None, found or "answers, schema up to date", advice)


async def notices(where: Where) -> Check:
    """Everything that somebody should be told has gone out, or is about to."""
    found = await where.ask(lambda ledger: ledger.channels(datetime.now(UTC)))
    words = [
        f"{each.name}: {each.behind} to come, {each.waiting} to try again, {each.failed} given up"
        for each in found
        if each.behind or each.waiting or each.failed
    ]
    advice = "`closeline notices list --failed` says why; `closeline notices retry` tries again"
    return Check(not any(each.failed for each in found), "; ".join(words) or "all sent", advice)


CHECKS: Final[dict[str, Callable[[Site], Awaitable[Check]]]] = {
    "server": server,
    "namespace": namespace,
    "search attributes": attributes,
    "workflow pause": pause,
    "encryption": encryption,
    "workers": workers,
    "stuck workflows": stuck,
    "overdue": overdue,
}


Found = dict[str, Check]


async def everything(where: Where) -> tuple[Found, bool]:
    """What every check has found, and whether all could be reached that was to be checked."""
    found: Found = {}
    reached = [await _ledger(where, found), await _server(where, found)]
    return found, all(reached)


async def _ledger(where: Where, found: Found) -> bool:
    """Whether it can be reached."""
    try:
        found["ledger"] = await ledger(where)
        if found["ledger"].ok:
            found["notices"] = await notices(where)
    except LedgerDown as down:
        found["ledger"] = Check(False, str(down), "see that it runs, or give --ledger-url")
        return False
    return True


async def _server(where: Where, found: Found) -> bool:
    """Whether it can be reached."""
    try:
        client = await connect(where.settings)
    except Unreachable as error:
        advice = "start `closeline up`, or say where the server is with --address"
        found["server"] = Check(False, str(error), advice)
        return False
    for name, check in CHECKS.items():
        try:
            found[name] = await check(Site(client, where))
        except RPCError as error:
            advice = "mend this first: the rest depends on it; `closeline setup` makes a namespace"
            found[name] = Check(False, error.message, advice)
            break
        except LedgerDown:
            found[name] = Check(False, "not known without the ledger", "mend the ledger first")
    return True


async def working(where: Where) -> "CloselineClient":
    """A client of a server at which somebody works. Raises Unreachable."""
    client = await where.client()
    if not all((await polling(client.temporal)).values()):
        raise Unreachable(f"no worker polls {TASK_QUEUE!r}: start one, or see `closeline doctor`")
    return client


async def polling(client: Client) -> dict[str, set[str]]:
    """Who asks for which tasks of ours."""
    kinds = {
        "workflows": TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        "activities": TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    }
    found: dict[str, set[str]] = {}
    for name, kind in kinds.items():
        request = DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=TASK_QUEUE), task_queue_type=kind
        )
        reply = await client.workflow_service.describe_task_queue(request)
        since = datetime.now(UTC) - POLLED
        found[name] = {
            each.identity
            for each in reply.pollers
            if each.last_access_time.ToDatetime(tzinfo=UTC) > since
        }
    return found


async def _namespace(site: Site) -> "DescribeNamespaceResponse":
    request = DescribeNamespaceRequest(namespace=site.temporal.namespace)
    return await site.temporal.workflow_service.describe_namespace(request)


async def _listed(site: Site, query: str, prefix: str = "") -> list[str]:
    # Not by the client's own list, which cannot read the status of a paused workflow.
    request = ListWorkflowExecutionsRequest(
        namespace=site.temporal.namespace, page_size=MOST, query=query
    )
    reply = await site.temporal.workflow_service.list_workflow_executions(request)
    return [each.execution.workflow_id.removeprefix(prefix) for each in reply.executions]


def _past(ledger: "Ledger", id: str, until: datetime) -> bool:
    """Whether it is late indeed: the attribute rides along with others, so it may be old."""
    row: Any = ledger.opportunity(id)
    return row is None or (row.deadline is not None and row.deadline < until)


def _named(found: list[str]) -> str:
    if not found:
        return "none"
    more = "" if len(found) < MOST else " or more"
    return f"{len(found)}{more}: {', '.join(found[:5])}{', ...' if len(found) > 5 else ''}"
