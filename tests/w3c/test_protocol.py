"""The protocol suite: each request is sent to a real server as the manifest has it."""

from __future__ import annotations

import http.client
import itertools
from urllib.parse import urlsplit

import httpx
import pytest
from rdflib import Graph

from .results import Table, read_json
from .suites import Exchange, Protocol, cases

UPDATES = [
    "INSERT DATA { GRAPH <http://e/g> { <http://e/s> <http://e/p> 1 } }",
    "DELETE DATA { GRAPH <http://e/g> { <http://e/s> <http://e/p> 1 } }",
    "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }",
    "WITH <http://e/g> DELETE { ?s ?p ?o } INSERT { ?o ?p ?s } WHERE { ?s ?p ?o }",
    "INSERT { ?s a <http://e/C> } USING <http://e/g> WHERE { ?s ?p ?o }",
    "LOAD SILENT <http://127.0.0.1:9/x> INTO GRAPH <http://e/g>",
    "CLEAR ALL",
    "CREATE GRAPH <http://e/g>",
    "DROP ALL",
    "COPY DEFAULT TO <http://e/g>",
    "MOVE DEFAULT TO <http://e/g>",
    "ADD DEFAULT TO <http://e/g>",
]
GRAPH_STORE = [
    ("PUT", "?graph=http%3A%2F%2Fe%2Fg"),
    ("POST", "?graph=http%3A%2F%2Fe%2Fg"),
    ("POST", "?default"),
    ("PATCH", "?graph=http%3A%2F%2Fe%2Fg"),
    ("DELETE", "?graph=http%3A%2F%2Fe%2Fg"),
    ("DELETE", "?default"),
]
TABULAR = {
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
}
_numbers = itertools.count()


def sizes(client: httpx.Client) -> Table:
    """Return the size of each graph; a number in the query keeps old answers away."""
    query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
    response = client.get("/sparql", params={"query": f"{query} # {next(_numbers)}"})
    table = read_json(response.text)
    assert isinstance(table, Table)
    assert len(table.rows) > 80
    return table


def send(server: str, exchange: Exchange) -> tuple[int, str, str]:
    """Send a request with no more headers than it has; return status, media type and body."""
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=60)
    try:
        connection.request(exchange.method, exchange.target, exchange.body, exchange.headers)
        response = connection.getresponse()
        media_type = response.headers.get_content_type()
        return response.status, media_type, response.read().decode()
    finally:
        connection.close()


PROTOCOL = [case for case in cases() if isinstance(case, Protocol)]


@pytest.mark.parametrize("case", PROTOCOL, ids=lambda case: case.id)
def test_protocol(server: str, client: httpx.Client, case: Protocol) -> None:
    """A read-only endpoint refuses every update, and what asks for its effect sees none."""
    updates = any(exchange.is_update for exchange in case.exchanges)
    before = sizes(client) if updates else None
    for exchange in case.exchanges:
        status, media_type, body = send(server, exchange)
        if exchange.is_update:
            assert 400 <= status < 500
            continue
        assert str(status)[0] in exchange.statuses, body
        if exchange.boolean is not None:
            assert read_json(body) is (exchange.boolean and not updates)
        if exchange.format == "boolean":
            assert isinstance(read_json(body), bool)
        elif exchange.format == "tabular":
            assert media_type in TABULAR
            assert isinstance(read_json(body), Table)
        elif exchange.format == "RDF":
            assert media_type == "text/turtle"
            Graph().parse(data=body, format="turtle")
        else:
            assert exchange.format is None
    if updates:
        assert sizes(client) == before


@pytest.mark.parametrize("update", UPDATES, ids=lambda update: update.partition(" ")[0])
def test_every_form_of_update_is_refused(client: httpx.Client, update: str) -> None:
    before = sizes(client)
    typed = {"Content-Type": "application/sparql-update"}
    for response in (
        client.post("/sparql", content=update, headers=typed),
        client.post("/sparql", data={"update": update}),
        client.post("/sparql", data={"query": update}),
        client.get("/sparql", params={"update": update}),
        client.get("/sparql", params={"query": update}),
    ):
        assert response.status_code == 403
        assert "read-only" in response.json()["detail"]
    assert sizes(client) == before


@pytest.mark.parametrize(("method", "parameters"), GRAPH_STORE)
def test_the_graph_store_protocol_changes_nothing(
    client: httpx.Client, method: str, parameters: str
) -> None:
    before = sizes(client)
    response = client.request(
        method,
        f"/sparql{parameters}",
        content=b"<http://e/s> <http://e/p> 1 .",
        headers={"Content-Type": "text/turtle"},
    )
    assert 400 <= response.status_code < 500
    assert sizes(client) == before
