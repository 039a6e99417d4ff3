from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
from fastapi import FastAPI
from rdflib import Graph

from policygraph.engine import Dataset, Engine
from policygraph.release import Release
from policygraph.settings import Limits
from policygraph.web.app import create_app

from .example import make_release

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
LIMITS = Limits(query_text_kib=64)


class Client:
    """Sends requests to the application without a socket, all in one event loop."""

    def __init__(self, app: FastAPI, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://portal.test")

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        return self._loop.run_until_complete(self._client.request(method, url, **options))

    def get(self, url: str, accept: str | None = None, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if accept is not None:
            sent["Accept"] = accept
        return self.request("GET", url, headers=sent)

    def page(self, url: str, language: str = "nl") -> httpx.Response:
        return self.get(url, BROWSER, accept_language=language)

    def post(self, body: str | bytes, content_type: str, **headers: str) -> httpx.Response:
        sent = {
            "Content-Type": content_type,
            **{n.replace("_", "-"): v for n, v in headers.items()},
        }
        return self.request("POST", "/sparql", content=body, headers=sent)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="session")
def engine(release: Release) -> Iterator[Engine]:
    dataset = Dataset(release.dataset, release.apart, release.portal.base)
    with Engine.start(dataset, LIMITS) as engine:
        yield engine


@pytest.fixture(scope="session")
def loop(engine: Engine) -> Iterator[asyncio.AbstractEventLoop]:
    del engine  # it has to outlive the loop that it is attached to
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def client(release: Release, engine: Engine, loop: asyncio.AbstractEventLoop) -> Client:
    return Client(create_app(release, engine, LIMITS), loop)


@pytest.fixture(scope="session")
def server(release: Release) -> Iterator[str]:
    """The address of a real server process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = Path(__file__).parent / "serve.py"
    process = subprocess.Popen([sys.executable, script, release.path, str(port)])
    address = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            if httpx.get(address + "/health").status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(10)


def parsed(content: bytes | str, media_type: str) -> Graph:
    """Return what RDF of any format says, read by a parser that is not the writer's."""
    format_ = ox.RdfFormat.from_media_type(media_type)
    assert format_ is not None
    triples = (quad.triple for quad in ox.parse(content, format=format_))
    lines = "".join(f"{t.subject} {t.predicate} {t.object} .\n" for t in triples)
    return Graph().parse(data=lines, format="nt")


def script_of(html: str) -> str:
    """Return what stands in the one script element of a page."""
    [script] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return str(script)
