"""No query makes a server call what its operator has not allowed, or read a file."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.remote import Remote
from tests.served.asking import Ask, form, found, get, post, refused
from tests.served.conftest import SECRET


@pytest.fixture(scope="module", params=["some are allowed", "none is allowed"])
def either(request: pytest.FixtureRequest, federated: str, other: str) -> str:
    """The endpoint of a server that may call others, and of one that may not."""
    return federated if request.param == "some are allowed" else other


BAITS = [
    "SELECT * { SERVICE <BAIT> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <BAIT> { ?s ?p ?o } }",
    "select * { service silent <BAIT> { ?s ?p ?o } }",
    "SELECT * { SeRvIcE<BAIT>{ ?s ?p ?o } }",
    "SELECT * { SERVICESILENT<BAIT>{ ?s ?p ?o } }",
    "PREFIX b: <BAIT> SELECT * { SERVICE SILENT b: { ?s ?p ?o } }",
    "PREFIX b: <BAITROOT> SELECT * { SERVICE b:sparql { ?s ?p ?o } }",
    "PREFIX b: <\\u0068BAITTAIL> SELECT * { SERVICE b: { ?s ?p ?o } }",
    "BASE <BAITROOT> SELECT * { SERVICE <sparql> { ?s ?p ?o } }",
    "BASE <BAIT> SELECT * { SERVICE SILENT <> { ?s ?p ?o } }",
    "SELECT * { VALUES ?e { <BAIT> } SERVICE SILENT ?e { ?s ?p ?o } }",
    "SELECT * { BIND(<BAIT> AS ?e) SERVICE ?e { ?s ?p ?o } }",
    "SELECT * { BIND(IRI(CONCAT('BAIT', '')) AS ?e) SERVICE SILENT ?e { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o SERVICE SILENT ?s { ?a ?b ?c } }",
    "SELECT * { { SELECT * { { SELECT * { SERVICE SILENT <BAIT> { ?s ?p ?o } } } } } }",
    "SELECT * { GRAPH ?g { OPTIONAL { SERVICE <BAIT> { ?s ?p ?o } } } }",
    "SELECT * { ?s ?p ?o FILTER NOT EXISTS { SERVICE SILENT <BAIT> { ?s ?p ?o } } }",
    "ASK { { } UNION { SERVICE SILENT <BAIT> { ?s ?p ?o } } }",
    "CONSTRUCT { ?s ?p ?o } { SERVICE SILENT <BAIT> { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE SILENT <BAIT> { ?s ?p ?o } }",
    "SELECT * { SERVICE # SERVICE <http://x/> {\n SILENT #}\n <BAIT> #'''\n { ?s ?p ?o } }",
    "SELECT ('SERVICE' AS ?x) { SERVICE SILENT <BAIT> { ?s ?p ?o } } # '''",
    "SELECT * { \\u0053ERVICE SILENT <BAIT> { ?s ?p ?o } }",
    "SELECT * { S\\U00000045RVICE <\\u0068BAITTAIL> { ?s ?p ?o } }",
    "SELECT * FROM <BAIT> { SERVICE SILENT <BAIT> { ?s ?p ?o } }",
    "SELECT * { SERVICE <file:///etc/passwd> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <ftp://127.0.0.1/> { ?s ?p ?o } }",
]


@pytest.mark.parametrize("ask", [get, post, form])
@pytest.mark.parametrize("text", BAITS)
def test_bait_is_refused(either: str, bait: Remote, text: str, ask: Ask) -> None:
    address = f"{bait.address}sparql"
    text = text.replace("BAITROOT", bait.address).replace("hBAITTAIL", address)
    text = text.replace("\\u0068BAITTAIL", "\\u0068" + address[1:]).replace("BAIT", address)
    detail = refused(ask(either, text))
    assert re.match(r"\d+:\d+: SERVICE", detail) or "SERVICESILENT" in text
    assert not bait.connections


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM <BAITgraph.ttl> { ?s ?p ?o }",
        "SELECT * FROM <FILE> { ?s ?p ?o }",
        "SELECT * FROM NAMED <BAITgraph.ttl> { GRAPH ?g { ?s ?p ?o } }",
        "SELECT * FROM NAMED <FILE> { GRAPH ?g { ?s ?p ?o } }",
        "SELECT * FROM <BAITgraph.ttl> FROM <FILE> FROM NAMED <FILE> { ?s ?p ?o }",
        "BASE <BAIT> SELECT * FROM <graph.ttl> FROM NAMED <> { ?s ?p ?o }",
        "PREFIX b: <BAIT> SELECT * FROM b: { ?s ?p ?o }",
        "SELECT * { GRAPH <BAITgraph.ttl> { ?s ?p ?o } }",
        "SELECT * { GRAPH <FILE> { ?s ?p ?o } }",
    ],
)
def test_a_graph_is_never_fetched(either: str, bait: Remote, secret: Path, text: str) -> None:
    text = text.replace("BAIT", bait.address).replace("FILE", secret.as_uri())
    assert found(get(either, text)) == []
    assert found(post(either, text)) == []
    assert not bait.connections


@pytest.mark.parametrize("name", ["default_graph_uri", "named_graph_uri"])
def test_a_graph_of_the_protocol_is_never_fetched(
    either: str, bait: Remote, secret: Path, name: str
) -> None:
    for graph in (bait.address, f"{bait.address}graph.ttl", secret.as_uri()):
        for text in ("SELECT * { ?s ?p ?o }", "SELECT * { GRAPH ?g { ?s ?p ?o } }"):
            assert found(get(either, text, **{name: graph})) == []
    assert not bait.connections


@pytest.mark.parametrize(
    "update",
    [
        "LOAD <BAITgraph.ttl>",
        "LOAD SILENT <FILE> INTO GRAPH <http://example.org/g>",
        "INSERT { ?s ?p ?o } WHERE { SERVICE <BAIT> { ?s ?p ?o } }",
    ],
)
def test_nothing_is_loaded(either: str, bait: Remote, secret: Path, update: str) -> None:
    update = update.replace("BAIT", bait.address).replace("FILE", secret.as_uri())
    ways = [
        get(either, update),
        post(either, update),
        httpx.post(either, data={"update": update}, timeout=60),
        httpx.post(either, content=update, headers={"Content-Type": "application/sparql-update"}),
    ]
    assert {response.status_code for response in ways} <= {400, 403, 405, 415}
    assert found(get(either, f"SELECT * {{ ?s ?p '{SECRET}' }}")) == []
    assert not bait.connections


@given(
    word=st.sampled_from(["SERVICE", "sErViCe", "\\u0053ERVICE", "SERVIC\\U00000045"]),
    silent=st.sampled_from(["", "SILENT", "\\u0073ilent"]),
    gaps=st.lists(st.sampled_from([" ", "\n", "#x\n", " # <y> {\r\n"]), min_size=2, max_size=2),
    around=st.sampled_from(["{}", "{{ {} }}", "OPTIONAL {{ {} }}", "{{ SELECT * {{ {} }} }}",
                            "MINUS {{ {} }}", "GRAPH ?g {{ {} }}"]),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_bait_is_refused_however_it_is_spelt(
    federated: str, bait: Remote, word: str, silent: str, gaps: list[str], around: str
) -> None:
    clause = f"{word}{gaps[0]}{silent}{gaps[1]}<{bait.address}sparql> {{ ?s ?p ?o }}"
    text = f"SELECT * {{ {around.format(clause)} }}"
    assert f"<{bait.address}sparql> is not allowed" in refused(post(federated, text))
    assert not bait.connections


@pytest.mark.parametrize("silent", ["", "SILENT"])
@pytest.mark.parametrize(
    ("path", "why"),
    [("to-bait", "it redirects to <http://127"), ("to-file", "it redirects to <file:///etc/pa")],
)
def test_a_redirect_leads_nowhere_else(
    federated: str, scripted: Remote, bait: Remote, path: str, why: str, silent: str
) -> None:
    endpoint = scripted.address + path
    text = f"ASK {{ SERVICE {silent} <{endpoint}> {{ ?s ?p ?o }} }}"
    detail = refused(get(federated, text))
    assert detail.startswith(f"SERVICE <{endpoint}>: {why}")
    assert not bait.connections


@pytest.mark.parametrize("silent", ["", "SILENT"])
def test_a_host_name_does_not_lead_to_this_machine(
    federated: str, bait: Remote, silent: str
) -> None:
    endpoint = f"http://2130706433:{bait.port}/sparql"
    text = f"ASK {{ SERVICE {silent} <{endpoint}> {{ ?s ?p ?o }} }}"
    detail = refused(get(federated, text))
    assert "has the address 127.0.0.1, which is not public" in detail
    assert not bait.connections
