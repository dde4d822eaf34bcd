"""The Temporal namespace: made with enough retention, its search attributes known and of our types.

The server takes a second registration under another type without a word and ignores it, so the
types are always read back and compared.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.common import SearchAttributeIndexedValueType, SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode, ServiceClient

from workflows.attributes import ATTRIBUTES

RETENTION = timedelta(days=90)

Keys = Iterable[SearchAttributeKey[Any]]


async def ensure_namespace(service: ServiceClient, namespace: str) -> None:
    """Make the namespace with our retention; one that exists is left as it is."""
    retention = Duration()
    retention.FromTimedelta(RETENTION)
    request = RegisterNamespaceRequest(
        namespace=namespace, workflow_execution_retention_period=retention
    )
    try:
        await service.workflow_service.register_namespace(request)
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise


async def register_attributes(
    service: ServiceClient, namespace: str, keys: Keys = ATTRIBUTES
) -> None:
    """Register the search attributes that the namespace does not know yet."""
    found = await _registered(service, namespace)
    missing = {
        key.name: IndexedValueType.ValueType(key.indexed_value_type)
        for key in keys
        if key.name not in found
    }
    if missing:
        request = AddSearchAttributesRequest(namespace=namespace, search_attributes=missing)
        await service.operator_service.add_search_attributes(request)


async def check_attributes(
    service: ServiceClient, namespace: str, keys: Keys = ATTRIBUTES
) -> list[str]:
    """What is wrong with the namespace's search attributes: one sentence each, or nothing."""
    found = await _registered(service, namespace)
    expected = {key.name: _spelled(key.indexed_value_type) for key in keys}
    return [
        f"search attribute {name}: expected {kind}, found {found.get(name, 'none')}"
        for name, kind in expected.items()
        if found.get(name) != kind
    ]


async def _registered(service: ServiceClient, namespace: str) -> dict[str, str]:
    request = ListSearchAttributesRequest(namespace=namespace)
    reply = await service.operator_service.list_search_attributes(request)
    return {name: _spelled(kind) for name, kind in reply.custom_attributes.items()}


def _spelled(kind: int) -> str:
    """The type's name as Temporal's own tools spell it: KeywordList, not KEYWORD_LIST."""
    return SearchAttributeIndexedValueType(kind).name.title().replace("_", "")
