"""A ring is sound or refused, only its owner reads it, and no key of it is ever lost."""

import json
import threading
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from encryption.ring import BadRing, Key, Ring
from encryption.ring_file import RingFile


@pytest.fixture
def file(tmp_path: Path) -> RingFile:
    return RingFile(tmp_path / "keys.json")


def written(change: dict[str, Any]) -> str:
    """A ring with one thing wrong."""
    ring = Ring.new()
    told = json.loads(ring.text())
    key = told["keys"][ring.active]
    for name, value in change.items():
        (key if name in key else told)[name] = value
    return json.dumps(told)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"active": "nobody"}, "active: there is no key 'nobody'"),
        ({"secret": "short"}, "secret: must be"),
        ({"secret": b64encode(b"k" * 16).decode()}, "secret: must be 32 bytes in base64"),
        ({"secret": b64encode(b"k" * 32).decode()}, "another key, or a mistyped one"),
        ({"secret": 7}, "secret: must be base64"),
        ({"created": "yesterday"}, "created: "),
        ({"more": 1}, "more: "),
        ({"keys": {}}, "there is no key"),
    ],
)
def test_an_unsound_ring_is_refused_by_the_field_and_the_rule(
    change: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadRing, match=words):
        Ring.parse(written(change))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"active": 1, "keys": []}', b"\xff"])
def test_what_is_no_ring_at_all_is_refused(text: str | bytes) -> None:
    with pytest.raises(BadRing):
        Ring.parse(text)


def test_a_refused_ring_is_not_quoted() -> None:
    with pytest.raises(BadRing) as refused:
        Ring.parse(written({"secret": "a secret, mistyped"}))
    assert "mistyped" not in repr(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_new_file_is_readable_by_its_owner_alone_and_says_the_same_again(file: RingFile) -> None:
    ring = file.create()
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert RingFile(file.path).read() == ring


def test_a_file_that_is_there_is_never_overwritten(file: RingFile) -> None:
    ring = file.create()
    with pytest.raises(BadRing, match="there is one already"):
        file.create()
    assert file.read() == ring


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o777])
def test_a_file_that_others_may_use_is_refused_and_told_how_to_close_it(
    file: RingFile, mode: int
) -> None:
    file.create()
    file.path.chmod(mode)
    for reader in (file, RingFile(file.path)):
        with pytest.raises(BadRing, match=rf"mode {mode:04o}: .*chmod 600"):
            reader.read()
    file.path.chmod(0o400)
    assert file.read()


def test_a_file_that_is_missing_or_no_file_is_named(file: RingFile, tmp_path: Path) -> None:
    with pytest.raises(BadRing, match=r"keys\.json: No such file"):
        file.read()
    with pytest.raises(BadRing, match=r"keys\.json: No such file"):
        file.change(lambda ring: ring)
    with pytest.raises(BadRing, match=str(tmp_path)):
        RingFile(tmp_path).read()


def test_a_rotation_is_seen_by_who_has_read_it_before(file: RingFile) -> None:
    before = file.create()
    reader = RingFile(file.path)
    assert reader.read() == before
    key = Key.new()
    file.change(lambda ring: ring.with_key(key).using(key.id))
    assert reader.read().active == key.id
    assert set(reader.read().keys) == {before.active, key.id}


def test_a_key_that_is_not_in_the_ring_cannot_be_used(file: RingFile) -> None:
    ring = file.create()
    with pytest.raises(BadRing, match=r"no key 'nobody'; there are closeline-"):
        file.change(lambda ring: ring.using("nobody"))
    assert file.read() == ring


def test_many_who_rotate_at_once_lose_no_key(file: RingFile) -> None:
    file.create()
    keys = [Key.new() for _ in range(8)]
    threads = [
        threading.Thread(
            target=RingFile(file.path).change, args=(lambda ring, k=key: ring.with_key(k),)
        )
        for key in keys
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {key.id for key in keys} < set(file.read().keys)
    assert file.path.stat().st_mode & 0o777 == 0o600
