"""The clients of Python's ecosystem: rdflib, SPARQLWrapper and pandas."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any
from urllib.parse import urlencode
from xml.dom.minidom import Document

import pandas
import pytest
from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)

from policygraph.release import Release

# SPARQLWrapper and rdflib itself still use it.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

VISION = URIRef("https://w3id.org/policygraph/id/policy/nl-generative-ai-vision")
PG = "https://w3id.org/policygraph/ns#"
LABEL = URIRef("http://www.w3.org/2004/02/skos/core#prefLabel")
PRINCIPLES = f"""
PREFIX pg: <{PG}>
PREFIX skos: <{LABEL.removesuffix("prefLabel")}>
SELECT ?number ?label {{
  ?principle pg:principleOf <{VISION}> ; pg:number ?number ; skos:prefLabel ?label
  FILTER(LANG(?label) = "en")
}} ORDER BY ?number
"""
NAMES = [
    "Safe development and use",
    "Fair development and use",
    "Human wellbeing and human autonomy",
    "Contribution to sustainability and prosperity",
]
ROWS = [(str(number), name) for number, name in enumerate(NAMES, 1)]
DESCRIBED = f"CONSTRUCT {{ <{VISION}> <{LABEL}> ?label }} {{ <{VISION}> <{LABEL}> ?label }}"


def rows(result: Any) -> list[tuple[str, ...]]:
    return [tuple(map(str, row)) for row in result]


# rdflib


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("returned", ["json", "xml", "csv", "tsv"])
def test_rdflib_has_a_graph_that_is_ours(ours: str, method: str, returned: str) -> None:
    store = SPARQLStore(f"{ours}/sparql", method=method, returnFormat=returned)
    graph = Graph(store)
    assert rows(graph.query(PRINCIPLES)) == ROWS
    if returned != "csv":  # which has no languages
        assert graph.value(VISION, LABEL, any=True) in labels(ours)
    assert (VISION, LABEL, None) in graph


def test_rdflib_counts_and_asks_of_a_named_graph(ours: str, release: Release) -> None:
    name = "https://w3id.org/policygraph/graph/nl-generative-ai-vision"
    store = SPARQLStore(f"{ours}/sparql", context_aware=True)
    graph = Graph(store, identifier=URIRef(name))
    file = Graph().parse(f"{ours}/download/nl-generative-ai-vision.ttl")
    assert len(graph) == len(file) == release.graphs["nl-generative-ai-vision"]
    assert set(graph.objects(VISION, LABEL)) == set(file.objects(VISION, LABEL))


def labels(ours: str) -> set[Any]:
    return set(
        Graph().parse(f"{ours}/doc/policy/nl-generative-ai-vision.nt").objects(VISION, LABEL)
    )


def test_rdflib_reads_a_thing_by_its_address(ours: str) -> None:
    """Content negotiation: through the redirect, in a format of rdflib's own choice."""
    graph = Graph().parse(f"{ours}/id/policy/nl-generative-ai-vision")
    assert set(graph.objects(VISION, LABEL)) == labels(ours)
    assert len(labels(ours)) >= 2
    for format_, media_type in (
        ("turtle", "ttl"),
        ("nt", "nt"),
        ("xml", "rdf"),
        ("json-ld", "jsonld"),
    ):
        asked = Graph().parse(f"{ours}/id/policy/nl-generative-ai-vision", format=format_)
        file = Graph().parse(f"{ours}/doc/policy/nl-generative-ai-vision.{media_type}")
        assert len(asked) == len(file) == len(graph), format_


@pytest.mark.parametrize("name", ["policygraph.nq", "policygraph.trig"])
def test_rdflib_reads_the_whole_with_its_graphs(ours: str, name: str) -> None:
    dataset = Dataset().parse(f"{ours}/download/{name}")
    there = rows(Graph(SPARQLStore(f"{ours}/sparql")).query(
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    ))  # fmt: skip
    read = Counter(str(quad[3]) for quad in dataset.quads() if quad[3] is not None)
    assert {name: int(count) for name, count in there} == read


def test_rdflib_calls_us_by_service(ours: str) -> None:
    mine = Graph()
    mine.add((VISION, URIRef("urn:rating"), Literal(5)))
    query = f"""SELECT ?rating ?label {{
      ?policy <urn:rating> ?rating
      SERVICE <{ours}/sparql> {{ ?policy <{LABEL}> ?label FILTER(LANG(?label) = "en") }}
    }}"""
    (name,) = [label for label in labels(ours) if label.language == "en"]
    assert rows(mine.query(query)) == [("5", str(name))]


# SPARQLWrapper


def ask(ours: str, query: str, method: str, request: str, format_: str) -> Any:
    client = SPARQLWrapper(f"{ours}/sparql")
    client.setMethod(method)
    client.setRequestMethod(request)
    client.setReturnFormat(format_)
    client.setQuery(query)
    return client.query().convert()


ways = pytest.mark.parametrize(
    ("method", "request_method"),
    [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)],
)


@ways
def test_sparqlwrapper_gets_rows_in_every_format(
    ours: str, method: str, request_method: str
) -> None:
    found = ask(ours, PRINCIPLES, method, request_method, JSON)["results"]["bindings"]
    assert [(row["number"]["value"], row["label"]["value"]) for row in found] == ROWS
    document: Document = ask(ours, PRINCIPLES, method, request_method, XML)
    texts = [node.firstChild.nodeValue for node in document.getElementsByTagName("literal")]  # type: ignore[union-attr]
    assert texts == [text for row in ROWS for text in row]
    table = ask(ours, PRINCIPLES, method, request_method, CSV).decode()
    assert [tuple(row) for row in csv.reader(io.StringIO(table))] == [("number", "label"), *ROWS]
    tsv = ask(ours, PRINCIPLES, method, request_method, TSV).decode().splitlines()
    assert tsv == ["?number\t?label", *(f'"{number}"\t"{name}"@en' for number, name in ROWS)]


@ways
@pytest.mark.parametrize("format_", [TURTLE, N3, RDFXML, XML, JSONLD])
def test_sparqlwrapper_gets_a_graph_in_every_format(
    ours: str, method: str, request_method: str, format_: str
) -> None:
    answer = ask(ours, DESCRIBED, method, request_method, format_)
    graph = Graph().parse(data=answer) if isinstance(answer, bytes) else answer
    assert set(graph.objects(VISION, LABEL)) == labels(ours)


@ways
def test_sparqlwrapper_gets_a_yes(ours: str, method: str, request_method: str) -> None:
    answer = ask(ours, f"ASK {{ <{VISION}> a <{PG}PolicyDocument> }}", method, request_method,
                 JSON)  # fmt: skip
    assert answer["boolean"] is True


# pandas


def test_pandas_reads_any_query(ours: str) -> None:
    address = urlencode({"query": PRINCIPLES, "format": "csv"})
    table = pandas.read_csv(f"{ours}/sparql?{address}", dtype=str)
    assert [tuple(row) for row in table.itertuples(index=False)] == ROWS


def test_pandas_reads_a_packed_table(ours: str) -> None:
    plain = pandas.read_csv(f"{ours}/download/tables/principle.csv")
    packed = pandas.read_csv(f"{ours}/download/tables/principle.csv.gz")
    assert plain.equals(packed)
    assert set(NAMES) <= set(plain["prefLabel_en"])
