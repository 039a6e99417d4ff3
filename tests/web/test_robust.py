"""What happens when the engine, the client or the dump misbehaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from policygraph.engine import Answer, Dataset, Engine, Query
from policygraph.errors import EvaluationCrashed, Overloaded
from policygraph.formats import RESULT_FORMATS
from policygraph.release import Release, mirror
from policygraph.settings import Portal
from policygraph.web.app import create_app

from .conftest import BROWSER, LIMITS, Client


class FailingEngine:
    """Stands in for an engine that fails in the way that a test wants."""

    def __init__(self, error: Exception, parts: int = 0) -> None:
        self.error = error
        self.parts = parts
        self.closed = False

    async def answer(self, query: Query) -> Answer:
        del query
        if not self.parts:
            raise self.error
        return cast("Answer", _FailingAnswer(self))


class _FailingAnswer:
    form = "SELECT"
    format = RESULT_FORMATS[2]

    def __init__(self, engine: FailingEngine) -> None:
        self._engine = engine

    @property
    async def chunks(self) -> AsyncIterator[bytes]:
        for _ in range(self._engine.parts):
            yield b"a\r\n"
        raise self._engine.error

    async def close(self) -> None:
        self._engine.closed = True


def failing(
    release: Release, loop: asyncio.AbstractEventLoop, error: Exception, parts: int = 0
) -> tuple[Client, FailingEngine]:
    engine = FailingEngine(error, parts)
    app = create_app(release, cast("Engine", engine), LIMITS)
    return Client(app, loop), engine


@pytest.mark.parametrize("path", ["/sparql?query=ASK%7B%7D", "/doc/policy/vision", "/"])
def test_an_unforeseen_failure_says_nothing_about_the_code(
    release: Release, loop: asyncio.AbstractEventLoop, path: str
) -> None:
    client, _ = failing(release, loop, RuntimeError("secret"))
    for accept, media_type in ((None, "application/problem+json"), (BROWSER, "text/html")):
        response = client.get(path, accept)
        assert response.status_code == 500
        assert response.headers["content-type"].startswith(media_type)
        assert response.headers["access-control-allow-origin"] == "*"
        assert "secret" not in response.text
        assert "Traceback" not in response.text


def test_a_full_queue_is_503(release: Release, loop: asyncio.AbstractEventLoop) -> None:
    client, _ = failing(release, loop, Overloaded("65 queries are waiting; try again soon"))
    for path in ("/sparql?query=ASK%7B%7D", "/doc/policy/vision", "/health"):
        response = client.get(path)
        assert response.status_code == 503
        assert response.headers["retry-after"] == "5"


@pytest.mark.parametrize("parts", [1, 2])
def test_a_failure_within_two_parts_is_still_an_error(
    release: Release, loop: asyncio.AbstractEventLoop, parts: int
) -> None:
    client, engine = failing(release, loop, EvaluationCrashed("it died"), parts)
    response = client.get("/sparql?query=ASK%7B%7D", "text/csv")
    # The second part is looked at before the status line goes out, the third is not.
    if parts == 1:
        assert response.status_code == 503
    assert engine.closed


def test_a_later_failure_leaves_the_body_open(release: Release) -> None:
    engine = FailingEngine(EvaluationCrashed("it died"), 5)
    app = create_app(release, cast("Engine", engine), LIMITS)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)  # the client stays, and says nothing more
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "method": "GET",
        "scheme": "http", "path": "/sparql", "raw_path": b"/sparql", "http_version": "1.1",
        "query_string": b"query=ASK%7B%7D", "headers": [(b"accept", b"text/csv")],
        "server": ("portal.test", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    with pytest.raises(Exception, match="already started") as caught:
        asyncio.run(app(scope, receive, send))
    assert isinstance(caught.value.__cause__, EvaluationCrashed)
    assert [m["type"] for m in sent][:1] == ["http.response.start"]
    assert all(m["more_body"] for m in sent[1:])
    assert engine.closed


@pytest.mark.parametrize("host", ['x"><script>', "x y", "x<y>"])
def test_a_strange_host_is_no_endpoint(client: Client, host: str) -> None:
    response = client.get("/sparql", "text/turtle", host=host)
    assert response.status_code in (200, 400)
    assert "<script>" not in client.get("/sparql", BROWSER, host=host).text


def test_a_mirrored_dump_is_served_as_it_is(tmp_path: Path) -> None:
    dump = tmp_path / "dump.ttl"
    dump.write_text(
        '<http://e.test/id/a> a <http://e.test/C> ; <http://e.test/p> [ <http://e.test/q> "x" ] .'
    )
    release = mirror([dump], Portal(base="http://e.test/"))
    with Engine.start(Dataset(release.dataset, release.apart, "http://e.test/"), LIMITS) as engine:
        loop = asyncio.new_event_loop()
        client = Client(create_app(release, engine, LIMITS), loop)
        for path in ("/", "/sparql", "/queries", "/download/", "/doc/a"):
            assert client.page(path).status_code == 200, path
        assert client.get("/doc/a.ttl").status_code == 200
        assert ">x" in client.page("/doc/a").text
        for path in ("/ns", "/shapes", "/download/policygraph.nq"):
            assert client.page(path).status_code == 404, path
        for path in ("/sparql", "/.well-known/void", "/health", "/metrics", "/context.jsonld"):
            assert client.get(path).status_code == 200, path
        loop.close()


def test_every_answer_is_open_for_reading(client: Client) -> None:
    for path in ("/", "/nowhere", "/sparql", "/sparql?query=x", "/health", "/static/nothing.css"):
        response: httpx.Response = client.get(path, origin="https://x.test")
        assert response.headers["access-control-allow-origin"] == "*", path
        assert "ETag" in response.headers["access-control-expose-headers"]
        assert response.headers["x-content-type-options"] == "nosniff"
    assert client.request("POST", "/doc/policy/vision").status_code == 405
    allowed = client.request("POST", "/doc/policy/vision").headers["allow"]
    assert set(allowed.split(", ")) == {"GET", "HEAD", "OPTIONS"}
