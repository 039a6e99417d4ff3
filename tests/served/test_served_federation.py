"""SERVICE over HTTP to the endpoints that an operator has allowed."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from policygraph import __version__
from policygraph.release import Release
from tests.remote import JSON, Handler, Remote, rows, solutions
from tests.served.asking import Ask, form, found, get, post, refused
from tests.served.conftest import EX, PG, VISION, allowing


def test_a_redirect_to_an_allowed_endpoint_is_followed(federated: str, scripted: Remote) -> None:
    text = f"SELECT ?x {{ SERVICE <{scripted.address}to-found> {{ ?s ?p ?x }} }}"
    assert found(get(federated, text)) == [{"x": "found"}]


JOIN = """\
PREFIX e: <http://example.org/>
PREFIX pg: <https://w3id.org/policygraph/ns#>
SELECT ?policy ?year ?name {
  ?policy a pg:PolicyDocument .
  SERVICE <OTHER> { ?policy e:seen ?year ; e:by ?reader }
  SERVICE <OXIGRAPH> { ?reader e:name ?name }
}
"""
JOINED = [{"policy": VISION, "year": "2026", "name": "R. Eader"}]


@pytest.mark.parametrize("ask", [get, post, form])
def test_a_join_across_three_servers(federated: str, other: str, oxigraph: str, ask: Ask) -> None:
    text = JOIN.replace("OTHER", other).replace("OXIGRAPH", oxigraph)
    assert found(ask(federated, text)) == JOINED


def test_oxigraph_calls_us_and_we_call_it(federated: str, oxigraph: str) -> None:
    text = (
        f"SELECT ?p {{ SERVICE <{federated}> {{ ?p a <{PG}ns#PolicyDocument> }} "
        f"FILTER(?p = <{VISION}>) }}"
    )
    assert found(get(oxigraph, text)) == [{"p": VISION}]
    nested = f"SELECT ?p {{ SERVICE <{oxigraph}> {{ {text.replace('SELECT ?p', '')} }} }}"
    assert f"{federated}> is not allowed" in refused(get(federated, nested))


def test_answers_that_hang_on_others_promise_nothing(
    federated: str, other: str, oxigraph: str, scripted: Remote
) -> None:
    text = JOIN.replace("OTHER", other).replace("OXIGRAPH", oxigraph)
    response = get(federated, text)
    assert "etag" not in response.headers
    assert response.headers["cache-control"] == "no-cache"
    plain = get(federated, "ASK {}")
    for known in ("*", plain.headers["etag"]):
        again = httpx.get(federated, params={"query": text}, timeout=60,
                          headers={"If-None-Match": known})  # fmt: skip
        assert found(again) == JOINED

    text = f"SELECT ?x {{ SERVICE <{scripted.address}turns> {{ ?s ?p ?x }} }}"
    assert "is not allowed" in refused(get(federated, text))
    text = text.replace("turns", "found")
    for value in ("one", "two"):
        scripted.at("found", rows({"x": value}))
        assert found(get(federated, text)) == [{"x": value}]
    scripted.at("found", rows({"s": f"<{VISION}>", "x": "found"}))


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("error", "it answered with status 500"),
        ("large", "its answer is larger than 1 MiB"),
        ("hang", "it did not answer within 2 s"),
        ("drip", "it did not answer within 2 s"),
    ],
)
def test_a_remote_that_fails_is_named(
    federated: str, scripted: Remote, path: str, why: str
) -> None:
    endpoint = scripted.address + path
    text = f"SELECT * {{ VALUES ?v {{ 1 }} SERVICE <{endpoint}> {{ ?s ?p ?o }} }}"
    response = get(federated, text)
    assert response.status_code == 502, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"] == f"SERVICE <{endpoint}>: {why}"
    assert found(get(federated, text.replace("SERVICE", "SERVICE SILENT"))) == [{"v": "1"}]


def test_a_remote_that_has_gone_is_named(federated: str, bait: Remote) -> None:
    endpoint = f"http://localtest.invalid:{bait.port}/sparql"
    response = get(federated, f"ASK {{ SERVICE <{endpoint}> {{ ?s ?p ?o }} }}")
    assert response.status_code == 502
    assert response.json()["detail"].startswith(f"SERVICE <{endpoint}>: it cannot be reached")


def test_a_client_that_hangs_up_ends_the_call(
    release: Release, scripted: Remote, tmp_path: Path
) -> None:
    del release
    came, left = threading.Event(), threading.Event()

    def wait(handler: Handler) -> None:
        came.set()
        if handler.gone(60):
            left.set()

    endpoint = scripted.at("wait", wait)
    with allowing(tmp_path, [endpoint], "service_seconds = 60\n") as patient:
        url = httpx.URL(patient, params={"query": f"ASK {{ SERVICE <{endpoint}> {{ ?s ?p ?o }} }}"})
        with socket.create_connection((url.host, url.port or 80)) as client:
            client.sendall(b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % url.raw_path)
            assert came.wait(20)
        assert left.wait(20)
        assert found(get(patient, "SELECT * { ?s <http://example.org/none> ?o }")) == []


def test_slow_remotes_do_not_stop_others(federated: str, scripted: Remote) -> None:
    slow = f"ASK {{ SERVICE SILENT <{scripted.address}hang> {{ ?s ?p ?o }} }}"
    waiting = [threading.Thread(target=get, args=(federated, slow)) for _ in range(6)]
    for thread in waiting:
        thread.start()
    answers = 0
    while any(thread.is_alive() for thread in waiting):
        text = f"SELECT * {{ ?s <{EX}none> {answers} }}"
        assert found(get(federated, text)) == []
        answers += 1
    assert answers > 6


def test_the_remote_learns_who_asks(federated: str, scripted: Remote) -> None:
    scripted.came.clear()
    get(federated, f"ASK {{ SERVICE <{scripted.address}found> {{ ?s ?p ?o }} }}")
    [came] = scripted.came
    assert came.headers["user-agent"] == f"policygraph/{__version__} (+{PG})"
    assert came.headers["content-type"] == "application/x-www-form-urlencoded"
    assert JSON in came.headers["accept"]


def test_the_service_description_lists_what_may_be_called(
    federated: str, other: str, allowed: list[str]
) -> None:
    feature = "<http://www.w3.org/ns/sparql-service-description#BasicFederatedQuery>"
    relation = "<http://purl.org/dc/terms/relation>"
    listed = sorted(f"<{endpoint}>" for endpoint in allowed)

    def described(endpoint: str) -> list[ox.Quad]:
        response = httpx.get(endpoint, headers={"Accept": "application/n-triples"})
        return list(ox.parse(response.content, format=ox.RdfFormat.N_TRIPLES))

    says = described(federated)
    assert sorted(str(q.object) for q in says if str(q.predicate) == relation) == listed
    assert feature in {str(q.object) for q in says}
    says = described(other)
    assert feature not in {str(q.object) for q in says}
    assert relation not in {str(q.predicate) for q in says}


def test_many_rows_come_whole(federated: str, scripted: Remote) -> None:
    many = solutions(*({"s": f"<{EX}{n}>"} for n in range(8000)))
    scripted.at("found", lambda handler: handler.send(many))
    text = f"SELECT ?s {{ SERVICE <{scripted.address}found> {{ ?s ?p ?o }} }}"
    assert len(found(get(federated, text))) == 8000
    scripted.at("found", rows({"s": f"<{VISION}>", "x": "found"}))
