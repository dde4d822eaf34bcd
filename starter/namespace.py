"""The Temporal namespace: made with enough retention, its search attributes known and of our types.

The server takes a second registration under another type without a word and ignores it, so the
types are always read back and compared.
"""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType, SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode, ServiceClient

from workflows.attributes import ATTRIBUTES

RETENTION = timedelta(days=90)
KNOWN_SECONDS: Final = 60.0
"""Longer than any cache of a server takes to notice a new namespace and its search attributes."""
UNKNOWN: Final = frozenset({RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT})
"""How a server answers that does not know the namespace, or a search attribute, yet."""

Keys = Iterable[SearchAttributeKey[Any]]


async def ensure_namespace(service: ServiceClient, namespace: str) -> timedelta:
    """Make the namespace; one that keeps histories for a shorter time than ours is given ours.

    Returns how long it keeps them.
    """
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
    asked = DescribeNamespaceRequest(namespace=namespace)
    found = await service.workflow_service.describe_namespace(asked)
    kept = found.config.workflow_execution_retention_ttl.ToTimedelta()
    if kept >= RETENTION:
        return kept
    longer = NamespaceConfig(workflow_execution_retention_ttl=retention)
    await service.workflow_service.update_namespace(
        UpdateNamespaceRequest(namespace=namespace, config=longer)
    )
    return RETENTION


async def until_known(client: Client, keys: Keys = ATTRIBUTES) -> None:
    """Return once the server takes a question that names every search attribute.

    Raises what it says of them when it still does not, long after they were registered.
    """
    query = " AND ".join(f"{key.name} IS NOT NULL" for key in keys)
    until = asyncio.get_running_loop().time() + KNOWN_SECONDS
    while True:
        try:
            await client.count_workflows(query)
            return
        except RPCError as error:
            late = asyncio.get_running_loop().time() > until
            if late or error.status not in UNKNOWN:
                raise
        await asyncio.sleep(0.2)


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
