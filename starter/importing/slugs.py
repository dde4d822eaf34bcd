"""Identifiers of elsewhere, made into ours: always the same way, and never two into one."""

import re
from functools import lru_cache
from hashlib import sha256
from typing import Final
from unicodedata import combining, normalize

from sales.drafts import Broken

_ODD: Final = re.compile(r"[^A-Za-z0-9._@:]+")
"""What an id of ours cannot hold; a tilde could, but it marks successors."""
_EDGE: Final = "-._@:"


@lru_cache(maxsize=10_000)
def slug(text: str) -> str:
    """The text as an id. One that is an id already stays as it is; a script that has no letters in
    ASCII leaves nothing to read, so there it is a number made of the text."""
    letters = "".join(each for each in normalize("NFKD", text) if not combining(each))
    made = _ODD.sub("-", letters).strip("-").lstrip(_EDGE)
    if made:
        return made
    return f"x-{sha256(text.encode()).hexdigest()[:12]}"


class Slugs:
    """The texts that have become ids so far, by field and id."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str], str] = {}

    def make(self, field: str, text: str) -> str:
        """The id for the text. Raises Broken where another text has become the same id."""
        made = slug(text)
        first = self._texts.setdefault((field, made), text)
        if first != text:
            raise Broken(field, "ambiguous", f"{text!r} and {first!r} both become {made!r}")
        return made
