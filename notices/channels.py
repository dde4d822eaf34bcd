"""Channels: how a notice leaves. Those that are built in, and what a plug-in has to be."""

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from typing import Annotated, Any, Protocol

import structlog
from pydantic import Field, TypeAdapter, validate_call

from ledger.rows import NoticeRow

_EVENT: TypeAdapter[NoticeRow] = TypeAdapter(NoticeRow)

logger = structlog.get_logger(__name__)


class Channel(Protocol):
    """One way out. It runs in a thread that no workflow waits for."""

    async def send(self, notice: NoticeRow) -> None:
        """Send one notice, and raise where it did not go out: then it comes again, later. It may
        come twice; its `id` says so."""


class NotSent(Exception):
    """The notice did not go out; the message says why."""


def event(notice: NoticeRow) -> dict[str, Any]:
    """The notice as plain JSON, as the feed tells it and as channels pass it on."""
    told: dict[str, Any] = _EVENT.dump_python(notice, mode="json")
    return told


class Log:
    """One line in the worker's own log."""

    async def send(self, notice: NoticeRow) -> None:
        """Never fails."""
        told = event(notice)
        logger.info("notice", **{name: told[name] for name in ("what", "to", "words", "due", "id")})


class File:
    """Lines of JSON, one a notice, at the end of a file."""

    @validate_call
    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, notice: NoticeRow) -> None:
        """The whole line at once, so that several workers may write to the same file."""
        await asyncio.to_thread(self._append, _EVENT.dump_json(notice) + b"\n")

    def _append(self, line: bytes) -> None:
        to = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(to, line)
        finally:
            os.close(to)


class Command:
    """A program that is run for each notice and finds it on its standard input, as JSON; it has
    sent it if it ends with 0, and what it says on stderr is kept if it does not."""

    @validate_call
    def __init__(self, command: Annotated[list[str], Field(min_length=1)]) -> None:
        self._command = command

    async def send(self, notice: NoticeRow) -> None:
        """Raises NotSent; a program that is waited for no longer is killed."""
        program = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=DEVNULL, stderr=PIPE
        )
        try:
            _, said = await program.communicate(_EVENT.dump_json(notice))
        finally:
            if program.returncode is None:
                program.kill()
        if program.returncode:
            raise NotSent(f"exit code {program.returncode}: {said.decode(errors='replace')}")
