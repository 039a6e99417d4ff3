from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import suppress

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policygraph.engine.evaluate import Evaluator
from policygraph.engine.loading import Loaded
from policygraph.engine.query import Form, Query
from policygraph.engine.reading import Graphs, read
from policygraph.errors import Place, PolicygraphError, Refused, ServiceRefused, SyntaxProblem
from policygraph.formats import Format


class Sink:
    """Keeps what an evaluation writes."""

    def __init__(self) -> None:
        self.data = b""

    def begin(self, form: Form, chosen: Format) -> None:
        self.form, self.format = form, chosen

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)

    def flush(self) -> None:
        pass


def run(text: str) -> bytes:
    sink = Sink()
    Evaluator(Loaded(ox.Store(), union=False, quads=0)).run(Query(text), sink)
    return sink.data


@pytest.fixture
def bait() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


SPELLINGS = [
    "SELECT * { SERVICE <BAIT> { ?s ?p ?o } }",
    "SELECT * { service silent <BAIT> { ?s ?p ?o } }",
    "SELECT * { SeRvIcE<BAIT>{ ?s ?p ?o } }",
    "SELECT * { SERVICESILENT<BAIT>{ ?s ?p ?o } }",
    "SELECT * { SERVICE # <http://x> {\n SILENT # y\n <BAIT> { ?s ?p ?o } }",
    "PREFIX e: <BAIT> SELECT * { SERVICE SILENT e: { ?s ?p ?o } }",
    "PREFIX : <BAIT> SELECT * { SERVICE:{ ?s ?p ?o } }",
    "PREFIX : <BAIT> SELECT * { SERVICE SILENT: { ?s ?p ?o } }",
    "PREFIX : <BAIT> SELECT * { SERVICESILENT:{ ?s ?p ?o } }",
    "PREFIX service: <BAIT> SELECT * { SERVICE service: { ?s service:p ?o } }",
    "BASE <BAIT> SELECT * { SERVICE SILENT <> { ?s ?p ?o } }",
    "SELECT * { VALUES ?e { <BAIT> } SERVICE SILENT ?e { ?s ?p ?o } }",
    "SELECT * { BIND(<BAIT> AS ?e) SERVICE ?e { ?s ?p ?o } }",
    "SELECT * { { SELECT * { SERVICE SILENT <BAIT> { ?s ?p ?o } } } }",
    "ASK { FILTER EXISTS { SERVICE SILENT <BAIT> { ?s ?p ?o } } }",
    "ASK { ?s ?p trueSERVICE SILENT <BAIT> { ?x ?y ?z } }",
    "ASK { ?s ?p 1SERVICE SILENT <BAIT> { ?x ?y ?z } }",
    "CONSTRUCT { ?s ?p ?o } { OPTIONAL { SERVICE SILENT <BAIT> { ?s ?p ?o } } }",
    "DESCRIBE ?s { SERVICE SILENT <BAIT> { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE SILENT <BAIT> { ?s ?p ?o } }",
    "SELECT * { S\\U00000045RVICE SILENT <\\u0068ttpBAITTAIL> { ?s ?p ?o } }",
    "SELECT * { MINUS { SERVICE SILENT <BAIT> { ?s ?p ?o } } } # '''",
    "SELECT ('''service''' AS ?x) { SERVICE SILENT <BAIT> { ?s ?p ?o } } # '''",
    # a scanner takes <1#> and <'''> for IRIs here, and what follows for a string
    "ASK { BIND(1 AS ?a) FILTER(?a<1#>'''\n || EXISTS{SERVICE SILENT <BAIT> {?s ?p ?o}}) #'''\n}",
    "ASK { BIND(1 AS ?a) FILTER(?a<'''>''' || EXISTS{SERVICE SILENT <BAIT> {?s ?p ?o}}) #'''\n}",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_service_is_refused_before_any_packet(spelling: str, bait: socket.socket) -> None:
    address = f"http://127.0.0.1:{bait.getsockname()[1]}/"
    text = spelling.replace("httpBAITTAIL", address[1:]).replace("BAIT", address)
    with pytest.raises((ServiceRefused, SyntaxProblem)) as caught:
        run(text)
    hidden = "<1#>" in text or "<'''>" in text
    assert isinstance(caught.value, SyntaxProblem if hidden else ServiceRefused)
    with pytest.raises(BlockingIOError):
        bait.accept()


def test_the_refusal_names_place_and_endpoint() -> None:
    with pytest.raises(ServiceRefused, match=r"^2:3: SERVICE <http://x/> is not allowed"):
        read("SELECT * {\n  SERVICE SILENT <http://x/> { ?s ?p ?o } }")
    with pytest.raises(ServiceRefused, match=r"SERVICE \?e is not allowed: name the endpoint"):
        read("SELECT * { SERVICE ?e { ?s ?p ?o } }")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?service { ?service ?from 'SERVICE <x> {}' } # SERVICE <x> {}",
        "PREFIX service: <http://service/> SELECT * { ?s service:from <http://service/> }",
        "PREFIX dcat: <http://x#> SELECT * { GRAPH dcat:service { ?s dcat:service _:service } }",
        "SELECT * { ?s ?p 'xervice qervice'@service }",
        "PREFIX from: <http://from/> SELECT * FROM from:g { ?s ?p ?o }",
    ],
)
def test_the_word_alone_is_no_service(text: str) -> None:
    assert b"bindings" in run(text)


@pytest.mark.parametrize(
    ("text", "graphs"),
    [
        ("SELECT * FROM <http://g> { ?s ?p ?o }", Graphs(("http://g",), ())),
        (
            "BASE <http://b/> PREFIX e: <http://e/> CONSTRUCT { ?s ?p ?o } from e:g FROM <x>"
            " FROM NAMED <\\u0068ttp://n> WHERE { ?s ?p ?o }",
            Graphs(("http://e/g", "http://b/x"), ("http://n",)),
        ),
        ("ASK { ?s ?p 'FROM <http://g>' } # FROM <http://h>", None),
        ("SELECT ?from { ?from ?p ?o }", None),
    ],
)
def test_from_clauses_are_taken_out_of_the_text(text: str, graphs: Graphs | None) -> None:
    reading = read(text)
    assert reading.graphs == graphs
    ox.Store().query(reading.text)
    if graphs:
        assert "FROM" not in reading.text.upper()


def test_graphs_beside_the_text_win_over_from() -> None:
    reading = read("ASK FROM <http://a> FROM NAMED <http://b> {}", ("http://c",))
    assert reading.graphs == Graphs(("http://c",), ())


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT * { ?s ?p ?o }", "s p o"),
        ("select*{ ?b ?a 1 OPTIONAL { ?b ?c ?a } }", "b a c"),
        ("PREFIX e: <http://e/> SELECT DISTINCT * { $z e:y ?x . ?x e:y [] }", "z x"),
        ("SELECT REDUCED * { { SELECT ?y ?x { ?x ?y ?z } } FILTER(?z = 1) }", "y x"),
        ("SELECT * # * ?c\n{ VALUES (?b ?a) { (1 '?c') } FILTER NOT EXISTS { ?c ?c ?c } }", "b a"),
        ("# SELECT * { ?x }\nSELECT ?b ?a { ?a ?b ?c }", "b a"),
        ("SELECT ?b ?a { { SELECT * { ?a ?b ?c } } }", "b a"),
        ("SELECT * { ?été ?aube 1 }", "été aube"),
        ("SELECT * {}", ""),
        ("SELECT * FROM <http://g> { ?s ?p ?o } ORDER BY ?o", "s p o"),
        ("SELECT ?o { ?s ?p ?o FILTER(?p * 1) }", "o"),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "n"),
        ("SELECT * { ?s ?p ?service }", "p s service"),
    ],
)
def test_columns_come_as_the_query_names_them(text: str, columns: str) -> None:
    assert json.loads(run(text))["head"]["vars"] == columns.split()


@pytest.mark.parametrize(
    ("prologue", "iri"),
    [
        ("", "https://w3id.org/policygraph/id/x"),
        ("BASE <http://own.test/>", "http://own.test/id/x"),
        ("BASE <sub/>", "https://w3id.org/policygraph/sub/id/x"),
    ],
)
def test_relative_iris_are_resolved_against_the_base(prologue: str, iri: str) -> None:
    assert iri.encode() in run(f"{prologue} SELECT (<id/x> AS ?x) {{}}")
    assert read(f"{prologue} ASK FROM <id/x> {{}}").graphs == Graphs((iri,), ())
    with pytest.raises(ServiceRefused, match=iri):
        run(f"{prologue} ASK {{ SERVICE <id/x> {{}} }}")


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("", 1, 1, "empty"),
        ("SELECT * WHERE {\n ?s ?p }", 2, 8, "} is not expected"),
        ("SELEC * {}", 1, 1, "SELEC is not expected"),
        ("ASK { ?s ?p ?o", 1, 15, "ends too early"),
        ("ASK {\n ?s ?p 'open }", 2, 8, "not closed"),
        (
            "ASK {\n\n ?s a pg:Policy }",
            3,
            7,
            "did you mean PREFIX pg: <https://w3id.org/policygraph/ns#>",
        ),
        ("ASK { ?s nosuch:p ?o }", 1, 10, "nosuch: is not declared"),
        ("ASK { ?s <http://x/a b> ?o }", 1, 10, "no end"),
        ("SELECT ?x { ?s ?p ?o } GROUP BY ?s", 1, 35, "variable that is unbound"),
        ("SELECT * { ?s ?p ?o FLTER(?o > 1) }", 1, 21, "FLTER"),
        ("SELECT * { ?s ?p \\u003f\\u0078 . ?service ?y }", 1, 45, "} is not expected"),
        ("SELECT * FROM x:y {}", 1, 15, "x: is not declared"),
        ("SELECT * FROM NAMED { ?s ?p ?o }", 1, 10, "FROM is not expected"),
        ("SELECT * { ?s ?p '\n' }", 1, 18, "not closed"),
    ],
)
def test_a_syntax_problem_says_what_and_where(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        run(text)
    assert caught.value.place == Place(line, column)
    assert says in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <http://a> <http://b> 1 }",
        "PREFIX a: <http://a/> DELETE WHERE { ?s ?p ?o }",
        "LOAD <file:///etc/passwd>",
        "CLEAR ALL",
        "WITH <http://g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "INSERT { ?s ?p ?o } WHERE { SELECT * { ?s ?p ?o } }",
    ],
)
def test_updates_are_refused(text: str) -> None:
    with pytest.raises(Refused, match="read-only"):
        run(text)


PIECES = [
    "SERVICE", "SILENT", "service", "<http://127.0.0.1:BAIT/>", ":x", "{", "}", " ", "\n", "#", "'",
    "'''", '"', "?a", "<", ">", "<1#>", "FILTER(", ")", "EXISTS", "1", "true", "\\u0053", "\\",
    "@a", "{ ?s ?p ?o }", "a", ";", ".", "GRAPH", "OPTIONAL", "_:b", "ex:", "&&", "BIND(",
    " AS ?z)", "FILTER(?a<1#>'''\n", "#'''\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=25))
@settings(max_examples=300, deadline=None)
def test_what_passes_the_reading_calls_nobody(parts: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = str(server.getsockname()[1])
        prologue = f"PREFIX : <http://127.0.0.1:{port}/> PREFIX ex: <http://127.0.0.1:{port}/> "
        text = prologue + "SELECT * {" + "".join(parts).replace("BAIT", port) + "}"
        with suppress(PolicygraphError):
            run(text)
        with pytest.raises(BlockingIOError):
            server.accept()
