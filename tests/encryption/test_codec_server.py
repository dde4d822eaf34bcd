"""The codec server answers the UI's own pages, for one namespace, and leaves a trace of each."""

import asyncio
import io
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToJson, Parse
from temporalio.api.common.v1 import Payload, Payloads

from encryption.codec import Codec, sealed_with
from encryption.ring import Key
from encryption.ring_file import RingFile
from starter import codec_server
from starter.codec_server import Access, make_app, serving
from starter.embedded import EmbeddedServer
from starter.ports import PortTaken, choose_port
from starter.program import find_program
from tests.workflows.world import World

IP = "127.0.0.1"
UI = "http://127.0.0.1:8233"
ASKED = {"Content-Type": "application/json", "X-Namespace": "closeline"}
SECRET = Payload(metadata={"encoding": b"json/plain"}, data=b'"the canary sings"')


class Site:
    """A codec server, and who asks it."""

    def __init__(self, ring: RingFile, port: int) -> None:
        self.ring, self.port = ring, port

    async def ask(self, what: str, body: bytes, **headers: str | None) -> tuple[int, Any, bytes]:
        """Status, headers and body of the answer; a header of None is not sent."""
        told = {**ASKED, **{name.replace("_", "-"): each for name, each in headers.items()}}
        kept = {name: each for name, each in told.items() if each is not None}
        request = urllib.request.Request(f"http://{IP}:{self.port}{what}", body or None, kept)
        request.method = "POST" if body else "OPTIONS"

        def send() -> tuple[int, Any, bytes]:
            try:
                with urllib.request.urlopen(request, timeout=5) as reply:
                    return reply.status, reply.headers, reply.read()
            except urllib.error.HTTPError as error:
                with error:
                    return error.code, error.headers, error.read()

        return await asyncio.to_thread(send)

    async def decoded(self, *payloads: Payload, **headers: str | None) -> list[Payload]:
        status, _, body = await self.ask("/decode", wire(*payloads), **headers)
        assert status == 200, body
        return list(Parse(body, Payloads()).payloads)

    async def sealed(self) -> Payload:
        (found,) = await Codec(self.ring.read).encode([SECRET])
        return found

    async def there_and_back(self) -> Payload:
        (found,) = await self.decoded(await self.sealed(), Origin=UI)
        return found


def wire(*payloads: Payload) -> bytes:
    return MessageToJson(Payloads(payloads=payloads)).encode()


@pytest.fixture
async def site(ring: RingFile, logged: io.StringIO) -> AsyncIterator[Site]:
    port = choose_port(IP, 0, 0)
    async with serving(make_app(ring.read, Access("closeline", (UI,))), IP, port):
        yield Site(ring, port)


@pytest.fixture
async def guarded(ring: RingFile) -> AsyncIterator[Site]:
    port = choose_port(IP, 0, 0)
    access = Access("closeline", (UI,), token="pass me")
    assert "pass me" not in repr(access)
    async with serving(make_app(ring.read, access), IP, port):
        yield Site(ring, port)


async def test_the_page_of_the_ui_is_shown_what_is_sealed(site: Site) -> None:
    status, headers, body = await site.ask("/decode", wire(await site.sealed(), SECRET), Origin=UI)
    assert status == 200
    assert list(Parse(body, Payloads()).payloads) == [SECRET, SECRET]
    assert headers["Access-Control-Allow-Origin"] == UI


async def test_what_the_page_sends_is_sealed(site: Site) -> None:
    _, _, body = await site.ask("/encode", wire(SECRET), Origin=UI)
    (found,) = Parse(body, Payloads()).payloads
    assert sealed_with(found) == site.ring.read().active
    assert await site.decoded(found) == [SECRET]


async def test_the_browser_is_told_which_headers_and_methods_the_page_may_use(site: Site) -> None:
    asks = {"Access-Control-Request-Method": "POST"}
    wanted = "authorization,content-type,x-namespace"
    preflight = {**asks, "Access-Control-Request-Headers": wanted}
    status, headers, _ = await site.ask("/decode", b"", Origin=UI, **preflight)
    assert status == 200
    assert headers["Access-Control-Allow-Origin"] == UI
    assert headers["Access-Control-Allow-Methods"] == "POST"
    for stranger in ("http://127.0.0.1:8234", "http://127.0.0.1:8233.evil.example", "null"):
        status, headers, _ = await site.ask("/decode", b"", Origin=stranger, **preflight)
        assert (status, headers["Access-Control-Allow-Origin"]) == (400, None)


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({"Origin": "http://evil.example"}, 403, "origin: not_allowed"),
        ({"Origin": "null"}, 403, "origin: not_allowed"),
        ({"X_Namespace": "another"}, 403, "x-namespace: another_namespace"),
        ({"X_Namespace": None}, 403, "x-namespace: another_namespace"),
        ({"Content_Type": "text/plain"}, 415, "content-type: not_json"),
    ],
)
async def test_whoever_else_asks_is_told_why_not(
    site: Site, headers: dict[str, str | None], status: int, words: str
) -> None:
    found, _, body = await site.ask("/decode", wire(await site.sealed()), **headers)
    assert found == status
    assert words in body.decode()
    assert b"canary" not in body


@pytest.mark.parametrize("body", [b"{", b"7", b'{"payloads": 1}', b"\xff", b"[" * 100_000])
async def test_what_is_no_list_of_payloads_is_refused(site: Site, body: bytes) -> None:
    status, _, words = await site.ask("/decode", body)
    assert (status, words[:18]) == (400, b"body: not_payloads")


async def test_a_body_beyond_the_limit_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codec_server, "LARGEST", 1_000)
    status, _, words = await site.ask("/decode", wire(SECRET) + b" " * 1_000)
    assert (status, words[:15]) == (413, b"body: too_large")


async def test_with_a_token_only_its_bearer_is_answered(guarded: Site) -> None:
    for wrong in (None, "pass me", "Bearer pass", "Bearer pass me "[:-2], "bearer pass me"):
        status, _, words = await guarded.ask("/decode", wire(SECRET), Authorization=wrong)
        assert (status, words) == (401, b"authorization: needs_token")
    assert await guarded.decoded(SECRET, Authorization="Bearer pass me") == [SECRET]


async def test_what_no_key_opens_stays_sealed_beside_what_can_be_read(site: Site) -> None:
    gone = await site.sealed()
    key = Key.new()
    site.ring.change(lambda ring: type(ring)(active=key.id, keys={key.id: key}))
    assert await site.decoded(gone, await site.sealed()) == [gone, SECRET]


async def test_a_ring_that_cannot_be_read_is_told_without_its_path(site: Site) -> None:
    sealed = await site.sealed()
    site.ring.path.chmod(0o644)
    status, _, words = await site.ask("/decode", wire(sealed))
    assert (status, words) == (503, b"the key ring cannot be read")


async def test_each_answer_leaves_a_line_that_shows_nothing_of_it(
    site: Site, logged: io.StringIO
) -> None:
    await site.decoded(await site.sealed(), await site.sealed(), Origin=UI)
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    (told,) = [line for line in lines if line["event"] == "payloads_decoded"]
    assert {name: told[name] for name in ("client", "origin", "namespace", "count", "sealed")} == {
        "client": IP,
        "origin": UI,
        "namespace": "closeline",
        "count": 2,
        "sealed": 0,
    }
    assert "canary" not in logged.getvalue()


async def test_a_port_that_is_taken_is_named(site: Site) -> None:
    app = make_app(site.ring.read, Access("closeline"))
    with pytest.raises(PortTaken, match=f"port {site.port} on {IP}"):
        async with serving(app, IP, site.port):
            pass


async def test_temporals_own_command_line_reads_through_it(
    site: Site, server: EmbeddedServer, world: World
) -> None:
    async with world.worker():
        handle = await world.open("long", product="canary")
        ask = ["workflow", "query", "-w", handle.id, "--type", "journal"]
        ask += ["--address", server.address, "--namespace", "closeline"]
        assert "canary" not in await temporal(*ask)
        through = ["--codec-endpoint", f"http://{IP}:{site.port}"]
        assert '"product":"canary"' in await temporal(*ask, *through)


async def temporal(*args: str) -> str:
    process = await asyncio.create_subprocess_exec(
        str(find_program().path), *args, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err
    return out.decode()


def test_the_command_serves_until_it_is_told_to_stop(ring: RingFile, tmp_path: Path) -> None:
    port = choose_port(IP, 0, 0)
    command = ["-m", "starter.cli", "codec-server", "--origin", UI, "--port", str(port)]
    environ = os.environ | {"CLOSELINE_KEYS_FILE": str(ring.path), "CLOSELINE_LOG": "json"}
    with subprocess.Popen(
        [sys.executable, *command], env=environ, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        for line in process.stderr:
            if json.loads(line)["event"] == "codec_server_started":
                assert asyncio.run(Site(ring, port).there_and_back()) == SECRET
                process.terminate()
        assert process.wait(10) == 0
