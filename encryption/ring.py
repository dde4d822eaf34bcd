"""The key ring: keys that all decrypt, of which one encrypts.

A key's id is made from the key itself, so no two keys share an id, an id never comes to mean
another key, and a key that was mistyped is noticed when the ring is read.
"""

import binascii
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Final, Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

KEY_BYTES: Final = 32
"""AES-256."""
KEY_ID: Final = r"closeline-[0-9a-f]{16}"


class BadRing(ValueError):
    """The key ring cannot be used; the message says why, and never shows a key."""


def id_of(secret: bytes) -> str:
    """The id of a key: it tells which key is meant, and nothing about it."""
    return "closeline-" + sha256(b"closeline key id" + secret).hexdigest()[:16]


def _secret(value: Any) -> bytes:
    try:
        secret = b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise ValueError("must be base64") from None
    if len(secret) != KEY_BYTES:
        raise ValueError(f"must be {KEY_BYTES} bytes in base64")
    return secret


class Key(BaseModel):
    """One key, and when it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    created: AwareDatetime
    secret: Annotated[
        bytes,
        BeforeValidator(_secret),
        PlainSerializer(lambda secret: b64encode(secret).decode()),
        Field(repr=False),
    ]

    @classmethod
    def new(cls) -> Self:
        """A key that nobody has."""
        made = datetime.now(UTC).replace(microsecond=0)
        return cls(created=made, secret=b64encode(os.urandom(KEY_BYTES)))

    @property
    def id(self) -> str:
        """The name it goes by."""
        return id_of(self.secret)


class Ring(BaseModel):
    """Keys by id; `active` names the one that encrypts."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    active: str
    keys: Mapping[str, Key]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.active not in self.keys:
            raise ValueError(f"active: there is no key {self.active!r}")
        for name, key in self.keys.items():
            if key.id != name:
                raise ValueError(f"keys.{name}: this is another key, or a mistyped one")
        return self

    @classmethod
    def new(cls) -> Self:
        """A ring of one new key."""
        key = Key.new()
        return cls(active=key.id, keys={key.id: key})

    @classmethod
    def parse(cls, text: str | bytes) -> Self:
        """The ring that is written in the text. Raises BadRing."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise BadRing("; ".join(map(_fault, error.errors(include_input=False)))) from None

    def text(self) -> str:
        """The ring as a file holds it, with every secret."""
        return self.model_dump_json(indent=2) + "\n"

    def with_key(self, key: Key) -> Self:
        """One key more, which decrypts from now on."""
        return self.model_copy(update={"keys": {**self.keys, key.id: key}})

    def using(self, key_id: str) -> Self:
        """The same keys, of which this one encrypts from now on. Raises BadRing."""
        if key_id not in self.keys:
            raise BadRing(f"there is no key {key_id!r}; there are {', '.join(self.keys)}")
        return self.model_copy(update={"active": key_id})

    @cached_property
    def ciphers(self) -> dict[str, AESGCM]:
        """What encrypts and decrypts, by the id of the key."""
        return {name: AESGCM(key.secret) for name, key in self.keys.items()}


def _fault(error: Any) -> str:
    where = ".".join(map(str, error["loc"]))
    words = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {words}" if where else words
