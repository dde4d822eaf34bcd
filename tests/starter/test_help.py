"""Every command has help, and an example that can be copied as it stands."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import typer

from settings import VARIABLES
from starter.cli import app
from starter.commands.common import Where
from starter.late import COMMANDS as LATE

COLUMNS = 78
"""What fits a terminal of 80 columns is not folded."""


def commands(group: Any, *path: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *path, name)
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(commands(typer.main.get_command(app), "closeline"))

every_command = pytest.mark.parametrize("path", COMMANDS)


@every_command
def test_a_command_says_what_it_does(path: str) -> None:
    assert re.match(r"[A-Z].*\.", COMMANDS[path].help or "")


def test_the_help_of_all_says_what_each_says_of_itself() -> None:
    loaded = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # it is a group
    firsts = {name: " ".join(loaded[name].help.split("\n\n")[0].split()) for name in loaded}
    assert {name: told for name, (_, told) in LATE.items()} == firsts


def test_help_loads_no_module_that_it_does_not_need() -> None:
    heavy = {"numpy", "pyarrow", "sklearn", "scipy", "matplotlib", "alembic"}
    script = (
        "import sys; from importlib import import_module; from starter.late import COMMANDS\n"
        "for module, _ in COMMANDS.values(): import_module(module)\n"
        "print(*sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    loaded = {name.partition(".")[0] for name in told.stdout.decode().split()}
    assert "starter" in loaded
    assert not loaded & (heavy | {"temporalio", "sqlalchemy", "ledger", "structlog", "settings"})


def test_a_setting_is_told_with_the_variable_that_stands_for_it() -> None:
    for each in fields(Where):
        (option,) = get_type_hints(Where, include_extras=True)[each.name].__metadata__
        assert option.help.endswith(f"(also {VARIABLES[each.name]})")


@every_command
def test_every_option_says_what_it_is_for(path: str) -> None:
    silent = [each.name for each in COMMANDS[path].params if not getattr(each, "help", None)]
    assert silent == []


@every_command
def test_the_example_can_be_copied(path: str) -> None:
    title, *lines = COMMANDS[path].epilog.split("\n")
    assert title == "Example:"
    assert max(map(len, lines)) <= COLUMNS
    words = shlex.split("\n".join(lines).replace("\\\n", " "))
    name = path.split()
    assert words[: len(name)] == name
    COMMANDS[path].make_context(path, words[len(name) :])  # raises where it is wrong usage


def test_the_readme_lists_every_command() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    listed = set()
    for name, about in re.findall(r"^\| `(closeline [\w -]+)` \| (.*) \|$", readme, re.MULTILINE):
        below = re.findall(r"`(\w+)`", about) if about.startswith("`") else []
        listed |= {f"{name} {each}" for each in below} or {name}
    assert listed == set(COMMANDS)
