"""Every command has help, and an example that can be copied as it stands."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from starter.cli import app
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
    for words, more in (("", {"temporalio", "sqlalchemy"}), ("report", set()), ("up", set())):
        script = (
            "import sys; from starter.cli import app\n"
            f"try: app([*{words.split()!r}, '--help'])\n"
            "except SystemExit: print('\\nloaded', *sys.modules)"
        )
        told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
        loaded = set(told.stdout.decode().split("\nloaded ")[-1].split())
        assert "starter.late" in loaded
        assert not loaded & (heavy | more), words


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
    for name, about in re.findall(r"^\| `(closeline [\w-]+)` \| (.*) \|$", readme, re.MULTILINE):
        below = re.findall(r"`(\w+)`", about) if about.startswith("`") else []
        listed |= {f"{name} {each}" for each in below} or {name}
    assert listed == set(COMMANDS)
