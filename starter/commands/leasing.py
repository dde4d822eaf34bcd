"""`closeline pool`: what an opportunity asks of a pool. The opportunity itself is told, whose
journal then knows of it and whose end returns the hours."""

from typing import Annotated

from typer import Argument, Option, Typer

from starter.commands.common import DAY, Shown, Where
from starter.commands.saying import Said
from starter.commands.spreading import command

app = Typer()

PoolId = Annotated[str, Argument(metavar="ID", help="The pool's id.")]
Opportunity = Annotated[str, Argument(metavar="OPPORTUNITY", help="The opportunity's id.")]


@command(app, "request", "closeline pool request engineers acme-1 20 --gain 0.15")
async def request(
    id: PoolId,
    opportunity: Opportunity,
    hours: Annotated[str, Argument(help="Hours in each period, such as 20.")],
    gain: Annotated[
        str | None, Option(help="By how much they raise the chance of a win, such as 0.15.")
    ] = None,
    until: Annotated[str | None, Option(help=f"Of no use behind it. {DAY}")] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Ask for hours; said again, the last word counts. `pool show` tells who has them."""
    client = await where.client()
    fields = {"pool": id, "hours": hours, "gain": gain, "until": until}
    await said.say(shown, client.say, opportunity, "request_capacity", **fields)


@command(app, "release", "closeline pool release engineers acme-1")
async def release(
    id: PoolId, opportunity: Opportunity, *, said: Said, shown: Shown, where: Where
) -> None:
    """Return hours, or wait for them no longer; every end of an opportunity does it by itself."""
    client = await where.client()
    await said.say(shown, client.say, opportunity, "release_capacity", pool=id)


@command(app, "renew", "closeline pool renew engineers acme-1")
async def renew(
    id: PoolId,
    opportunity: Opportunity,
    until: Annotated[str | None, Option(help="An instant; else as long as the pool lends.")] = None,
    *,
    said: Said,
    shown: Shown,
    where: Where,
) -> None:
    """Keep hours for another time, as often as the pool allows."""
    client = await where.client()
    fields = {"opportunity_id": opportunity, "until": until}
    await said.say(shown, client.say_to_pool, id, "renew_lease", **fields)
