"""The contract's documents as validators."""

from functools import cache
from typing import Any, Final

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from sales.facts import Fact
from starter.contract.documents import documents, plain

DOCUMENTS: Final = documents()
_REGISTRY: Final = Registry().with_resources(
    (each["$id"], Resource.from_contents(each)) for each in DOCUMENTS.values()
)


@cache
def validator(place: str) -> Draft202012Validator:
    """What checks something against the document of that place."""
    return Draft202012Validator(DOCUMENTS[place], registry=_REGISTRY)


def fault(place: str, value: Any) -> str | None:
    """What the schema has against it."""
    for error in validator(place).iter_errors(value):
        return f"{place}: {error.json_path}: {error.message[:500]}"
    return None


def fault_of(subject: str, fact: Fact) -> str | None:
    """What the schema of its kind has against a fact, as the wire carries it."""
    return fault(f"facts/{subject}/{fact.kind}", plain(fact))
