"""What only shows over a real socket: streaming, breaking off, hanging up."""

from __future__ import annotations

import http.client
import json
import socket
import time
from urllib.parse import quote, urlsplit

import httpx
import pytest

PAIRS = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
NEVER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def test_a_long_answer_arrives_whole(server: str) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    n = httpx.get(server + "/sparql", params={"query": count}).json()
    triples = int(n["results"]["bindings"][0]["n"]["value"])
    response = httpx.get(
        server + "/sparql", params={"query": PAIRS}, headers={"Accept": "text/csv"}, timeout=60
    )
    assert response.headers["transfer-encoding"] == "chunked"
    assert response.text.count("\r\n") == triples**2 + 1


def test_a_short_answer_has_a_length(server: str) -> None:
    response = httpx.get(server + "/sparql", params={"query": "ASK {}"})
    assert int(response.headers["content-length"]) == len(response.content)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_answer_that_breaks_off_does_not_look_whole(server: str, encoding: str) -> None:
    with (
        pytest.raises(httpx.RemoteProtocolError),
        httpx.stream(
            "GET",
            server + "/sparql",
            params={"query": ENDLESS, "timeout": "1"},
            headers={"Accept": "text/csv", "Accept-Encoding": encoding},
            timeout=30,
        ) as response,
    ):
        assert response.status_code == 200
        size = sum(len(part) for part in response.iter_raw())
        pytest.fail(f"{size} bytes looked like a whole answer")


def test_breaking_off_is_seen_by_the_standard_library(server: str) -> None:
    parts = urlsplit(server)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request("GET", f"/sparql?query={quote(ENDLESS)}&timeout=1&format=tsv")
    response = connection.getresponse()
    assert response.status == 200
    with pytest.raises(http.client.IncompleteRead):
        response.read()
    connection.close()


def test_who_hangs_up_frees_the_worker(server: str) -> None:
    parts = urlsplit(server)
    address = (parts.hostname or "", parts.port or 0)
    for _ in range(6):
        with socket.create_connection(address) as client:
            client.sendall(f"GET /sparql?query={quote(NEVER)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            time.sleep(0.2)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        metrics = httpx.get(server + "/metrics").text
        running = [
            ln for ln in metrics.splitlines() if ln.startswith("policygraph_queries_running{")
        ]
        if all(line.endswith(" 0") for line in running):
            break
        time.sleep(0.1)
    assert all(line.endswith(" 0") for line in running)
    assert httpx.get(server + "/sparql", params={"query": "ASK {}"}).json()["boolean"] is True


def test_a_body_beyond_the_limit_is_not_waited_for(server: str) -> None:
    parts = urlsplit(server)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as client:
        client.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: 1000000000\r\n\r\nASK"
        )
        head = client.recv(65536)
    assert head.startswith(b"HTTP/1.1 413 ")


def test_errors_over_the_wire(server: str) -> None:
    response = httpx.get(server + "/sparql", params={"query": "SELEC"})
    assert response.status_code == 400
    assert json.loads(response.content)["line"] == 1
    assert response.headers["access-control-allow-origin"] == "*"


def test_head_over_the_wire(server: str) -> None:
    for path in ("/", "/sparql", "/sparql?query=ASK%7B%7D", "/doc/policy/vision", "/download/"):
        response = httpx.head(server + path)
        assert response.status_code == 200, path
        assert response.content == b""
