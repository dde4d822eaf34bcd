"""Patching details: what a merge patch may do to them, and how much they may weigh in all."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from sales.details import MAPS, MOST, MOST_BYTES, merge
from sales.drafts import Broken
from sales.reading import fault
from sales.values import Model


def check_weight(maps: Iterable[Mapping[str, Model]]) -> None:
    """All details together stay small enough to be carried from run to run."""
    if sum(len(item.model_dump_json()) for held in maps for item in held.values()) > MOST_BYTES:
        raise Broken("body", "too_large", f"the details may take {MOST_BYTES} bytes in all")


def patched(name: str, held: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """The map after the patch. Raises Broken, naming the entry, where one is not whole."""
    for key, change in patch.items():
        try:
            held = merge(held, {key: change}, MAPS[name])
        except ValidationError as error:
            field, rule, detail = fault(error)
            raise Broken(f"{name}.{key}.{field}", rule, detail) from error
    if len(held) > MOST:
        raise Broken(name, "too_many", f"at most {MOST}")
    return held
