"""Every setting has one answer, and every contradiction is refused by name."""

import json
import socket
import time
from pathlib import Path
from typing import Unpack

import pytest

import settings
from encryption.ring_file import RingFile
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


@pytest.fixture
def ring(tmp_path: Path) -> RingFile:
    file = RingFile(tmp_path / "keys.json")
    file.create()
    return file


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
    assert found.snapshots == "@daily"


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


def test_keys_are_in_the_file_that_is_named_or_in_a_variable_but_not_in_both(
    nothing: dict[str, str], ring: RingFile
) -> None:
    nothing |= {"CLOSELINE_KEYS_FILE": str(ring.path)}
    named = Settings.load(nothing)
    assert named.keys
    assert (named.keys(), named.keys_file) == (ring.read(), ring.path)
    text = ring.read().text()
    assert "CLOSELINE_KEYS and --keys-file" in refusal(
        {"CLOSELINE_KEYS": text}, keys_file=ring.path
    )
    told = Settings.load(nothing | {"CLOSELINE_KEYS": text, "CLOSELINE_KEYS_FILE": ""})
    assert told.keys
    assert (told.keys(), told.keys_file) == (ring.read(), None)
    (secret,) = (key["secret"] for key in json.loads(text)["keys"].values())
    assert secret in text
    assert secret not in repr(told) + repr(named)


def test_a_ring_is_never_taken_from_a_folder_whose_server_is_not_meant(
    nothing: dict[str, str], folder: Path
) -> None:
    leave_up_file(folder)
    ring = RingFile(folder / "keys.json")
    ring.create()
    assert Settings.load(nothing, dir=folder).keys is None
    up = UpFile(address="127.0.0.1:4711", ui_address=None, pid=1, keys_file=ring.path)
    up.write(folder)
    found = Settings.load(nothing, dir=folder)
    assert found.keys
    assert found.keys_file == ring.path
    assert Settings.load(nothing, dir=folder, address="elsewhere:1").keys is None


def test_a_ring_that_cannot_be_used_is_refused_by_who_named_it(
    nothing: dict[str, str], ring: RingFile
) -> None:
    assert refusal(nothing | {"CLOSELINE_KEYS": "{}"}).startswith("CLOSELINE_KEYS: active: ")
    ring.path.chmod(0o644)
    assert refusal(nothing, keys_file=ring.path).startswith("--keys-file: ")
    ring.path.unlink()
    told = refusal(nothing | {"CLOSELINE_KEYS_FILE": str(ring.path)})
    assert told == f"CLOSELINE_KEYS_FILE: {ring.path}: No such file or directory"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CLOSELINE_LOG", "loud"),
        ("CLOSELINE_METRICS", "localhost:9464"),
        ("CLOSELINE_METRICS", "127.0.0.1:99999"),
        ("CLOSELINE_PROCESSES", "/no/such/folder"),
        ("CLOSELINE_SNAPSHOTS", "often"),
        ("CLOSELINE_SNAPSHOTS", "0h"),
        ("CLOSELINE_SNAPSHOTS", "0 6 * *"),
        ("TEMPORAL_CONFIG_FILE", "/no/such/file"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(
    nothing: dict[str, str], variable: str, value: str
) -> None:
    assert refusal(nothing | {variable: value}).startswith(f"{variable}: ")


@pytest.mark.parametrize("rhythm", ["off", "90m", "@weekly", "CRON_TZ=Europe/Berlin 0 6 * * 1-5"])
def test_snapshots_are_taken_as_cron_or_an_interval_says_or_not(
    nothing: dict[str, str], rhythm: str
) -> None:
    assert Settings.load(nothing | {"CLOSELINE_SNAPSHOTS": rhythm}).snapshots == rhythm


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
