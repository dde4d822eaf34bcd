"""The codec: AES-256-GCM around every payload, its encoding and the rest of its metadata included.

What is sealed names its key. A key that is not at hand is an ordinary error, which fails the task
and not the workflow: once the key is back, everything goes on. What no key can ever open is left
as it is, so that whoever hears it refuses it like anything else that cannot be decoded.
"""

import dataclasses
import os
import re
from collections.abc import Callable, Sequence
from typing import Final

import structlog
from cryptography.exceptions import InvalidTag
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
)

from encryption.ring import KEY_ID, Ring

ENCODING: Final = b"binary/encrypted"
NAME: Final = "encryption-key-id"
"""The metadata field that names the key."""
NONCE_BYTES: Final = 12

Keys = Callable[[], Ring]
"""Where the ring comes from; asked every time, for it may have been rotated."""

_OURS: Final = re.compile(KEY_ID)

logger = structlog.get_logger(__name__)


class MissingKey(RuntimeError):
    """A payload names a key that is not at hand; the message says which."""

    def __init__(self, key_id: str, has_ring: bool) -> None:
        """`has_ring` where there are keys, but not this one."""
        self.key_id = key_id
        where = "the key ring does not hold" if has_ring else "is not here, for no key ring is set"
        super().__init__(f"a payload is encrypted with the key {key_id}, which {where}")


class Codec(PayloadCodec):
    """Encrypts with the active key of the ring, decrypts with all, and reads what is plain.

    Without keys it encrypts nothing, and still knows what it must not take for garbage.
    """

    def __init__(self, keys: Keys | None = None) -> None:
        self._keys = keys

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Every payload, sealed if there are keys."""
        if self._keys is None:
            return list(payloads)
        ring = self._keys()
        return [_sealed(ring, payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Every payload, opened if it is sealed. Raises MissingKey."""
        return [self._opened(payload) for payload in payloads]

    def _opened(self, payload: Payload) -> Payload:
        key_id = sealed_with(payload)
        if key_id is None:
            return payload
        cipher = self._keys().ciphers.get(key_id) if self._keys else None
        if cipher is None:
            raise MissingKey(key_id, self._keys is not None)
        nonce, sealed = payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:]
        try:
            return Payload.FromString(cipher.decrypt(nonce, sealed, _bound(key_id)))
        except (InvalidTag, ValueError, DecodeError):
            logger.warning("payload_not_authentic", key=key_id)
            return payload


def data_converter(keys: Keys | None = None) -> DataConverter:
    """The one converter of every client and worker; with keys nobody else reads what it writes."""
    converter = dataclasses.replace(pydantic_data_converter, payload_codec=Codec(keys))
    if keys is None:
        return converter
    # Messages and stack traces of failures quote what they complain about.
    return dataclasses.replace(
        converter, failure_converter_class=DefaultFailureConverterWithEncodedAttributes
    )


def sealed_with(payload: Payload) -> str | None:
    """The id of the key that is needed to read it; None where no key of ours is."""
    if payload.metadata.get("encoding") != ENCODING:
        return None
    name = payload.metadata.get(NAME, b"").decode(errors="replace")
    return name if _OURS.fullmatch(name) else None


def _sealed(ring: Ring, payload: Payload) -> Payload:
    nonce = os.urandom(NONCE_BYTES)
    plain = payload.SerializeToString(deterministic=True)
    sealed = ring.ciphers[ring.active].encrypt(nonce, plain, _bound(ring.active))
    metadata = {"encoding": ENCODING, NAME: ring.active.encode()}
    return Payload(metadata=metadata, data=nonce + sealed)


def _bound(key_id: str) -> bytes:
    """What is in clear beside the sealed text, and cannot be changed without its breaking."""
    return ENCODING + b" " + key_id.encode()
