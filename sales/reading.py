"""Reading what was said: one JSON object in, one message out, never an exception."""

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from sales.messages import Malformed, Message

_RULES: Final = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "literal_error": "unknown_value",
    "finite_number": "not_a_number",
    "greater_than_equal": "too_small",
    "greater_than": "too_small",
    "less_than_equal": "too_large",
    "string_too_long": "too_long",
    "too_long": "too_many",
    "too_short": "required",
    "string_too_short": "required",
    "string_pattern_mismatch": "malformed",
    "timezone_aware": "needs_time_zone",
    "decimal_max_digits": "too_large",
    "decimal_whole_digits": "too_large",
    "decimal_max_places": "too_precise",
    "invalid_key": "malformed",
}

_SAID: Final = re.compile(
    r"(?:(?P<field>[\w.-]+): )?(?P<rule>[a-z0-9_]+)(?: \((?P<detail>.*)\))?", re.DOTALL
)
"""How our own validators put it: `rule`, `field: rule` or `field: rule (detail)`."""
_INNER: Final = re.compile(r"\[[a-z]+\]")
"""Parts of a place that tell of our models, not of the sender's message."""


def fault(error: ValidationError) -> tuple[str, str, str]:
    """Field, rule and detail of the first fault. Rules are stable codes, details are prose."""
    first = error.errors(include_url=False, include_context=True, include_input=False)[0]
    where = (
        ".".join(str(part) for part in first["loc"] if not _INNER.fullmatch(str(part))) or "body"
    )
    if first["type"] == "value_error":
        said = _SAID.fullmatch(str(first["ctx"]["error"]))
        if not said:
            return where, "malformed", first["msg"]
        places = [place for place in (where, said["field"]) if place and place != "body"]
        return ".".join(places) or "body", said["rule"], said["detail"] or ""
    if first["type"] in _RULES:
        return where, _RULES[first["type"]], first["msg"]
    kind = first["type"].split("_")[0]
    rule = first["type"] if first["type"].endswith("_type") else f"not_a_{kind}"
    return where, rule, first["msg"]


def read(kind: Any, body: Any, kinds: Mapping[str, type[Message]]) -> Message:
    """The message of that kind, or `Malformed` with the field and the rule it broke."""
    name = kind[:100] if isinstance(kind, str) else "?"
    model = kinds.get(kind) if isinstance(kind, str) else None
    if model is None:
        return _malformed(name, "kind", "unknown_kind", f"no message is called {name!r}", body)
    if not isinstance(body, Mapping):
        return _malformed(name, "body", "one_json_object", "", body)
    try:
        return model.model_validate({**body, "kind": kind})
    except ValidationError as error:
        return _malformed(name, *fault(error), body)
    except RecursionError:
        return _malformed(name, "body", "too_deep", "nested beyond reason", body)


def _malformed(kind: str, field: str, rule: str, detail: str, body: Any) -> Malformed:
    """Keeps what every message may say of itself where that is sound: a refused id is used."""
    common = {"said_kind": kind, "field": field[:200], "rule": rule, "detail": detail[:300]}
    whole = Malformed.model_validate({**common, "body": body})
    stamps = [name for name in Message.model_fields if name != "kind"]
    for name in stamps if isinstance(body, Mapping) else ():
        if name not in body:
            continue
        try:
            sound = Message.model_validate({"kind": kind, name: body[name]})
        except ValidationError:
            continue
        whole = whole.model_copy(update={name: getattr(sound, name)})
    return whole
