"""What a message says, as plain JSON: the words of its kind, without those of every message."""

from decimal import Decimal
from functools import cache
from typing import Any

from sales.messages import Message

COMMON = set(Message.model_fields)


def said(message: Message, **more: Any) -> dict[str, Any]:
    """The message's own words as plain JSON, without the fields that every message has."""
    words: dict[str, Any] = {}
    spoken = message.model_fields_set
    for name in _own(type(message)):
        word = getattr(message, name) if name in spoken else None
        if isinstance(word, str):
            words[name] = word
        elif isinstance(word, Decimal):
            words[name] = str(word)
        elif isinstance(word, tuple) and all(isinstance(each, str) for each in word):
            words[name] = list(word)
        elif word is not None:  # only some need to be taken apart, which takes its time
            words = message.model_dump(mode="json", exclude=COMMON, exclude_none=True)
            break
    return words | more


@cache
def _own(kind: type[Message]) -> tuple[str, ...]:
    return tuple(name for name in kind.model_fields if name not in COMMON)
