"""What is sealed is read by who has the key and by nobody else, and nothing is taken for it."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import assume, given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from encryption.codec import ENCODING, NAME, Codec, MissingKey, data_converter, sealed_with
from encryption.ring import Key, Ring

RING = Ring.new()
OTHER = Ring.new()
ROTATED = RING.with_key(key := Key.new()).using(key.id)
CANARY = b"the canary sings"

payloads = st.builds(
    Payload,
    metadata=st.dictionaries(st.text(max_size=10), st.binary(max_size=20), max_size=4),
    data=st.binary(max_size=200),
)


def sealed(payload: Payload, ring: Ring = RING) -> Payload:
    (found,) = asyncio.run(Codec(lambda: ring).encode([payload]))
    return found


def opened(payload: Payload, ring: Ring | None = RING) -> Payload:
    codec = Codec((lambda: ring) if ring else None)
    (found,) = asyncio.run(codec.decode([payload]))
    return found


def plain(data: bytes = CANARY) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=data)


@given(st.lists(payloads, max_size=4))
def test_whatever_is_sealed_comes_back_as_it_was_with_all_its_metadata(all_: list[Payload]) -> None:
    async def there_and_back() -> Sequence[Payload]:
        codec = Codec(lambda: RING)
        return await codec.decode(await codec.encode(all_))

    assert asyncio.run(there_and_back()) == all_


@given(payloads)
def test_in_clear_are_only_the_key_and_that_it_is_sealed(payload: Payload) -> None:
    found = sealed(payload)
    assert found.metadata == {"encoding": ENCODING, NAME: RING.active.encode()}
    assert len(found.data) == len(payload.SerializeToString()) + 12 + 16


def test_the_same_payload_is_never_sealed_alike() -> None:
    found = [sealed(plain()) for _ in range(50)]
    assert len({each.data for each in found}) == len({each.data[:12] for each in found}) == 50
    assert all(CANARY not in each.SerializeToString() for each in found)


def test_what_the_old_key_sealed_is_read_after_a_rotation_and_the_new_one_seals() -> None:
    assert opened(sealed(plain()), ROTATED) == plain()
    assert sealed_with(sealed(plain(), ROTATED)) == ROTATED.active != RING.active


def test_what_is_plain_is_read_as_it_is_with_and_without_keys() -> None:
    assert opened(plain()) == opened(plain(), None) == plain()


def test_without_keys_nothing_is_sealed() -> None:
    assert asyncio.run(Codec().encode([plain()])) == [plain()]


@pytest.mark.parametrize("ring", [OTHER, None], ids=["another ring", "no ring"])
def test_a_key_that_is_not_at_hand_is_named_by_an_error_that_ends_no_workflow(
    ring: Ring | None,
) -> None:
    with pytest.raises(MissingKey, match=RING.active) as missing:
        opened(sealed(plain()), ring)
    assert not isinstance(missing.value, ApplicationError)


@given(st.data())
def test_what_was_tampered_with_is_never_opened(data: st.DataObject) -> None:
    found = sealed(plain())
    spoiled = bytearray(found.data)
    position = data.draw(st.integers(0, len(spoiled) - 1))
    spoiled[position] ^= data.draw(st.integers(1, 255))
    found.data = bytes(spoiled)
    assert opened(found) == found


@given(st.binary(max_size=60))
def test_garbage_under_a_key_of_ours_is_left_to_be_refused(garbage: bytes) -> None:
    found = Payload(metadata={"encoding": ENCODING, NAME: RING.active.encode()}, data=garbage)
    assert opened(found) == found


def test_a_sealed_text_cannot_be_passed_off_as_that_of_another_key() -> None:
    found = sealed(plain())
    found.metadata[NAME] = ROTATED.active.encode()
    assert opened(found, ROTATED) == found


@given(st.binary(max_size=30))
def test_what_somebody_else_encrypted_is_left_to_be_refused_and_needs_no_key(name: bytes) -> None:
    found = Payload(metadata={"encoding": ENCODING, NAME: name}, data=b"x")
    assume(sealed_with(found) is None)
    assert opened(found) == opened(found, None) == found


def test_failures_are_sealed_with_their_messages_and_stack_traces() -> None:
    async def told(keys: Ring | None) -> tuple[bytes, str]:
        converter = data_converter((lambda: keys) if keys else None)
        failure = Failure()
        try:
            raise ValueError(CANARY.decode())
        except ValueError as error:
            await converter.encode_failure(error, failure)
        return failure.SerializeToString(), str(await converter.decode_failure(failure))

    wire, read = asyncio.run(told(RING))
    assert CANARY not in wire
    assert b"raise ValueError" not in wire
    assert CANARY.decode() in read
    wire, read = asyncio.run(told(None))
    assert CANARY in wire


def test_another_language_may_follow_the_description_to_the_letter() -> None:
    (key,) = (each.secret for each in RING.keys.values())
    name = b"closeline-" + sha256(b"closeline key id" + key).hexdigest()[:16].encode()
    data = AESGCM(key).encrypt(b"twelve bytes", plain().SerializeToString(), ENCODING + b" " + name)
    metadata = {"encoding": b"binary/encrypted", "encryption-key-id": name}
    assert opened(Payload(metadata=metadata, data=b"twelve bytes" + data)) == plain()


def test_a_raw_value_travels_sealed_like_any_other() -> None:
    converter = data_converter(lambda: RING)
    (found,) = asyncio.run(converter.encode([RawValue(plain(b'"a"'))]))
    assert sealed_with(found) == RING.active
    assert asyncio.run(converter.decode([found])) == ["a"]


def test_no_key_is_ever_shown() -> None:
    (secret,) = (each.secret for each in RING.keys.values())
    spelled = {b64encode(secret).decode(), secret.hex(), repr(secret)[2:-1]}
    shown = (
        repr(RING) + str(RING) + repr(RING.keys) + repr(Codec(lambda: RING)) + repr(RING.ciphers)
    )
    assert RING.active in shown
    assert not [each for each in spelled if each in shown]
    assert [each for each in spelled if each in RING.text()]  # where it has to be
