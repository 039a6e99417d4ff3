"""The client against real servers, also such as break off, lie, or are too busy."""

from __future__ import annotations

import hashlib
import http.server
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from rdflib import Graph, URIRef

import policygraph
from policygraph import Client
from policygraph.errors import (
    BrokenInput,
    Gone,
    NotFound,
    NotSupported,
    Overloaded,
    Refused,
    ServiceRefused,
    SyntaxProblem,
    TimeLimitExceeded,
    Unavailable,
)
from policygraph.release import Release
from tests.releases.conftest import Server

BASE = "https://w3id.org/policygraph/"
VISION = f"{BASE}id/policy/nl-generative-ai-vision"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def test_forms(client: Client) -> None:
    assert client.query("ASK {}") is True
    assert client.query("ASK { FILTER(false) }") is False
    for text in (f"DESCRIBE <{VISION}>", "CONSTRUCT WHERE { ?s a ?o } LIMIT 5"):
        graph = client.query(text)
        assert isinstance(graph, Graph)
        assert len(graph) >= 5


def test_the_address_of_the_endpoint_does_as_well(server: Server) -> None:
    for end in ("", "/", "/sparql", "/sparql/"):
        with Client(server.address + end) as client:
            assert client.url == server.address
            assert client.query("ASK {}") is True


def test_a_syntax_error_has_its_place(client: Client) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        client.query("SELECT *\n{ ?s ?p }")
    assert caught.value.place is not None
    assert (caught.value.place.line, caught.value.place.column) == (2, 9)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("DELETE WHERE { ?s ?p ?o }", BrokenInput),
        ("ASK { SERVICE <http://example.org/> { ?s ?p ?o } }", ServiceRefused),
        ("ASK { FILTER(<http://example.org/f>(1)) }", NotSupported),
    ],
)
def test_refusals(client: Client, text: str, kind: type[Exception]) -> None:
    with pytest.raises((kind, Refused)) as caught:
        client.query(text)
    assert type(caught.value) is kind or kind is BrokenInput


def test_the_time_limit_is_not_tried_again(client: Client) -> None:
    begun = time.monotonic()
    with pytest.raises(TimeLimitExceeded):
        client.query(SLOW, timeout=1)
    assert time.monotonic() - begun < 8


def test_where_nobody_answers() -> None:
    with (
        Client("http://127.0.0.1:1", retries=0) as client,
        pytest.raises(Unavailable, match="does not answer"),
    ):
        client.query("ASK {}")
    with pytest.raises(BrokenInput, match="must start with http"):
        Client("127.0.0.1:8000")


def test_describe_follows_the_content_negotiation(client: Client) -> None:
    graph = client.describe(VISION)
    assert len(list(graph.predicate_objects(URIRef(VISION)))) > 10
    assert len(list(graph.subject_predicates(URIRef(VISION)))) > 10
    term = client.describe(f"{BASE}ns#PolicyDocument")
    assert (URIRef(f"{BASE}ns#PolicyDocument"), None, None) in term
    for unknown in (f"{BASE}id/policy/no-such-policy", "http://example.org/a> } #"):
        with pytest.raises(NotFound):
            client.describe(unknown)


def test_downloads_arrive_whole(client: Client, release: Release, tmp_path: Path) -> None:
    for name in ("policygraph.ttl.gz", "tables/action-point.csv", "meta.nt"):
        path = client.download(name, tmp_path)
        assert path == tmp_path / name.rpartition("/")[2]
        assert path.read_bytes() == release.file(name).read_bytes()
    named = client.download("meta.nt", tmp_path / "other.nt")
    assert named.name == "other.nt"
    before = named.stat().st_mtime_ns
    assert client.download("meta.nt", named).stat().st_mtime_ns == before
    named.write_text("something else")
    assert client.download("meta.nt", named).read_bytes() == release.file("meta.nt").read_bytes()
    assert not list(tmp_path.glob(".*"))
    with pytest.raises(NotFound, match=r"there are: .*meta.nt"):
        client.download("../manifest.json", tmp_path)


def test_pinned_releases(archive: Server, editions: list[Release]) -> None:
    text = f"SELECT ?v {{ <{BASE}> <http://www.w3.org/2002/07/owl#versionInfo> ?v }}"
    with Client(archive.address) as client:
        kept = client.releases()
        assert kept["id"].tolist() == [release.id for release in reversed(editions)]
        assert kept["date"].dtype.kind == "M"
        assert kept["current"].tolist() == [True, False, False]
        assert client.release == editions[-1].id
        for release in editions:
            pinned = client.at(release.id)
            assert pinned.release == release.id
            answer = pinned.query(text)
            assert isinstance(answer, pd.DataFrame)
            assert answer["v"].tolist() == [release.portal.version]
            assert len(pinned.queries.policies()) == 1
            assert pinned.releases().equals(kept)
            assert pinned.at(editions[-1].id).release == editions[-1].id
        for id_ in ("0123456789abcdef", "../..", ""):
            with pytest.raises(NotFound):
                client.at(id_)


def test_a_pinned_download(archive: Server, editions: list[Release], tmp_path: Path) -> None:
    with Client(archive.address) as client:
        path = client.at(editions[0].id).download("policygraph.nq.gz", tmp_path)
    assert path.read_bytes() == editions[0].file("policygraph.nq.gz").read_bytes()


Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


@contextmanager
def scripted(answer: Answer) -> Iterator[str]:
    """A server that does what a test wants; its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer(self)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def send(
    handler: http.server.BaseHTTPRequestHandler,
    body: bytes,
    status: int = 200,
    length: int | None = None,
    **headers: str,
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)
    if length is not None:
        handler.close_connection = True


TRUE = b'{"head": {}, "boolean": true}'
RESULTS = "application/sparql-results+json"
PROBLEM = "application/problem+json"


def test_it_waits_as_a_busy_server_asks_and_gives_up_in_the_end() -> None:
    asked: list[float] = []
    busy = json.dumps({"title": Overloaded.title, "status": 503, "detail": "busy"}).encode()

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        asked.append(time.monotonic())
        if len(asked) == 2:
            send(handler, TRUE, Content_Type=RESULTS)
        else:
            send(handler, busy, 503, Content_Type=PROBLEM, Retry_After="1")

    with scripted(answer) as address, Client(address, retries=2) as client:
        assert client.query("ASK {}") is True
        assert 0.9 < asked[1] - asked[0] < 5
        with pytest.raises(Overloaded, match="busy"):
            client.query("ASK {}")
        assert len(asked) == 5


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (502, b"<html>Bad Gateway</html>", Unavailable, "Bad Gateway"),
        (429, b"slow down", Overloaded, "slow down"),
        (404, b"", NotFound, "answered 404"),
        (410, b'{"title": "Withdrawn", "detail": "gone", "successor": "x:y"}', Gone, "gone"),
        (418, b"[]", BrokenInput, "."),
        (200, b"<html>", Unavailable, "is it a policygraph server"),
    ],
)
def test_what_others_answer(status: int, body: bytes, kind: type[Exception], message: str) -> None:
    with (
        scripted(lambda handler: send(handler, body, status, Content_Type="text/html")) as address,
        Client(address) as client,
        pytest.raises(kind, match=message) as caught,
    ):
        client.query("ASK {}")
    assert type(caught.value) is kind
    assert getattr(caught.value, "successor", "x:y") == "x:y"


def test_an_answer_that_breaks_off_is_none() -> None:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        send(handler, TRUE, length=len(TRUE) + 10, Content_Type=RESULTS)

    with (
        scripted(answer) as address,
        Client(address) as client,
        pytest.raises(Unavailable, match="broke off"),
    ):
        client.query("ASK {}")


def test_a_silent_server_is_not_waited_for() -> None:
    with (
        scripted(lambda _: time.sleep(3)) as address,
        Client(address, timeout=0.5) as client,
        pytest.raises(Unavailable, match="in time"),
    ):
        client.query("ASK {}")


CONTENT = bytes(range(256)) * 4000


class Files:
    """A server of one file, which it breaks off after some bytes, or spoils."""

    def __init__(self, broken: int, *, spoilt: bool = False) -> None:
        self.broken = broken
        self.spoilt = spoilt
        self.ranges: list[str | None] = []

    def __call__(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        sum_ = hashlib.sha256(CONTENT).hexdigest()
        if handler.path.endswith("/manifest.json"):
            file = {"name": "f.bin", "size": len(CONTENT), "sha256": sum_}
            send(handler, json.dumps({"files": [file]}).encode())
            return
        range_ = handler.headers["Range"]
        self.ranges.append(range_)
        start = int(range_.removeprefix("bytes=").removesuffix("-")) if range_ else 0
        assert not range_ or handler.headers["If-Range"] == f'"{sum_}"'
        rest = CONTENT[start:]
        if self.spoilt:
            rest = b"x" + rest[1:]
        status = 206 if range_ else 200
        if self.broken:
            self.broken -= 1
            send(handler, rest[:300_000], status, length=len(rest))
        else:
            send(handler, rest, status)


def test_a_download_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    files = Files(2)
    with scripted(files) as address, Client(address) as client:
        path = client.download("f.bin", tmp_path)
    assert path.read_bytes() == CONTENT
    assert files.ranges == [None, "bytes=300000-", "bytes=600000-"]
    assert [found.name for found in tmp_path.iterdir()] == ["f.bin"]


def test_a_later_call_goes_on_too(tmp_path: Path) -> None:
    files = Files(2)
    with scripted(files) as address, Client(address, retries=0) as client:
        for _ in range(2):
            with pytest.raises(Unavailable, match="broke off"):
                client.download("f.bin", tmp_path)
            assert not (tmp_path / "f.bin").exists()
        assert client.download("f.bin", tmp_path).read_bytes() == CONTENT
    assert files.ranges == [None, "bytes=300000-", "bytes=600000-"]


def test_a_spoilt_download_is_never_there(tmp_path: Path) -> None:
    files = Files(0, spoilt=True)
    (tmp_path / "f.bin").write_text("what was there before")
    with scripted(files) as address, Client(address) as client:
        with pytest.raises(Unavailable, match="damaged"):
            client.download("f.bin", tmp_path)
        assert [found.name for found in tmp_path.iterdir()] == ["f.bin"]
        assert (tmp_path / "f.bin").read_text() == "what was there before"
        files.spoilt = False
        assert client.download("f.bin", tmp_path).read_bytes() == CONTENT


def test_the_package_loads_nothing_slow_until_it_is_used() -> None:
    code = "import sys, policygraph; print(sorted({'pandas', 'httpx', 'rdflib'} & {*sys.modules}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
    assert {"Client", "open"} <= set(dir(policygraph))
    with pytest.raises(AttributeError, match="no attribute 'Cleint'"):
        _ = policygraph.Cleint


def test_what_is_missing_is_named_with_the_remedy() -> None:
    code = "import sys; sys.modules['httpx'] = None; import policygraph; policygraph.Client('http://x')"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "policygraph.Client needs httpx: pip install 'policygraph[notebook]'" in run.stderr
