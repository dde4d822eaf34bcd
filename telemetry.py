"""What a process tells about itself: log lines that show no payload, and metrics if asked for."""

import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Literal, TextIO

import structlog
from pydantic import ValidationError
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger
from temporalio import activity, workflow
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

HANDLER = "closeline"

# What the SDK's loggers know of the run, and the names under which a line shows it.
RUN_FIELDS = {
    "workflow_id": "workflow_id",
    "run_id": "run_id",
    "workflow_run_id": "run_id",
    "activity_type": "activity",
    "attempt": "attempt",
    "update_id": "update_id",
}


def configure_logs(
    style: Literal["console", "json"] = "console", stream: TextIO | None = None
) -> None:
    """Send all log lines of this process to the stream (stderr), as text or as JSON."""
    stream = stream or sys.stderr
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    renderer: Processor = structlog.processors.JSONRenderer()
    if style == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=stream.isatty())
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*before, structlog.stdlib.ExtraAdder()],
        processors=[
            _name_the_run,
            structlog.processors.ExceptionRenderer(_traceback),
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            renderer,
        ],
    )
    _install(formatter, stream)


class NoMetrics(OSError):
    """Metrics cannot be served where they were asked for; the message says where and why."""


def make_runtime(metrics: str | None = None) -> Runtime:
    """The SDK's runtime: one per process, made before its first client.

    Its core's log lines join ours; metrics are served to Prometheus at the address given, which
    raises NoMetrics where somebody else listens.
    """
    forwarding = LogForwardingConfig(
        logging.getLogger("temporalio.core"),
        append_target_to_name=False,
        prepend_target_on_message=False,
        append_log_fields_to_message=False,
    )
    prometheus = metrics and PrometheusConfig(
        bind_address=metrics,
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
    )
    config = TelemetryConfig(
        logging=LoggingConfig(TelemetryFilter("WARN", "ERROR"), forwarding),
        metrics=prometheus or None,
    )
    try:
        return Runtime(telemetry=config)
    except ValueError as error:
        raise NoMetrics(f"metrics: {metrics}: {error}") from error


def _install(formatter: logging.Formatter, stream: TextIO) -> None:
    handler = logging.StreamHandler(stream)
    handler.set_name(HANDLER)
    handler.setFormatter(formatter)
    handler.addFilter(_is_news)
    root = logging.getLogger()
    root.handlers = [*(h for h in root.handlers if h.get_name() != HANDLER), handler]
    root.setLevel(logging.INFO)  # at DEBUG the SDK logs whole messages
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it greets at every start
    # The ids are fields of their own, and rendering a line is no part of the workflow.
    workflow.logger.workflow_info_on_message = False
    workflow.logger.unsafe_disable_sandbox()
    activity.logger.activity_info_on_message = False


def _is_news(_: logging.LogRecord) -> bool:
    """Whether this was not already logged when the workflow ran for the first time."""
    return not (workflow.in_workflow() and workflow.unsafe.is_replaying_history_events())


def _name_the_run(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Put the run's ids beside the message, in place of the SDK's own attachments."""
    for attachment in ("temporal_workflow", "temporal_activity"):
        details = event.pop(attachment, {})
        event.update({name: details[key] for key, name in RUN_FIELDS.items() if key in details})
    if core := event.pop("temporal_log", None):
        # The SDK's core attaches whole failures, with whatever text they quote.
        event.update({key: value for key, value in core.fields.items() if key != "failure"})
    event.pop("__temporal_error_identifier", None)
    return event


def _traceback(exc_info: ExcInfo) -> str:
    """The exceptions from the first cause on, none with the value that it complains about."""
    errors = _chain(exc_info[1])
    return "\n".join("".join(traceback.format_tb(e.__traceback__)) + _words(e) for e in errors)


def _chain(error: BaseException) -> Iterator[BaseException]:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from _chain(earlier)
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _chain(part)
    yield error


def _words(error: BaseException) -> str:
    words = str(error)
    if isinstance(error, ValidationError):
        words = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return f"{type(error).__name__}: {words}"
