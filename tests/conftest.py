"""How hard the property tests try, how two processes share the tests, and a PostgreSQL server.

Everywhere the same 100 examples, so that a red run is a changed program; `make hunt` looks for
what they miss, among many more and new ones every time.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from tests.postgres import Postgres, installed
from tests.sales import reached

settings.register_profile("same", max_examples=100, deadline=None, derandomize=True)
settings.register_profile(
    "hunt", max_examples=2_000, deadline=None, derandomize=False, print_blob=True
)
settings.load_profile("hunt" if "HUNT" in os.environ else "same")

LONGEST: Final = ("workflows", "test_demo", "test_any_sequence")
"""What takes longest begins first, and each of them alone in its process."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server of this process, started when the first test asks for it."""
    if installed() is None:
        pytest.skip("there is no package of PostgreSQL for this machine")
    with Postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """A migrated ledger of its own, by a plain URL that any process can open."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


class Folders(LoadScopeScheduling):  # type: ignore[misc] # xdist tells no types
    """The tests of a folder share its server, so they stay in one process."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(Path(nodeid.partition("::")[0]))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Folders:
    """Used where `-n` is."""
    return Folders(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, and what replays the histories of all others last."""
    order = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (order.get(_group(item.path), 9), item.path.stem == "test_replay"))


def _group(path: Path) -> str:
    return path.stem if path.stem in LONGEST else path.parent.name


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what was reached to the process that reports."""
    if output := getattr(session.config, "workeroutput", None):
        output["reached"] = reached.counts()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what another process has reached."""
    reached.add(getattr(node, "workeroutput", {}).get("reached", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what arbitrary sequences of messages have reached, if they ran."""
    if reached.KINDS:
        terminalreporter.section("what arbitrary sequences of messages reached")
        for line in reached.report():
            terminalreporter.write_line(line)
