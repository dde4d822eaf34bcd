"""A workflow that logs in every way there is, then fails a task with words from its payload."""

from datetime import timedelta
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError
from temporalio import activity, workflow

SECRET = "a customer's words"


@activity.defn
async def whisper() -> None:
    activity.logger.info("from_the_activity")


@workflow.defn
class Talking:
    def __init__(self) -> None:
        self.heard = 0

    @workflow.run
    async def run(self) -> None:
        workflow.logger.info("from_the_workflow")
        structlog.get_logger("rules").info("from_structlog")
        await workflow.execute_activity(whisper, start_to_close_timeout=timedelta(seconds=5))
        await workflow.wait_condition(lambda: self.heard == 2)
        workflow.logger.info("from_the_end")

    @workflow.signal
    def hear(self) -> None:
        self.heard += 1
        workflow.logger.info("from_the_signal", extra={"heard": self.heard})


@workflow.defn
class Choking:
    @workflow.run
    async def run(self, words: Any) -> None:
        try:
            TypeAdapter(int).validate_python(words)
        except ValidationError as error:
            raise ValueError("the words were no number") from error
