"""Routes: which notices go over which channel, read from one TOML file."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from ledger.rows import NoticeRow
from notices.channels import Channel, Command, File, Log
from sales.notice import NOBODY

BUILT_IN: Final[Mapping[str, Callable[..., Channel]]] = {
    "log": Log,
    "file": File,
    "command": Command,
}


class BadNotices(ValueError):
    """The file of channels is not one; the message names the channel, the field and the rule."""


class Said(BaseModel):
    """What the file says of a channel; whatever else it says is for the channel itself."""

    model_config = ConfigDict(extra="allow", frozen=True)

    using: str
    what: tuple[str, ...] = ("*",)
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """A channel by its name, with the codes that go over it (`breach*` stands for all that begin
    so) and, unless it is for all, to whom."""

    name: str
    channel: Channel
    what: tuple[str, ...] = ("*",)
    to: tuple[str, ...] = ()

    def takes(self, notice: NoticeRow) -> bool:
        """Whether the notice goes this way."""
        if self.to and (notice.to or NOBODY) not in self.to:
            return False
        return any(fnmatchcase(notice.what, each) for each in self.what)


def routes(file: Path | None) -> list[Route]:
    """Every channel of the file; without one, the log. Raises BadNotices."""
    if file is None:
        return [Route("log", Log())]
    try:
        told = tomllib.loads(file.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadNotices(f"{file}: not_toml ({error})") from error
    return [_route(file, name, each) for name, each in told.items()]


def _route(file: Path, name: str, told: Any) -> Route:
    where = f"{file}: {name}"
    try:
        said = Said.model_validate(told)
        channel = _maker(where, said.using)(**(said.model_extra or {}))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, (name, *first["loc"])))
        raise BadNotices(f"{file}: {field}: {first['type']} ({first['msg']})") from error
    except TypeError as error:
        raise BadNotices(f"{where}: bad_options ({error})") from error
    return Route(name, channel, said.what, said.to)


def _maker(where: str, using: str) -> Callable[..., Channel]:
    """What makes the channel: one of ours, or `package.module:name` of whoever wrote a plug-in."""
    if using in BUILT_IN:
        return BUILT_IN[using]
    module, _, name = using.partition(":")
    if not name:
        known = ", ".join(BUILT_IN)
        raise BadNotices(f"{where}.using: unknown_channel ({using!r} is none of {known})")
    try:
        made: Callable[..., Channel] = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise BadNotices(f"{where}.using: no_such_plug_in ({error})") from error
    return made
