"""Where everything is: settled from options, the environment and what `closeline up` left."""

import asyncio
import dataclasses
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self, TypedDict, Unpack

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    DirectoryPath,
    Field,
    FilePath,
    InstanceOf,
    ValidationError,
)
from temporalio.client import Client
from temporalio.envconfig import ClientConfigProfile
from temporalio.runtime import Runtime

from encryption.codec import Keys, data_converter
from encryption.ring import BadRing, Ring
from encryption.ring_file import RingFile

TASK_QUEUE = "closeline"
NAMESPACE = "closeline"
DEFAULT_ADDRESS = "localhost:7233"
DEFAULT_DIR = ".closeline"
DEFAULT_RING = "keys.json"
CONNECT_SECONDS = 5.0

DAILY = "@daily"
RHYTHMS = ("@hourly", DAILY, "@weekly", "@monthly")

VARIABLES = {
    "address": "TEMPORAL_ADDRESS",
    "namespace": "TEMPORAL_NAMESPACE",
    "profile": "TEMPORAL_PROFILE",
    "dir": "CLOSELINE_DIR",
    "ledger_url": "CLOSELINE_LEDGER_URL",
    "log": "CLOSELINE_LOG",
    "metrics": "CLOSELINE_METRICS",
    "processes": "CLOSELINE_PROCESSES",
    "keys_file": "CLOSELINE_KEYS_FILE",
    "snapshots": "CLOSELINE_SNAPSHOTS",
    "notices": "CLOSELINE_NOTICES",
}
KEYS = "CLOSELINE_KEYS"
"""Holds the text of a key ring where no file can; no option does, for others see a command line."""


class BadSettings(ValueError):
    """A setting is wrong, or two contradict each other; the message names them."""


class Unreachable(ConnectionError):
    """No Temporal server answered; the message says where, and who said to look there."""


class UpFile(BaseModel):
    """What `closeline up` leaves in its folder, so that other commands find its server."""

    model_config = ConfigDict(frozen=True)

    address: str
    ui_address: str | None
    pid: int
    keys_file: Path | None = None

    @staticmethod
    def path(folder: Path) -> Path:
        """The file's place in the folder."""
        return folder / "up.json"

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """What the file says, or None where nothing was left."""
        path = cls.path(folder)
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            broken = "; ".join(e["msg"] for e in error.errors())
            raise BadSettings(f"{path}: {broken}; delete it if no server is up") from error

    def write(self, folder: Path) -> None:
        """Put the file in place at once: a reader sees all of it or nothing."""
        draft = folder / "up.json.new"
        draft.write_text(self.model_dump_json())
        draft.replace(self.path(folder))


class Options(TypedDict, total=False):
    """What a command line may say; None is the same as nothing said."""

    address: str | None
    namespace: str | None
    profile: str | None
    dir: Path | None
    ledger_url: str | None
    log: str | None
    metrics: str | None
    processes: Path | None
    keys_file: Path | None
    snapshots: str | None
    notices: Path | None


def _socket_address(text: str) -> str:
    host, _, port = text.rpartition(":")
    with suppress(ValueError):
        if ip_address(host.strip("[]")) and 0 < int(port) < 65536:
            return text
    raise ValueError(f"must be an IP address and a port, such as 127.0.0.1:9464, not {text!r}")


def _rhythm(text: str) -> str:
    fields = text.split()
    if fields and fields[0].startswith("CRON_TZ="):
        fields = fields[1:]
    if text in ("off", *RHYTHMS) or re.fullmatch(r"[1-9]\d{0,4}[mhd]", text) or len(fields) == 5:
        return text
    raise ValueError(f"must be 6h, @daily, 0 6 * * 1-5 or off, or the like, not {text!r}")


class Settings(BaseModel):
    """The settings of one process; an option beats the environment, which beats any file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # These may hold an API key, a password or a key ring, so they are never printed.
    connection: InstanceOf[ClientConfigProfile] = Field(repr=False)
    ledger_url: str = Field(repr=False)
    keys: Keys | None = Field(default=None, repr=False)
    address: str
    address_from: str
    namespace: str
    dir: Path
    log: Literal["console", "json"] = "console"
    metrics: Annotated[str, AfterValidator(_socket_address)] | None = None
    processes: DirectoryPath | None = None
    keys_file: Path | None = None
    snapshots: Annotated[str, AfterValidator(_rhythm)] = DAILY
    notices: FilePath | None = None

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **options: Unpack[Options]) -> Self:
        """Settle every setting, or say with BadSettings which one breaks which rule."""
        environ = {k: v for k, v in (os.environ if environ is None else environ).items() if v}
        said = _said(environ, options)
        folder = Path(said["dir"].value if "dir" in said else DEFAULT_DIR)
        server = _server(environ, said, folder)
        keys, keys_file = _keys(environ, said, server)
        values: dict[str, object] = {
            "ledger_url": f"sqlite:///{folder / 'ledger.db'}",
            **{name: word.value for name, word in said.items() if name in cls.model_fields},
            "connection": server.connection,
            "address": server.connection.address,
            "address_from": server.source,
            "namespace": server.connection.namespace,
            "dir": folder,
            "keys": keys,
            "keys_file": keys_file,
        }
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            broken = [f"{said[str(e['loc'][0])].source}: {e['msg']}" for e in error.errors()]
            raise BadSettings("; ".join(broken)) from error

    def at(self, address: str) -> Self:
        """The same settings for another, plain server: no key of this one is sent there."""
        connection = ClientConfigProfile(address=address, namespace=self.namespace)
        update = {"connection": connection, "address": address, "address_from": "the program"}
        return self.model_copy(update=update)

    def with_ring(self, path: Path) -> Self:
        """The same settings, encrypting with the ring in this file. Raises BadSettings."""
        return self.model_copy(update={"keys": _ring_in(path, "--dir"), "keys_file": path})


async def connect(settings: Settings, runtime: Runtime | None = None) -> Client:
    """A client of the server in the settings, or Unreachable within a few seconds."""
    attempt = Client.connect(
        **settings.connection.to_client_connect_config(),
        data_converter=data_converter(settings.keys),
        runtime=runtime,
    )
    where = f"{settings.address} (from {settings.address_from})"
    try:
        return await asyncio.wait_for(attempt, CONNECT_SECONDS)
    except TimeoutError as error:
        raise Unreachable(f"no Temporal server answers at {where}: it stays silent") from error
    except RuntimeError as error:  # the SDK has no error class of its own for this
        raise Unreachable(f"no Temporal server answers at {where}: {error}") from error


def ring_path(**options: Unpack[Options]) -> Path:
    """Where the key ring is or will be: in the file that is named, else in the folder."""
    said = _said({k: v for k, v in os.environ.items() if v}, options)
    folder = Path(said["dir"].value if "dir" in said else DEFAULT_DIR)
    return Path(said["keys_file"].value) if "keys_file" in said else folder / DEFAULT_RING


class _Word(NamedTuple):
    """A value, and the option or variable that said it."""

    value: str
    source: str


class _Server(NamedTuple):
    """How to reach the server, who said where it is, and the ring of whoever runs it."""

    connection: ClientConfigProfile
    source: str
    keys_file: Path | None = None


def _said(environ: Mapping[str, str], options: Options) -> dict[str, _Word]:
    by_variable = {
        name: _Word(environ[variable], variable)
        for name, variable in VARIABLES.items()
        if variable in environ
    }
    by_option = {
        name: _Word(str(value), f"--{name.replace('_', '-')}")
        for name, value in options.items()
        if value is not None
    }
    return by_variable | by_option


def _server(environ: Mapping[str, str], said: Mapping[str, _Word], folder: Path) -> _Server:
    address, profile = said.get("address"), said.get("profile")
    if address and profile:
        raise BadSettings(
            f"{address.source}={address.value} and {profile.source}={profile.value} both say "
            "where the server is, and the profile's key would go to the other's host: give one"
        )
    if (file := environ.get("TEMPORAL_CONFIG_FILE")) and not Path(file).is_file():
        raise BadSettings(f"TEMPORAL_CONFIG_FILE: there is no file {file}")
    try:
        found = ClientConfigProfile.load(
            profile.value if profile else None, override_env_vars=environ
        )
    except RuntimeError as error:  # the SDK's own class for this is private
        raise BadSettings(f"Temporal's configuration: {error}") from error
    namespace = said["namespace"].value if "namespace" in said else found.namespace or NAMESPACE
    if address:
        found = dataclasses.replace(found, address=address.value)
    if found.address:
        source = address.source if address else f"profile {profile.value if profile else 'default'}"
        return _Server(dataclasses.replace(found, namespace=namespace), source)
    if up := UpFile.read(folder):
        # The embedded server speaks plainly: a key meant for another server is not sent to it.
        plain = ClientConfigProfile(address=up.address, namespace=namespace)
        return _Server(plain, str(UpFile.path(folder)), up.keys_file)
    found = dataclasses.replace(found, address=DEFAULT_ADDRESS, namespace=namespace)
    return _Server(found, "the default")


def _keys(
    environ: Mapping[str, str], said: Mapping[str, _Word], server: _Server
) -> tuple[Keys | None, Path | None]:
    """What encrypts, and the file it is in, if it is in one."""
    named, text = said.get("keys_file"), environ.get(KEYS)
    if named and text:
        raise BadSettings(f"{KEYS} and {named.source} both say what the keys are: give one")
    if text:
        try:
            ring = Ring.parse(text)
        except BadRing as bad:
            raise BadSettings(f"{KEYS}: {bad}") from None
        return (lambda: ring), None
    path, source = server.keys_file, server.source
    if named:
        path, source = Path(named.value), named.source
    return (_ring_in(path, source), path) if path else (None, None)


def _ring_in(path: Path, source: str) -> Keys:
    file = RingFile(path)
    try:
        file.read()
    except BadRing as bad:
        raise BadSettings(f"{source}: {bad}") from None
    return file.read
