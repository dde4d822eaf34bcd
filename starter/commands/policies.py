"""`closeline policies`: how accounts may be managed, and whether a file says so soundly."""

from pathlib import Path
from typing import Annotated, Final

from typer import Argument, Option, Typer

from starter.commands.common import Shown, Where
from starter.commands.failing import Refusal
from starter.commands.spreading import command
from starter.output import print_record

app = Typer(no_args_is_help=True, help="Policies for accounts: list, look at, check a file.")

COLUMNS: Final = ("name", "version", "title", "description")


@command(app, "list", "closeline policies list")
async def list_(*, shown: Shown, where: Where) -> None:
    """List the built-in policies and those in the folder `policies` of --processes."""
    from processes import library

    known = library(where.settings.processes).policies.all()
    shown.table([{name: getattr(each, name) for name in COLUMNS} for each in known], COLUMNS)


@command(app, "show", "closeline policies show standard")
async def show(
    name: Annotated[str, Argument(help="The name of the policy.")],
    version: Annotated[int | None, Option(help="Its version; the latest if absent.")] = None,
    *,
    shown: Shown,
    where: Where,
) -> None:
    """Show a policy, part by part: what an account is managed by."""
    from processes import library

    policy = library(where.settings.processes).policies.find(name, version)
    if policy is None:
        raise Refusal("policy", "unknown_policy", "see `closeline policies list`")
    whole = policy.model_dump(mode="json", exclude_none=True)
    if shown.json:
        shown.record(whole)
        return
    plain = {key: value for key, value in whole.items() if not isinstance(value, dict)}
    print_record(plain)
    for key in (key for key in whole if key not in plain):
        print(f"\n{key.upper()}")
        print_record(whole[key])


@command(app, "check", "closeline policies check my_policy.toml")
async def check(
    file: Annotated[Path, Argument(help="The TOML file.")], *, shown: Shown, where: Where
) -> None:
    """Say whether a file is a sound policy; if not, which key breaks which rule."""
    from processes import load_policy

    shown.record({"file": str(file), "sound": True, **load_policy(file).ref})
