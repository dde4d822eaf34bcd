"""`closeline codec-server`: lets Temporal's UI, in a browser that may, show payloads in clear."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from typer import Option, Typer

from starter.commands.failing import Refusal
from starter.commands.spreading import command
from starter.ports import CODEC_PORT, IP

app = Typer()


@command(
    app,
    "codec-server",
    "closeline codec-server --keys-file keys.json \\",
    "    --origin https://temporal.example.com",
)
async def codec_server(
    origin: Annotated[
        list[str], Option(help="Where the UI is, such as https://temporal.example.com.")
    ],
    ip: Annotated[str, Option(help="The address to listen at; by default only this machine.")] = IP,
    port: Annotated[int, Option(help="The port to listen at.")] = CODEC_PORT,
    token_file: Annotated[
        Path | None, Option(help="Ask for the bearer token that is in this file.")
    ] = None,
    namespace: Annotated[str | None, Option(help="The Temporal namespace it answers for.")] = None,
    keys_file: Annotated[
        Path | None, Option(help="The key ring (also CLOSELINE_KEYS_FILE).")
    ] = None,
    log: Annotated[str | None, Option(help="Log lines: console or json.")] = None,
) -> None:
    """Decode payloads for Temporal's UI; every request leaves a line in the log."""
    import structlog

    from settings import VARIABLES, Settings
    from starter.codec_server import Access, make_app, serving
    from telemetry import configure_logs
    from worker import stop_on_signals

    logger = structlog.get_logger(__name__)
    settings = Settings.load(namespace=namespace, keys_file=keys_file, log=log)
    configure_logs(settings.log)
    if settings.keys is None:
        raise Refusal("keys_file", "missing", f"give it, or set {VARIABLES['keys_file']}")
    access = Access(settings.namespace, tuple(map(_origin, origin)), _token(token_file))
    if access.token is None and not _is_this_machine(ip):
        logger.warning("answers_other_machines_without_a_token", ip=ip)
    async with serving(make_app(settings.keys, access), ip, port):
        logger.info("codec_server_started", ip=ip, port=port, namespace=access.namespace)
        await stop_on_signals().wait()


def _is_this_machine(ip: str) -> bool:
    try:
        return ip_address(ip).is_loopback
    except ValueError as error:
        raise Refusal("ip", "not_an_address", ip) from error


def _origin(text: str) -> str:
    scheme, _, host = text.rstrip("/").partition("://")
    if scheme not in ("http", "https") or not host or set(host) & set("/*?#@"):
        raise Refusal("origin", "not_an_origin", "scheme, host and port, and nothing more")
    return f"{scheme}://{host}"


def _token(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        token = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Refusal("token_file", "not_readable", error.strerror) from error
    if not token:
        raise Refusal("token_file", "empty")
    return token
