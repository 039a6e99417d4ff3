"""What is answered on the spot is, byte for byte, what the usual way gives."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from policygraph.connection import Connection, connections
from policygraph.engine import Engine, Query
from policygraph.engine.cache import AnswerCache
from policygraph.release import Release
from policygraph.web.app import create_app
from policygraph.web.site import Site

from .conftest import LIMITS

SELECT = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 20"
NEVER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
DATE = re.compile(rb"\r\ndate: [^\r]*")
TAG = re.compile(rb"\r\netag: ([^\r]*)")


class Wire(asyncio.Transport):
    """The other end of a connection, in memory."""

    def __init__(self, peer: str) -> None:
        super().__init__({"peername": (peer, 40000), "sockname": ("127.0.0.1", 80)})
        self.sent = b""
        self.closed = False
        self.reading = True

    def write(self, data: Any) -> None:
        assert not self.closed
        self.sent += data

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


class Server:
    """Makes connections of both kinds to one application."""

    def __init__(self, release: Release, engine: Engine, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.engine = engine
        app = create_app(release, engine, LIMITS)
        self.site: Site = app.state.site
        self._kind = connections(self.site)
        self.config = uvicorn.Config(app, log_level="critical", access_log=False)
        self.config.load()
        self.state = ServerState()
        self.state.default_headers = [(b"date", b"Tue, 24 Nov 2026 12:00:00 GMT")]

    def connect(self, quick: bool, peer: str = "127.0.0.1") -> tuple[HttpToolsProtocol, Wire]:
        kind = self._kind if quick else HttpToolsProtocol
        connection = kind(
            config=self.config, server_state=self.state, app_state={}, _loop=self.loop
        )
        wire = Wire(peer)
        connection.connection_made(wire)
        return connection, wire

    def run(self, work: Awaitable[Any]) -> Any:
        async def within() -> Any:
            return await asyncio.wait_for(work, 20)

        return self.loop.run_until_complete(within())

    def talk(self, quick: bool, *pieces: bytes, peer: str = "127.0.0.1") -> bytes:
        """Return all that comes back for bytes that arrive piece by piece."""
        connection, wire = self.connect(quick, peer)

        async def work() -> None:
            for piece in pieces:
                if not wire.closed:
                    connection.data_received(piece)
                    await asyncio.sleep(0)
            while busy(connection):
                await asyncio.sleep(0.001)

        self.run(work())
        connection.connection_lost(None)
        return wire.sent


def busy(connection: HttpToolsProtocol) -> bool:
    own = isinstance(connection, Connection) and connection._job is not None
    late = bool(connection.pipeline) and not connection.transport.is_closing()
    # what is no whole request is never answered
    waits = connection.cycle is not None and not connection.cycle.response_complete
    return own or late or (waits and not connection.cycle.more_body)


@pytest.fixture(scope="module")
def made(release: Release, engine: Engine, loop: asyncio.AbstractEventLoop) -> Iterator[Server]:
    yield Server(release, engine, loop)


def request(
    query: str = SELECT,
    extra: str = "",
    method: str = "GET",
    fields: str = "",
    version: str = "1.1",
) -> bytes:
    if method == "GET" or method == "HEAD":
        target = f"/sparql?query={quote(query, safe='')}{extra}"
        return f"{method} {target} HTTP/{version}\r\nHost: x\r\n{fields}\r\n".encode()
    body, kind = query, "application/sparql-query"
    if method == "FORM":
        body, kind = f"query={quote(query)}{extra}", "application/x-www-form-urlencoded"
    length = len(body.encode())
    head = f"POST /sparql HTTP/{version}\r\nHost: x\r\nContent-Type: {kind}\r\n"
    return f"{head}Content-Length: {length}\r\n{fields}\r\n{body}".encode()


QUERIES = [
    SELECT,
    "ASK {}",
    'SELECT ?é { BIND("é" AS ?é) }',
    "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 5",
    "DESCRIBE <https://w3id.org/policygraph/id/organisation/hub>",
    "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 2000",
    "SELECT nonsense",
    "DELETE WHERE { ?s ?p ?o }",
    "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "",
]
EXTRAS = ["", "&format=csv", "&format=nothing", "&format=html", "&timeout=7", "&timeout=x", "&a=b",
          "&default-graph-uri=https://w3id.org/policygraph/graph/meta", "&default-graph-uri=%20",
          "&query=ASK{}", "&update=x", "&a=%", "&a=%FF", "&named-graph-uri=urn:x"]  # fmt: skip
FIELDS = ["Accept: */*", "Accept: text/csv", "Accept: text/turtle", "Accept: text/html",
          "Accept: image/png", "Accept: text/csv;q=0.1, application/sparql-results+xml",
          "Accept-Encoding: gzip", "Accept-Encoding: gzip;q=0", "Accept-Encoding: br, *",
          "Accept: text/csv\r\nAccept: application/json", "Connection: close", "Origin: http://a",
          "Connection: keep-alive", "Connection: Keep-Alive, Upgrade", "Expect: 100-continue",
          "Upgrade: h2c", "X-Forwarded-For: 192.0.2.7", "If-None-Match: *", "If-None-Match: W/x",
          "Content-Encoding: gzip", "Range: bytes=0-9", "Content-Length: 0",
          "Cookie: a=b", "X: " + "y" * 5000, "Broken", "A : b",
          "Accept:\ttext/csv\t", "Accept: text/csv\n\nGET / HTTP/1.1"]  # fmt: skip
REQUESTS = st.builds(
    request,
    st.sampled_from(QUERIES),
    st.sampled_from(EXTRAS),
    st.sampled_from(["GET", "GET", "HEAD", "POST", "FORM"]),
    st.lists(st.sampled_from(FIELDS), max_size=3).map(
        lambda fields: "".join(f"{field}\r\n" for field in fields)
    ),
    st.sampled_from(["1.1", "1.1", "1.1", "1.0"]),
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(asked=REQUESTS)
def test_the_answer_on_the_spot_is_the_usual_one(made: Server, asked: bytes) -> None:
    both = []
    for quick in (False, True):
        made.engine.cache = AnswerCache("", 1 << 24)
        # evaluated, then remembered, then remembered by its bytes
        both.append([made.talk(quick, asked) for _ in range(4)])
    assert both[0] == both[1]
    usual = both[0][0]
    tag = TAG.search(usual)
    if tag and usual.startswith(b"HTTP/1.1 200"):
        again = asked.replace(b"Host: x\r\n", b"Host: x\r\nIf-None-Match: " + tag[1] + b"\r\n")
        assert made.talk(True, again) == made.talk(False, again)


STREAMS = st.lists(
    st.builds(
        request,
        st.sampled_from(QUERIES[:4]),
        st.sampled_from(EXTRAS[:4]),
        st.sampled_from(["GET", "GET", "HEAD", "POST", "FORM"]),
        st.sampled_from(["", "Accept: text/csv\r\n", "Accept-Encoding: gzip\r\n"]),
    ),
    min_size=1,
    max_size=4,
).map(b"".join)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(stream=STREAMS, data=st.data())
def test_requests_in_any_pieces_are_answered_in_their_order(
    made: Server, stream: bytes, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=4)))
    pieces = [stream[a:b] for a, b in pairwise([0, *cuts, len(stream)]) if a < b]
    assert made.talk(True, *pieces) == made.talk(False, *pieces)


ASK = "query=ASK%7B%7D"
POST = "POST /sparql HTTP/1.1\r\nContent-Type: application/sparql-query\r\nContent-Length: "


@pytest.mark.parametrize(
    "stream",
    [
        f"GET /sparql?{ASK} HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello" + request("ASK{}").decode(),
        f"GET /sparql?{ASK} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        f"GET /sparql?{ASK} HTTP/1.1\r\n\r\nGET /health/live HTTP/1.1\r\n\r\n",
        f"{POST}5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        f"{POST}5\r\nContent-Length: 6\r\n\r\nASK {{}}",
        f"{POST}6\r\n\r\nASK {{}}GET /health/live HTTP/1.1\r\n\r\n",
        f"{POST}9\r\n\r\nASK {{}}",
        f"{POST}+6\r\n\r\nASK {{}}",
        f"GET /sparql?{ASK} HTTP/1.1\nHost: x\n\n",
        f"GET /sparql?{ASK} HTTP/1.1\r\nAccept: text/csv\r\n  ;q=0\r\n\r\n",
        f"GET /sparql?{ASK} HTTP/1.1\r\nAccept : text/csv\r\n\r\n",
        f"GET /sparql?{ASK} HTTP/1.1\r\nAccept: text\x00/csv\r\n\r\n",
        f"GET http://x/sparql?{ASK} HTTP/1.1\r\n\r\n",
        f"GET //sparql?{ASK} HTTP/1.1\r\n\r\n",
        f"GET /sparql/?{ASK} HTTP/1.1\r\n\r\n",
        f"GET /%73parql?{ASK} HTTP/1.1\r\n\r\n",
        f"get /sparql?{ASK} HTTP/1.1\r\n\r\n",
        f"GET /sparql?{ASK}#fragment HTTP/1.1\r\n\r\n",
        "GET /sparql?query=ASK{} HTTP/1.1\r\n\r\n",
        "GET /sparql?query=ASK%7B%7D%23\xe9 HTTP/1.1\r\n\r\n",
        f"GET /sparql?{ASK} HTTP/1.1 \r\n\r\n",
        f"GET /sparql?{ASK}  HTTP/1.1\r\n\r\n",
        f"\r\nGET /sparql?{ASK} HTTP/1.1\r\n\r\n",
        f"GET /sparql?{ASK} HTTP/1.1\r\n\r\n\r\n",
        f"GET /sparql?{ASK} HTTP/1.2\r\n\r\n",
        "GET /sparql HTTP/1.1\r\n\r\n",
        "GET /sparql? HTTP/1.1\r\n\r\n",
    ],
)
def test_what_could_be_understood_in_two_ways_is_understood_in_one(
    made: Server, stream: str
) -> None:
    sent = stream.encode("latin-1")
    assert made.talk(True, sent) == made.talk(False, sent)


@pytest.mark.parametrize("method", ["GET", "POST", "FORM"])
@pytest.mark.parametrize("fields", ["", "Connection: keep-alive\r\nX-Forwarded-For: 192.0.2.7\r\n"])
def test_plain_requests_are_answered_on_the_spot(made: Server, method: str, fields: str) -> None:
    connection, wire = made.connect(quick=True)
    asked = request(SELECT + f" # {method} {len(fields)}", method=method, fields=fields)

    async def work() -> None:
        for number in range(1, 5):
            connection.data_received(asked)
            while busy(connection):
                await asyncio.sleep(0.001)
            assert wire.sent.count(b"HTTP/1.1 200 OK\r\n") == number

    hits = made.engine.cache.hits
    made.run(work())
    assert connection.cycle is None
    assert made.engine.cache.hits == hits + 3
    assert len(set(wire.sent.split(b"HTTP/1.1 200 OK")[1:])) == 1


@pytest.mark.parametrize(
    ("peer", "fields", "client"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("127.0.0.1", "X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7"),
        ("127.0.0.1", "X-Forwarded-For: 192.0.2.8, 192.0.2.7\r\n", "192.0.2.7"),
        ("127.0.0.1", "X-Forwarded-For: 192.0.2.8\r\nX-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7"),
        ("192.0.2.1", "X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.1"),
    ],
)
def test_shares_go_by_the_client_that_a_trusted_proxy_names(
    made: Server, monkeypatch: pytest.MonkeyPatch, peer: str, fields: str, client: str
) -> None:
    asked: list[str] = []

    def noted(name: str) -> None:
        real = getattr(made.engine, name)

        def note(query: Query) -> Any:
            asked.append(query.client)
            return real(query)

        monkeypatch.setattr(made.engine, name, note)

    noted("begin")
    noted("answer")
    made.talk(True, request("ASK { BIND(NOW() AS ?n) }", fields=fields), peer=peer)
    made.talk(False, request("ASK { BIND(NOW() AS ?n) }", fields=fields), peer=peer)
    assert asked == [client, client]


def test_what_arrives_meanwhile_waits_for_its_turn(made: Server) -> None:
    connection, wire = made.connect(quick=True)
    texts = ["ASK { FILTER(1 = 2) }", SELECT + " #late", "ASK {} #late"]

    async def work() -> None:
        for text in texts:
            connection.data_received(request(text, "&format=csv"))
        assert not wire.reading
        while busy(connection):
            await asyncio.sleep(0.001)

    made.run(work())
    assert wire.reading
    [_, first, second, third] = wire.sent.split(b"HTTP/1.1 200 OK")
    assert first.endswith(b"\r\n\r\nfalse")
    assert second.count(b"\r\n") > 20
    assert third.endswith(b"\r\n\r\ntrue")


def test_who_hangs_up_leaves_nothing_behind(made: Server) -> None:
    connection, wire = made.connect(quick=True)

    async def work() -> None:
        connection.data_received(request(NEVER))
        await asyncio.sleep(0.05)
        connection.connection_lost(ConnectionResetError())
        health = made.engine.health()
        while health.fast or health.slow or health.waiting:
            await asyncio.sleep(0.01)
            health = made.engine.health()

    made.run(work())
    assert wire.sent == b""


def test_a_server_that_shuts_down_answers_what_it_has_begun(made: Server) -> None:
    connection, wire = made.connect(quick=True)

    async def work() -> None:
        connection.data_received(request("ASK {} # the last one"))
        connection.shutdown()
        while busy(connection) or not wire.closed:
            await asyncio.sleep(0.001)

    made.run(work())
    assert wire.sent.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nconnection: close\r\n" in wire.sent


def test_no_connection_is_closed_while_a_query_is_evaluated(made: Server) -> None:
    made.config.timeout_keep_alive = 1
    try:
        connection, wire = made.connect(quick=True)
    finally:
        made.config.timeout_keep_alive = 5

    async def work() -> None:
        connection.data_received(request("SELECT nonsense"))  # goes the usual way
        while busy(connection):
            await asyncio.sleep(0.001)
        connection.data_received(request(NEVER, "&timeout=3"))
        while busy(connection):
            assert not wire.closed
            await asyncio.sleep(0.01)

    made.run(work())
    assert b"HTTP/1.1 503 " in wire.sent


def test_an_error_costs_one_evaluation(made: Server) -> None:
    connection, wire = made.connect(quick=True)

    async def work() -> None:
        before = made.engine.health().stopped.get("error", 0)
        connection.data_received(request("SELECT nonsense"))
        while busy(connection):
            await asyncio.sleep(0.001)
        assert made.engine.health().stopped["error"] == before + 1

    made.run(work())
    assert wire.sent.startswith(b"HTTP/1.1 400 ")
    assert b'"line": 1' in wire.sent


@pytest.mark.parametrize("sent", [b"", b"GET /sparql?query=ASK%20%7B", request(), request("ASK")])
def test_a_connection_without_a_whole_request_is_closed(made: Server, sent: bytes) -> None:
    connection, wire = made.connect(quick=True)
    connection.connection_lost(ConnectionAbortedError())
    made.config.timeout_keep_alive = 1
    try:
        connection, wire = made.connect(quick=True)
    finally:
        made.config.timeout_keep_alive = 5

    async def work() -> None:
        if sent:
            connection.data_received(sent)
        while not wire.closed:
            await asyncio.sleep(0.01)

    made.run(work())


def test_a_client_that_reads_nothing_is_not_written_to(made: Server) -> None:
    connection, wire = made.connect(quick=True)
    connection.pause_writing()

    async def work() -> None:
        for _ in range(20):
            connection.data_received(request())
        await asyncio.sleep(0.1)
        assert wire.sent.count(b"HTTP/1.1 200 OK") == 0
        connection.resume_writing()
        while busy(connection):
            await asyncio.sleep(0.001)

    made.run(work())
    assert wire.sent.count(b"HTTP/1.1 200 OK") == 20


def test_the_date_is_that_of_the_moment(made: Server) -> None:
    first = made.talk(True, request())
    made.state.default_headers = [(b"date", b"Tue, 24 Nov 2026 12:00:01 GMT")]
    second = made.talk(True, request())
    assert first != second
    assert DATE.sub(b"", first) == DATE.sub(b"", second)


def test_requests_are_counted(made: Server) -> None:
    before, answers = made.state.total_requests, made.site.responses[200]
    for quick in (True, True, True, False):
        made.talk(quick, request())
    assert made.state.total_requests == before + 4
    assert made.site.responses[200] == answers + 4
