"""How a model becomes a schema: as its JSON is on the wire, and without pydantic's own noise."""

from collections.abc import Iterator
from typing import Any, Final, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from sales.details import MAPS

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
BASE: Final = "https://closeline.example/contract/v1/"
"""Begins every `$id`: a name and no address. `v2` would be another contract beside this one."""
MOST_IN_A_PATCH: Final = 20
NULL: Final = {"type": "null"}

Schema = dict[str, Any]
Mode = Literal["validation", "serialization"]


class _Untitled(GenerateJsonSchema):
    """A field's title would repeat its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def taken(form: Any) -> Schema:
    """What may be said: the schema of a model that is read."""
    return _schema(form, "validation")


def told(form: Any) -> Schema:
    """What is answered: every field is there, null where it has no value."""
    schema = _schema(form, "serialization")
    for each in (schema, *schema.get("$defs", {}).values()):
        if "properties" in each:
            each["required"] = list(each["properties"])
            for field in each["properties"].values():
                field.pop("default", None)
    return schema


def kept(form: Any) -> Schema:
    """What a fact says: a field that has no value is not there."""
    schema = _schema(form, "serialization")
    for each in (schema, *schema.get("$defs", {}).values()):
        properties = each.get("properties", {})
        for name, field in properties.items():
            if "default" in field and field.pop("default") is None:
                properties[name] = _never_null(field)
    return schema


def patched(schema: Schema) -> Schema:
    """The schema of a message or a fact that amends, with what its merge patches may hold."""
    for name, item in MAPS.items():
        field = schema["properties"][name]
        field["additionalProperties"] = {"anyOf": [_patch(_schema(item, "validation")), NULL]}
        field.pop("default", None)
    return schema


def _schema(form: Any, mode: Mode) -> Schema:
    schema = TypeAdapter(form).json_schema(mode=mode, schema_generator=_Untitled)
    return _named_strictly(schema)  # type: ignore[no-any-return]  # an object stays one


def _named_strictly(node: Any) -> Any:
    """A map's keys have a pattern; pydantic's words for it would let any other key pass."""
    if isinstance(node, list):
        return [_named_strictly(each) for each in node]
    if not isinstance(node, dict):
        return node
    node = {name: _named_strictly(each) for name, each in node.items()}
    if patterns := node.pop("patternProperties", None):
        ((pattern, node["additionalProperties"]),) = patterns.items()
        node["propertyNames"] = {"pattern": pattern, **node.get("propertyNames", {})}
    return node


def _never_null(field: Schema) -> Schema:
    if "anyOf" not in field:
        return field  # anything at all
    choices = [each for each in field.pop("anyOf") if each != NULL]
    return {**field, **choices[0]} if len(choices) == 1 else {**field, "anyOf": choices}


def _patch(item: Schema) -> Schema:
    """Any of the item's fields; null removes one, and is the only thing said of an unknown one."""
    fields = {name: dict(field) for name, field in item["properties"].items()}
    for field in fields.values():
        field.pop("default", None)
    return {
        "type": "object",
        "description": item["description"],
        "maxProperties": MOST_IN_A_PATCH,
        "properties": {name: {"anyOf": [*_choices(each), NULL]} for name, each in fields.items()},
        "additionalProperties": NULL,
    }


def _choices(field: Schema) -> Iterator[Schema]:
    if "anyOf" in field:
        yield from (each for each in field["anyOf"] if each != NULL)
    else:
        yield field
