"""`closeline setup` makes any Temporal server ready, and again it changes nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client

from settings import Settings, connect
from starter.schedules import RECONCILE
from tests.starter.conftest import Site

T = TypeVar("T")


@pytest.fixture
def namespace(request: pytest.FixtureRequest) -> str:
    """The name of one that is not there yet."""
    return str(request.node.name)[:60]


def ask(site: Site, namespace: str, question: Callable[[Client], Awaitable[T]]) -> T:
    """Of the server, by a client of that namespace."""

    async def asked() -> T:
        settings = Settings.load({}, dir=site.folder / "data", namespace=namespace)
        return await question(await connect(settings))

    return asyncio.run(asked())


def make(site: Site, namespace: str, days: int) -> None:
    """A namespace as somebody else made it."""
    retention = Duration()
    retention.FromTimedelta(timedelta(days=days))

    async def made(client: Client) -> None:
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(
                namespace=namespace, workflow_execution_retention_period=retention
            )
        )

    ask(site, namespace, made)


def test_a_new_namespace_has_all_that_a_worker_needs(site: Site, namespace: str) -> None:
    told = site.told("setup", "--namespace", namespace)
    assert (told["namespace"], told["histories_kept"]) == (namespace, "90 days")
    found = site.run("doctor", "--namespace", namespace)
    assert found.stdout.count("failed") == 1
    assert "0 for workflows, 0 for activities" in found.stdout


def test_setting_up_again_changes_nothing_and_starts_no_schedule_that_was_paused(
    site: Site, namespace: str
) -> None:
    first = site.told("setup", "--namespace", namespace)

    async def pause(client: Client) -> None:
        await client.get_schedule_handle(RECONCILE).pause()

    async def is_paused(client: Client) -> bool:
        found = await client.get_schedule_handle(RECONCILE).describe()
        return found.schedule.state.paused

    ask(site, namespace, pause)
    assert site.told("setup", "--namespace", namespace) == first
    assert ask(site, namespace, is_paused)


@pytest.mark.parametrize(("made", "kept"), [(1, 90), (365, 365)])
def test_histories_are_kept_ninety_days_at_least(
    site: Site, namespace: str, made: int, kept: int
) -> None:
    make(site, namespace, made)
    told = site.told("setup", "--namespace", namespace)
    assert told["histories_kept"] == f"{kept} days"
    assert (
        f"{namespace}, histories kept {kept} days"
        in site.run("doctor", "--namespace", namespace).stdout
    )


def test_a_search_attribute_of_another_type_is_refused_by_name(site: Site, namespace: str) -> None:
    make(site, namespace, 90)

    async def spoil(client: Client) -> None:
        stage = {"Stage": IndexedValueType.INDEXED_VALUE_TYPE_INT}
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=namespace, search_attributes=stage)
        )

    ask(site, namespace, spoil)
    assert site.refused("setup", "--namespace", namespace) == (
        "refused: search_attributes: wrong_type "
        "(search attribute Stage: expected Keyword, found Int)"
    )


@pytest.mark.parametrize("host", ["sales.a1b2c.tmprl.cloud", "eu-central-1.aws.api.temporal.io"])
def test_temporal_cloud_is_not_even_asked(site: Site, host: str) -> None:
    said = site.refused("setup", "--address", f"{host}:7233", "--namespace", "sales.a1b2c")
    assert said.startswith("refused: namespace: made_elsewhere (on Temporal Cloud: ")


def test_a_server_that_does_not_answer_ends_with_three(site: Site) -> None:
    assert site.run("setup", "--address", "127.0.0.1:1").exit_code == 3
