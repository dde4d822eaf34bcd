"""The codec server: shows payloads in clear to the UI, in the browser of whoever may see them.

Temporal's UI and its command line post what they cannot read to `/decode`, and what they send to
`/encode`. Only the UI's own pages are answered, only for one namespace, and each answer leaves a
line in the log: who asked, for how many payloads, never what is in them.
"""

import asyncio
import hmac
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog
import uvicorn
from google.protobuf.json_format import MessageToJson, Parse, ParseError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from temporalio.api.common.v1 import Payload, Payloads

from encryption.codec import Codec, Keys, MissingKey, sealed_with
from encryption.ring import BadRing
from starter.ports import PortTaken

HEADERS: Final = ("Authorization", "Content-Type", "X-Namespace")
LARGEST: Final = 8 * 1024 * 1024
"""The largest request in bytes: a page of the UI asks for all payloads of its events at once."""
STOP_SECONDS: Final = 2

logger = structlog.get_logger(__name__)

Work = Callable[[Sequence[Payload]], Awaitable[list[Payload]]]


@dataclass(frozen=True)
class Access:
    """Who is answered: pages of these origins, for this namespace, with this token if there is one.

    A request without an origin is no page's; Temporal's command line sends such.
    """

    namespace: str
    origins: tuple[str, ...] = ()
    token: str | None = field(default=None, repr=False)

    def check(self, request: Request) -> None:
        """Raises what tells the sender why not."""
        origin = request.headers.get("origin")
        if origin is not None and origin not in self.origins:
            raise HTTPException(403, "origin: not_allowed")
        if self.token is not None:
            said = request.headers.get("authorization", "").encode()
            if not hmac.compare_digest(said, f"Bearer {self.token}".encode()):
                raise HTTPException(401, "authorization: needs_token")
        if request.headers.get("x-namespace") != self.namespace:
            raise HTTPException(403, f"x-namespace: another_namespace (it is {self.namespace})")
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise HTTPException(415, "content-type: not_json")


def make_app(keys: Keys, access: Access) -> Starlette:
    """The codec as two addresses, `/encode` and `/decode`."""
    codec = Codec(keys)

    async def as_far_as_possible(payloads: Sequence[Payload]) -> list[Payload]:
        """What cannot be opened stays sealed, beside what can."""
        found = list(payloads)
        for number, payload in enumerate(found):
            try:
                (found[number],) = await codec.decode([payload])
            except MissingKey as missing:
                logger.warning("key_is_missing", key=missing.key_id)
        return found

    def answer(done: str, work: Work) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            access.check(request)
            asked = await _payloads(request)
            try:
                found = await work(asked)
            except BadRing as bad:
                logger.error("no_key_ring", why=str(bad))
                raise HTTPException(503, "the key ring cannot be read") from bad
            logger.info(
                done,
                client=request.client.host if request.client else None,
                origin=request.headers.get("origin"),
                namespace=access.namespace,
                count=len(asked),
                sealed=sum(sealed_with(each) is not None for each in found),
            )
            return Response(MessageToJson(Payloads(payloads=found)), media_type="application/json")

        return endpoint

    cors = Middleware(
        CORSMiddleware,
        allow_origins=access.origins,
        allow_methods=("POST",),
        allow_headers=HEADERS,
    )
    routes = [
        Route("/encode", answer("payloads_encoded", codec.encode), methods=["POST"]),
        Route("/decode", answer("payloads_decoded", as_far_as_possible), methods=["POST"]),
    ]
    return Starlette(routes=routes, middleware=[cors])


async def _payloads(request: Request) -> Sequence[Payload]:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise HTTPException(413, f"body: too_large (at most {LARGEST} bytes are taken)")
    try:
        return Parse(bytes(body), Payloads(), ignore_unknown_fields=True).payloads
    except (ParseError, UnicodeDecodeError, RecursionError) as error:
        raise HTTPException(400, "body: not_payloads (temporal.api.common.v1.Payloads)") from error


class _Server(uvicorn.Server):
    """Leaves the signals to the program that it is a part of."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: Starlette, ip: str, port: int) -> AsyncIterator[None]:
    """Answer on this port for as long as the context is open. Raises PortTaken."""
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    server = _Server(config)
    with _listening(ip, port) as listening:
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield
        finally:
            server.should_exit = True
            await task


def _listening(ip: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    try:
        return socket.create_server((ip, port), family=family)
    except OSError as error:
        raise PortTaken(f"port {port} on {ip}: {error.strerror}") from error
