"""Keeping what was said, whatever it was, in a form that any store and any language can hold."""

import json
import re
from typing import Any, Final

KEPT: Final = 4_096
"""How many characters of a refused message are kept."""
DEEPEST: Final = 32
"""How deep a kept message may nest: what carries it further gives up at some 250."""
_NULL: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""A null character, as JSON text writes it."""


def clean(text: str) -> str:
    """The text without what UTF-8 or a database cannot hold: lone surrogates and null."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def clipped(body: Any) -> Any:
    """The body itself if it is small plain JSON, else the beginning of its text."""
    try:
        text = json.dumps(body, allow_nan=False, ensure_ascii=False, default=str)
        text = _NULL.sub(r"\1\\ufffd", clean(text))
        if len(text) <= KEPT and not _nested(plain := json.loads(text), DEEPEST):
            return plain
    except (TypeError, ValueError, RecursionError):
        text = clean(_shown(body))
    # Escaped once more it is at most twice as long, so that clipping again changes nothing.
    return {"text": text[: KEPT // 2 - 16]}


def _nested(plain: Any, deeper_than: int) -> bool:
    inner = plain.values() if isinstance(plain, dict) else plain if isinstance(plain, list) else ()
    return deeper_than == 0 or any(_nested(each, deeper_than - 1) for each in inner)


def _shown(body: Any) -> str:
    try:
        return repr(body)
    except (ValueError, RecursionError):
        return "a number or a nesting beyond reason"
