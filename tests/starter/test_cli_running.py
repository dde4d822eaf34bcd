"""The command where nothing answers, and `up`, `doctor` and `reconcile` as people use them."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.ledger import Ledger
from settings import Settings, UpFile, connect
from starter.commands import saying
from starter.embedded import EmbeddedServer
from tests.starter.conftest import Site, make_site, until, wait_until_up
from tests.workflows.lives import back_up

NOWHERE = ("--address", "127.0.0.1:1")


def test_the_doctor_finds_everything_well(site: Site) -> None:
    found = site.told("doctor")
    assert found["ok"]
    assert {each["check"]: each["ok"] for each in found["checks"]} == dict.fromkeys(
        [
            *("ledger", "server", "namespace", "search attributes", "workflow pause"),
            *("encryption", "workers", "stuck workflows", "overdue", "notices"),
        ],
        True,
    )


def test_reconciling_a_sound_site_finds_nothing(site: Site) -> None:
    found = site.told("reconcile")
    assert found["accounts"] >= 1
    assert [found[name] for name in ("ended", "ledger_behind", "missing")] == [{}, [], []]
    assert "missing" in site.done("reconcile")


def terminate(site: Site, workflow_id: str) -> None:
    async def terminated() -> None:
        client = await connect(Settings.load({}, dir=site.folder / "data"))
        await client.get_workflow_handle(workflow_id).terminate()

    asyncio.run(terminated())


def test_what_was_terminated_behind_our_back_is_found_by_reconciling(site: Site) -> None:
    open_ = ("opportunity", "open", "victim", "--account", "acme", "--process", "quick")
    site.done(*open_, "--name", "Victim")
    site.told("opportunity", "show", "victim")
    terminate(site, "opportunity:victim")
    found = until(lambda: site.told("reconcile")["ended"])
    assert found == {"victim": "withdrawn/terminated_by_admin"}
    shown = site.told("opportunity", "show", "victim")
    assert (shown["outcome"], shown["reason"]) == ("withdrawn", "terminated_by_admin")


def test_a_backup_of_the_ledger_is_brought_up_to_date(
    site: Site, opened: Callable[..., str], tmp_path: Path
) -> None:
    ledger, copy = site.folder / "data" / "ledger.db", tmp_path / "backup.db"
    back_up(ledger, copy)
    id = opened()
    site.told("opportunity", "show", id)
    urls = f"sqlite:///{ledger}", f"sqlite:///{copy}"
    assert site.run("diff", *urls, "--live").exit_code == 1
    told = site.told("rebuild", "--to", urls[1], "--from-temporal", "--backup")
    assert (told["begin_later"], told["incomplete"]) == ({}, {})
    assert site.run("diff", *urls, "--live").exit_code == 0


def test_a_backup_needs_more_than_a_journal_and_must_be_there(site: Site, tmp_path: Path) -> None:
    missing = f"sqlite:///{tmp_path / 'no.db'}"
    said = site.refused("rebuild", "--to", missing, "--backup")
    assert said.startswith("refused: backup: needs_from_temporal ")
    result = site.run("rebuild", "--to", missing, "--from-temporal", "--backup")
    assert (result.exit_code, (tmp_path / "no.db").exists()) == (3, False)


def test_a_folder_in_which_somebody_is_up_is_refused(site: Site) -> None:
    result = site.run("up", "--port", "0", "--headless")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "already runs in" in result.stderr


@pytest.mark.parametrize("command", [("opportunity", "show", "x"), ("doctor",), ("reconcile",)])
def test_a_server_that_does_not_answer_ends_with_three(
    site: Site, command: tuple[str, ...]
) -> None:
    result = site.run(*command, *NOWHERE)
    assert result.exit_code == 3
    assert "no Temporal server answers at 127.0.0.1:1" in result.output


def test_a_missing_ledger_ends_with_three_and_is_not_made_by_asking(
    site: Site, tmp_path: Path
) -> None:
    file = tmp_path / "no.db"
    for command in (("deadlines",), ("doctor",)):
        result = site.run(*command, "--ledger-url", f"sqlite:///{file}")
        assert result.exit_code == 3
        assert f"there is no ledger at {file}" in result.output
    assert not file.exists()


def test_a_missing_namespace_is_named(site: Site) -> None:
    result = site.run("opportunity", "show", "x", "--namespace", "elsewhere")
    assert (result.exit_code, result.stderr) == (
        3,
        "unreachable: Namespace elsewhere is not found.\n",
    )
    assert site.run("doctor", "--namespace", "elsewhere").exit_code == 1


async def test_where_no_worker_answers_one_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(tmp_path)
    monkeypatch.setattr(saying, "ANSWER_SECONDS", 1.0)

    def ask() -> None:
        said = site.run("account", "open", "acme", "--name", "Acme", "--event-id", "e-1")
        assert said.exit_code == 3
        assert "say it again with --event-id e-1, and it counts once" in said.stderr
        reconciled = site.run("reconcile")
        assert reconciled.exit_code == 3
        assert "no worker polls" in reconciled.stderr
        doctor = site.run("doctor", "--json")
        assert doctor.exit_code == 1
        failed = [each for each in json.loads(doctor.stdout)["checks"] if not each["ok"]]
        assert [each["check"] for each in failed] == ["workers"]
        assert "closeline up" in failed[0]["advice"]

    async with EmbeddedServer(tmp_path / "data", port=0, headless=True):
        Ledger(f"sqlite:///{tmp_path / 'data' / 'ledger.db'}").migrate()
        await asyncio.to_thread(ask)


def test_up_goes_on_where_it_stopped_and_says_when_its_server_dies(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    first = site.start("up", "--port", "0", "--headless")
    wait_until_up(site, first)
    site.done("account", "open", "acme", "--name", "Acme")
    first.send_signal(signal.SIGINT)
    assert first.wait(timeout=20) == 0
    assert site.run("account", "show", "acme").exit_code == 3

    second = site.start("up", "--port", "0", "--ui-port", "0")
    wait_until_up(site, second)
    up = UpFile.read(tmp_path / "data")
    assert up is not None
    greeting = (tmp_path / "out").read_text()
    assert up.address in greeting
    assert f"{up.ui_address}/namespaces/closeline" in greeting
    assert site.told("account", "show", "acme")["name"] == "Acme"
    os.kill(int((tmp_path / "data" / "server.lock").read_text()), signal.SIGKILL)
    assert second.wait(timeout=20) == 3
    assert "unreachable: the Temporal server ended by itself" in (tmp_path / "err").read_text()


def test_up_without_a_worker_is_a_server_alone(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    up = site.start("up", "--port", "0", "--headless", "--no-worker")
    while "stop" not in (tmp_path / "out").read_text():
        assert up.poll() is None, (tmp_path / "err").read_text()
        time.sleep(0.1)
    found = site.run("doctor", "--json")
    failed = [each["check"] for each in json.loads(found.stdout)["checks"] if not each["ok"]]
    assert failed == ["ledger", "workers", "overdue"]
    up.send_signal(signal.SIGTERM)
    assert up.wait(timeout=20) == 0
