"""Temporal's servers for tests."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from temporalio.testing import WorkflowEnvironment

from settings import NAMESPACE
from starter.program import find_program
from workflows.attributes import ATTRIBUTES

TRIES: Final = 5
"""The SDK gives a server five seconds to be there: too few where others fill all cores."""


async def patiently(start: Callable[[], Awaitable[WorkflowEnvironment]]) -> WorkflowEnvironment:
    """Start a server, again where it was not there in time."""
    for _ in range(1, TRIES):
        try:
            return await start()
        except RuntimeError:
            continue
    return await start()


async def dev_server(*arguments: str, **options: Any) -> WorkflowEnvironment:
    """A real server with our search attributes; `arguments` are for its command line."""
    return await patiently(
        lambda: WorkflowEnvironment.start_local(
            namespace=NAMESPACE,
            search_attributes=ATTRIBUTES,
            dev_server_existing_path=str(find_program().path),
            dev_server_log_level="error",
            dev_server_extra_args=arguments,
            **options,
        )
    )
