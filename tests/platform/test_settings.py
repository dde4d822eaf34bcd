"""Every setting has one answer, and every contradiction is refused by name."""

import socket
import time
from pathlib import Path
from typing import Unpack

import pytest

import settings
from settings import BadSettings, Options, Settings, Unreachable, UpFile, connect

PROFILES = """
[profile.default]
address = "default-host:1"

[profile.cloud]
address = "cloud-host:2"
namespace = "sales.acct"
api_key = "cloud-key"
"""


@pytest.fixture
def profiles(tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "temporal.toml"
    file.write_text(PROFILES)
    return {"TEMPORAL_CONFIG_FILE": str(file)}


@pytest.fixture
def nothing(tmp_path: Path) -> dict[str, str]:
    """An environment in which nobody says where the server is, not even this machine's files."""
    file = tmp_path / "empty.toml"
    file.touch()
    return {"TEMPORAL_CONFIG_FILE": str(file), "CLOSELINE_DIR": str(tmp_path / "nothing-up")}


def leave_up_file(folder: Path) -> None:
    folder.mkdir()
    UpFile(address="127.0.0.1:4711", ui_address=None, pid=1).write(folder)


def refusal(environ: dict[str, str], **options: Unpack[Options]) -> str:
    with pytest.raises(BadSettings) as refused:
        Settings.load(environ, **options)
    return str(refused.value)


def test_without_a_word_the_server_is_local_and_the_ledger_in_the_folder(
    nothing: dict[str, str],
) -> None:
    del nothing["CLOSELINE_DIR"]
    found = Settings.load(nothing)

    assert (found.address, found.namespace) == ("localhost:7233", "closeline")
    assert (found.dir, found.ledger_url) == (
        Path(".closeline"),
        "sqlite:///.closeline/ledger.db",
    )
    assert (found.log, found.metrics, found.processes) == ("console", None, None)


def test_the_ledger_follows_the_folder_unless_it_is_named(nothing: dict[str, str]) -> None:
    assert Settings.load(nothing, dir=Path("/data")).ledger_url == "sqlite:////data/ledger.db"
    nothing["CLOSELINE_LEDGER_URL"] = "postgresql://ledger"
    assert Settings.load(nothing, dir=Path("/data")).ledger_url == "postgresql://ledger"


def test_the_server_that_was_left_up_is_found_when_nothing_else_says_where(
    nothing: dict[str, str], folder: Path
) -> None:
    leave_up_file(folder)
    found = Settings.load(nothing, dir=folder)
    assert found.address == "127.0.0.1:4711"
    assert found.address_from == str(folder / "up.json")


@pytest.mark.parametrize(
    ("said", "options", "address"),
    [
        ({}, {}, "default-host:1"),
        ({"TEMPORAL_ADDRESS": "env-host:3"}, {}, "env-host:3"),
        ({"TEMPORAL_ADDRESS": "env-host:3"}, {"address": "option-host:4"}, "option-host:4"),
        ({"TEMPORAL_PROFILE": "cloud"}, {}, "cloud-host:2"),
        ({"TEMPORAL_PROFILE": "default"}, {"profile": "cloud"}, "cloud-host:2"),
        ({"TEMPORAL_ADDRESS": ""}, {}, "default-host:1"),
    ],
)
def test_an_option_beats_the_environment_which_beats_every_file(
    profiles: dict[str, str], folder: Path, said: dict[str, str], options: Options, address: str
) -> None:
    leave_up_file(folder)
    options |= {"dir": folder}
    assert Settings.load(profiles | said, **options).address == address


def test_a_profile_brings_its_namespace_and_key_and_an_option_beats_the_namespace(
    profiles: dict[str, str],
) -> None:
    found = Settings.load(profiles, profile="cloud")
    assert (found.namespace, found.connection.api_key) == ("sales.acct", "cloud-key")
    assert found.connection.to_client_connect_config()["tls"] is True
    assert Settings.load(profiles, profile="cloud", namespace="x").namespace == "x"


@pytest.mark.parametrize("option", [True, False])
def test_an_address_and_a_named_profile_together_are_refused_and_both_named(
    profiles: dict[str, str], option: bool
) -> None:
    profiles["TEMPORAL_ADDRESS"] = "env-host:3"
    if option:
        message = refusal(profiles, profile="cloud")
    else:
        message = refusal(profiles | {"TEMPORAL_PROFILE": "cloud"})
    assert "TEMPORAL_ADDRESS=env-host:3" in message
    assert ("--profile=cloud" if option else "TEMPORAL_PROFILE=cloud") in message


def test_a_key_for_another_server_never_reaches_the_embedded_one(
    nothing: dict[str, str], folder: Path
) -> None:
    leave_up_file(folder)
    found = Settings.load(nothing | {"TEMPORAL_API_KEY": "secret"}, dir=folder)
    assert found.connection.api_key is None
    keyed = Settings.load(nothing | {"TEMPORAL_API_KEY": "secret"}, address="cloud:1")
    assert keyed.connection.api_key == "secret"
    assert keyed.at("127.0.0.1:1").connection.api_key is None


def test_keys_and_passwords_are_not_printed(nothing: dict[str, str]) -> None:
    nothing |= {"TEMPORAL_API_KEY": "hunter2", "CLOSELINE_LEDGER_URL": "postgresql://u:hunter2@h/d"}
    assert "hunter2" not in repr(Settings.load(nothing))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CLOSELINE_LOG", "loud"),
        ("CLOSELINE_METRICS", "localhost:9464"),
        ("CLOSELINE_METRICS", "127.0.0.1:99999"),
        ("CLOSELINE_PROCESSES", "/no/such/folder"),
        ("TEMPORAL_CONFIG_FILE", "/no/such/file"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(
    nothing: dict[str, str], variable: str, value: str
) -> None:
    assert refusal(nothing | {variable: value}).startswith(f"{variable}: ")


def test_a_wrong_option_is_refused_by_the_name_of_the_option(nothing: dict[str, str]) -> None:
    assert refusal(nothing | {"CLOSELINE_LOG": "json"}, log="loud").startswith("--log: ")


def test_an_unknown_profile_is_refused(profiles: dict[str, str]) -> None:
    assert "'nowhere' not found" in refusal(profiles, profile="nowhere")


def test_a_broken_up_file_is_refused_by_its_path(nothing: dict[str, str], folder: Path) -> None:
    leave_up_file(folder)
    UpFile.path(folder).write_text('{"address": 1}')
    assert str(folder / "up.json") in refusal(nothing, dir=folder)


async def test_no_server_is_an_error_that_names_the_address_and_who_said_it() -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1 \(from --address\)"):
        await connect(Settings.load({}, address="127.0.0.1:1"))


async def test_a_silent_server_is_an_error_within_the_time_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "CONNECT_SECONDS", 0.2)
    begun = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(Unreachable, match=f"127.0.0.1:{port}.* silent"):
            await connect(Settings.load({}, address=f"127.0.0.1:{port}"))
    assert time.monotonic() - begun < 2
