"""The shape of the project: imports point down, files and functions stay small."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS_BELOW = {"encryption", "processes", "ledger", "insight", "notices", "activities", "workflows"}
MAY_IMPORT = {
    "sales": set(),
    "processes": {"sales"},
    "ledger": {"sales"},
    "insight": {"sales", "ledger"},
    "notices": {"sales", "ledger"},
    "activities": {"sales", "processes", "ledger", "insight"},
    "workflows": {"sales", "ledger", "activities"},
    "simulation": {"sales", "processes", "ledger"},
    "encryption": set(),
    "settings": {"encryption"},
    "telemetry": set(),
    "worker": OURS_BELOW | {"settings", "telemetry", "starter"},
}
"""Which of our packages each may import, beside itself; `starter` may import all."""

OURS = {*MAY_IMPORT, "starter"}
PURE = {"sales"}
WORLD = {"temporalio", "sqlalchemy", "random", "time", "os", "socket", "asyncio", "structlog"}
MOST_LINES = 300
MOST_LINES_IN_A_FUNCTION = 45


def sources(package: str) -> list[Path]:
    file = ROOT / f"{package}.py"
    found = [file] if file.exists() else sorted((ROOT / package).rglob("*.py"))
    return [each for each in found if "migrations" not in each.parts]  # those are history


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_imports_point_down_only(package: str) -> None:
    allowed = MAY_IMPORT[package] | {package}
    found = {(file.name, name) for file in sources(package) for name in imported(file)}
    assert found, f"{package} has no sources"
    assert not {(file, name) for file, name in found if name in OURS - allowed}


def test_the_rules_know_no_clock_no_chance_and_no_world() -> None:
    found = {(file.name, name) for file in sources("sales") for name in imported(file)}
    assert not {(file, name) for file, name in found if name in WORLD}


def test_the_rules_never_ask_for_the_time() -> None:
    asking = {
        f"{file.name}:{node.lineno}"
        for file in sources("sales")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
    }
    assert not asking


@pytest.mark.parametrize("package", sorted(OURS))
def test_files_and_functions_fit_a_reader(package: str) -> None:
    too_long = []
    for file in sources(package):
        text = file.read_text()
        if len(text.splitlines()) > MOST_LINES:
            too_long.append(str(file.relative_to(ROOT)))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.body[0].lineno + 1
                if lines > MOST_LINES_IN_A_FUNCTION:
                    too_long.append(f"{file.relative_to(ROOT)}:{node.name}")
    assert not too_long


@pytest.mark.parametrize("package", sorted(OURS))
def test_our_packages_come_from_here_and_from_no_stranger(package: str) -> None:
    module = __import__(package)
    where = module.__file__ or next(iter(module.__path__))
    assert Path(where).resolve().is_relative_to(ROOT)


def test_nobody_catches_everything() -> None:
    # Eviction and continue-as-new travel as BaseException.
    catching = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for package in OURS
        for file in sources(package)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") == "BaseException")
    ]
    assert not catching
