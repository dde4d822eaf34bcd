"""`closeline keys`, and `closeline up` in a folder that is encrypted from its first day on."""

import json
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

from encryption.ring import Ring
from encryption.ring_file import RingFile
from settings import UpFile
from tests.starter.conftest import Site, make_site, until, wait_until_up

CANARY = "the canary sings"


@pytest.fixture
def here(tmp_path: Path) -> Site:
    return make_site(tmp_path)


def stop(up: "subprocess.Popen[bytes]") -> None:
    up.send_signal(signal.SIGINT)
    assert up.wait(timeout=20) == 0


def test_a_ring_is_made_listed_rotated_and_never_shown(here: Site) -> None:
    file = here.folder / "data" / "keys.json"
    made = here.told("keys", "new")
    assert made == {"file": str(file), "keys": 1, "encrypts": made["encrypts"]}
    later = here.told("keys", "rotate", "--later")
    assert (later["keys"], later["encrypts"]) == (2, made["encrypts"])
    used = here.told("keys", "use", later["added"])
    assert used["encrypts"] == later["added"]
    rotated = here.told("keys", "rotate")
    assert rotated["encrypts"] == rotated["added"]
    ring = RingFile(file).read()
    listed = here.told("keys", "list")
    assert [each["key"] for each in listed] == list(ring.keys)
    assert [each["key"] for each in listed if each["encrypts"]] == [rotated["added"]]
    shown = here.done("keys", "list") + json.dumps([made, later, used, rotated, listed])
    secrets = [key["secret"] for key in json.loads(ring.text())["keys"].values()]
    assert len(secrets) == 3
    assert not [each for each in secrets if each in shown]


def test_what_cannot_be_done_with_a_ring_is_refused(here: Site) -> None:
    assert "keys.json: No such file" in here.refused("keys", "list")
    here.done("keys", "new")
    assert "there is one already" in here.refused("keys", "new")
    assert "no key 'nobody'" in here.refused("keys", "use", "nobody")
    (here.folder / "data" / "keys.json").chmod(0o644)
    assert "chmod 600" in here.refused("keys", "rotate")


@pytest.fixture
def sealed(here: Site) -> Site:
    """A folder in which everything was encrypted, and an opportunity in it."""
    up = here.start("up", "--encrypt", "--port", "0", "--ui-port", "0", "--codec-port", "0")
    try:
        wait_until_up(here, up)
        here.done("account", "open", "acme", "--name", CANARY)
        order = ("--account", "acme", "--process", "quick", "--name", f"{CANARY} again")
        here.done("opportunity", "open", "o-1", *order)
        until(lambda: here.run("opportunity", "show", "o-1").exit_code == 0)
        codec = the_ui_decodes_through(here)
        assert (
            f"keys       {here.folder / 'data' / 'keys.json'}" in (here.folder / "out").read_text()
        )
        assert codec.startswith("http://127.0.0.1:")
    finally:
        stop(up)
    return here


def the_ui_decodes_through(site: Site) -> str:
    up = UpFile.read(site.folder / "data")
    assert up
    with urllib.request.urlopen(f"{up.ui_address}/api/v1/settings", timeout=5) as reply:
        return str(json.load(reply)["Codec"]["Endpoint"])


def kept(site: Site, what: str = "temporal") -> bytes:
    """All that the server, or the ledger, has written."""
    return b"".join(file.read_bytes() for file in (site.folder / "data").glob(f"{what}.*"))


def test_a_folder_that_was_encrypted_stays_so_and_is_never_written_in_clear(sealed: Site) -> None:
    folder = sealed.folder / "data"
    ring = folder / "keys.json"
    assert ring.stat().st_mode & 0o777 == 0o600
    assert CANARY.encode() not in kept(sealed)
    assert b"opportunity:o-1" in kept(sealed)
    assert CANARY.encode() in kept(sealed, "ledger")
    assert CANARY not in (sealed.folder / "err").read_text()

    away = ring.rename(folder / "away.json")
    key = RingFile(away).read().active
    for option, why in ((), "there is no key ring"), (("--encrypt",), f"{ring} holds another"):
        alone = sealed.start("up", "--port", "0", "--headless", *option)
        assert alone.wait(30) == 2
        assert f"encrypted with {key}, and {why}" in (sealed.folder / "err").read_text()

    away.replace(ring)
    again = sealed.start("up", "--port", "0", "--headless")
    try:
        wait_until_up(sealed, again)
        engaged = ("opportunity", "engage", "o-1", "--by", "buyer", "--channel", "mail")
        sealed.done(*engaged, "--summary", CANARY)
        checks = {each["check"]: each for each in sealed.told("doctor")["checks"]}
        assert checks["encryption"]["found"].startswith("1 keys in ")

        stranger = RingFile(sealed.folder / "stranger.json")
        stranger.create()
        wrong = sealed.run("doctor", "--json", "--keys-file", str(stranger.path))
        assert wrong.exit_code == 1
        (bad,) = [each for each in json.loads(wrong.stdout)["checks"] if not each["ok"]]
        assert bad["check"] == "encryption"
        assert RingFile(ring).read().active in bad["found"]
    finally:
        stop(again)
    assert CANARY.encode() not in kept(sealed)


def test_up_asks_for_a_ring_in_a_file_where_all_commands_find_it(here: Site) -> None:
    text = Ring.new().text()
    result = here.run("up", "--headless", CLOSELINE_KEYS=text)
    assert result.exit_code == 2
    assert result.stderr.startswith("settings: CLOSELINE_KEYS: ")
    assert text not in result.output
