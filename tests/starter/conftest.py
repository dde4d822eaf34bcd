"""One `closeline up` for all tests of the command line, and the command run against it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from typer.testing import CliRunner, Result

from starter.cli import app

T = TypeVar("T")

PROCESS = """
name = "quick"
version = {version}
title = "Quick"
[opening]
requires = ["account", "name"]
[[stages]]
name = "first"
title = "First"
probability = 0.2
category = "pipeline"
[[stages]]
name = "second"
title = "Second"
probability = 0.5
category = "best_case"
enter = ["amount"]
[clocks.end_by]
limit = "300d"
[clocks.close_date]
grace = "1d"
[clocks.buyer_silence]
limit = "20d"
[clocks.action_window]
limit = "10d"
[reasons]
won = ["best_fit"]
lost = ["status_quo"]
withdrawn = ["disqualified"]
"""


@dataclass(frozen=True)
class Site:
    """A folder in which `closeline up` runs, or may run."""

    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        """Nothing of the developer's own settings gets in."""
        strange = ("TEMPORAL_", "CLOSELINE_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(strange)}
        return kept | {
            "CLOSELINE_DIR": str(self.folder / "data"),
            "CLOSELINE_PROCESSES": str(self.folder / "processes"),
            "TEMPORAL_CONFIG_FILE": str(self.folder / "temporal.toml"),
        }

    def run(self, *args: str, **more: str) -> Result:
        """Run the command in this process, with more variables if need be."""
        unset = dict.fromkeys(k for k in os.environ if k not in self.environ)
        environ = unset | self.environ | more
        return CliRunner().invoke(app, args, env=environ, catch_exceptions=False)

    def done(self, *args: str) -> str:
        """What the command prints once it is done."""
        result = self.run(*args)
        assert result.exit_code == 0, result.stderr
        return result.stdout

    def told(self, *args: str) -> Any:
        """The same for programs."""
        return json.loads(self.done(*args, "--json"))

    def refused(self, *args: str) -> str:
        """What the command says when it is refused."""
        result = self.run(*args)
        assert result.exit_code == 1, result.output
        assert result.stdout == ""
        return result.stderr.strip()

    def start(self, *args: str) -> "subprocess.Popen[bytes]":
        """A process of the command's own; what it says is in `out` and `err`."""
        command = [sys.executable, "-m", "starter.cli", *args]
        with (self.folder / "out").open("wb") as out, (self.folder / "err").open("wb") as err:
            return subprocess.Popen(command, env=self.environ, stdout=out, stderr=err)


def make_site(folder: Path) -> Site:
    """A site with processes of its own."""
    (folder / "processes").mkdir()
    for version in (1, 2):
        text = PROCESS.format(version=version)
        (folder / "processes" / f"quick_{version}.toml").write_text(text)
    (folder / "temporal.toml").write_text("")
    return Site(folder)


def wait_until_up(site: Site, up: "subprocess.Popen[bytes]") -> None:
    """Return once a worker asks for work."""
    for _ in range(150):
        assert up.poll() is None, (site.folder / "err").read_text()
        if (site.folder / "data" / "up.json").exists() and site.run("doctor").exit_code == 0:
            return
        time.sleep(0.2)
    pytest.fail("closeline up is not ready in time")


def until(ask: Callable[[], T], holds: Callable[[T], object] = bool) -> T:
    """The answer, as soon as it is the expected one: the ledger follows a moment later."""
    for _ in range(200):
        if holds(answer := ask()):
            return answer
        time.sleep(0.05)
    raise AssertionError(answer)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = make_site(tmp_path_factory.mktemp("site"))
    up = site.start("up", "--port", "0", "--headless")
    wait_until_up(site, up)
    site.done("account", "open", "acme", "--name", "Acme")
    yield site
    up.send_signal(signal.SIGINT)
    assert up.wait(timeout=20) == 0


@pytest.fixture
def opened(site: Site, request: pytest.FixtureRequest) -> Callable[..., str]:
    """Opens an opportunity, named after the test, and says its id once the ledger has it."""
    count = iter(range(1_000))

    def open_one(*more: str, account: str = "acme") -> str:
        id = f"{request.node.name[:60]}-{next(count)}"
        said = ("--account", account, "--process", "quick", "--name", "Order", *more)
        site.done("opportunity", "open", id, *said)
        until(lambda: site.run("opportunity", "journal", id).exit_code == 0)
        return id

    return open_one
