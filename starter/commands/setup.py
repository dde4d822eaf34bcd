"""`closeline setup`: make a Temporal server that is not ours to start ready for Closeline."""

from typing import Final

from typer import Typer

from starter.commands.common import Shown, Where
from starter.commands.failing import Refusal
from starter.commands.spreading import command

app = Typer()

CLOUD: Final = (".tmprl.cloud", ".temporal.io")
"""How the hosts of Temporal Cloud end."""


@command(app, "setup", "closeline setup --address temporal.example:7233")
async def setup(*, shown: Shown, where: Where) -> None:
    """Make the namespace, its search attributes and the schedules; again, it changes nothing.

    For a Temporal server of your own: `closeline up` does it by itself, and on Temporal Cloud
    namespace and search attributes are made in its web interface or by its `tcld`.
    """
    from temporalio.service import RPCError, RPCStatusCode

    from settings import connect
    from starter.namespace import (
        check_attributes,
        ensure_namespace,
        register_attributes,
        until_known,
    )
    from starter.schedules import OFF, RECONCILE, SNAPSHOT, ensure_schedules

    settings = where.settings
    if settings.address.rpartition(":")[0].endswith(CLOUD):
        raise _elsewhere("on Temporal Cloud")
    client = await connect(settings)
    try:
        retention = await ensure_namespace(client.service_client, settings.namespace)
        await register_attributes(client.service_client, settings.namespace)
    except RPCError as error:
        # So a server answers on which namespaces are not made this way.
        if error.status in (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED):
            raise _elsewhere(error.message) from error
        raise
    if problems := await check_attributes(client.service_client, settings.namespace):
        raise Refusal("search_attributes", "wrong_type", "; ".join(problems))
    await until_known(client)
    await ensure_schedules(client, snapshots=settings.snapshots)
    shown.record(
        {
            "server": settings.address,
            "namespace": settings.namespace,
            "histories_kept": f"{retention.days} days",
            "search_attributes": "all there",
            "schedules": [RECONCILE, *([SNAPSHOT] if settings.snapshots != OFF else [])],
        }
    )


def _elsewhere(why: str) -> Refusal:
    """The refusal of a server that has another door for this."""
    return Refusal("namespace", "made_elsewhere", f"{why}: docs/operations.md says how and by whom")
