"""The service description suite."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import httpx
import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from .suites import Description, cases

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
ENTAILMENT = URIRef("http://www.w3.org/ns/entailment/Simple")

RANGES = {
    SD.defaultDataset: SD.Dataset,
    SD.availableGraphs: SD.GraphCollection,
    SD.defaultGraph: SD.Graph,
    SD.namedGraph: SD.NamedGraph,
    SD.graph: SD.Graph,
}
"""What the object of a property must be, where the description says more of it."""
PLAIN = {
    SD.endpoint, SD.feature, SD.supportedLanguage, SD.languageExtension, SD.propertyFeature,
    SD.defaultEntailmentRegime, SD.entailmentRegime, SD.defaultSupportedEntailmentProfile,
    SD.supportedEntailmentProfile, SD.extensionFunction, SD.extensionAggregate, SD.resultFormat,
    SD.inputFormat, SD.name,
}  # fmt: skip
"""Properties with an IRI as object."""
CLASSES = {
    SD.Service, SD.Feature, SD.Language, SD.Function, SD.Aggregate, SD.EntailmentRegime,
    SD.EntailmentProfile, SD.GraphCollection, SD.Dataset, SD.Graph, SD.NamedGraph,
}  # fmt: skip
INSTANCES = {
    SD.SPARQL10Query, SD.SPARQL11Query, SD.SPARQL11Update, SD.DereferencesURIs,
    SD.UnionDefaultGraph, SD.RequiresDataset, SD.EmptyGraphs, SD.BasicFederatedQuery,
}  # fmt: skip


@cache
def description(server: str) -> Graph:
    response = httpx.get(f"{server}/sparql", headers={"Accept": "text/turtle"})
    assert response.status_code == 200
    return Graph().parse(data=response.text, format="turtle")


def service(server: str) -> Node:
    (found,) = description(server).subjects(RDF.type, SD.Service)
    return found


def returns_rdf(server: str) -> None:
    for accept in (None, "*/*", "text/turtle", "application/rdf+xml", "application/n-triples"):
        response = httpx.get(f"{server}/sparql", headers={"Accept": accept} if accept else {})
        assert response.status_code == 200
        media_type = response.headers["content-type"].partition(";")[0]
        assert len(Graph().parse(data=response.text, format=media_type)) > 10


def has_endpoint_triple(server: str) -> None:
    found = description(server).objects(service(server), SD.endpoint)
    assert list(found) == [URIRef(f"{server}/sparql")]


def conforms_to_schema(server: str) -> None:
    """Only terms of the vocabulary are used, each with what it demands (section 3)."""
    graph = description(server)
    for _, predicate, value in graph:
        assert isinstance(predicate, URIRef)
        if predicate in PLAIN:
            assert isinstance(value, URIRef)
        elif predicate in RANGES:
            assert (value, RDF.type, RANGES[predicate]) in graph
        else:
            assert predicate not in SD
        if isinstance(value, URIRef) and value in SD:
            assert value in (CLASSES if predicate == RDF.type else INSTANCES)
    for named in graph.objects(None, SD.namedGraph):
        assert len(list(graph.objects(named, SD.name))) == 1
    assert not any(isinstance(value, Literal) for value in graph.objects(None, SD.feature))
    regimes = set(graph.objects(None, SD.defaultEntailmentRegime)) | set(
        graph.objects(None, SD.entailmentRegime)
    )
    assert regimes <= {ENTAILMENT}


CHECKS: dict[str, Callable[[str], None]] = {
    "returns-rdf": returns_rdf,
    "has-endpoint-triple": has_endpoint_triple,
    "conforms-to-schema": conforms_to_schema,
}
DESCRIPTIONS = [case.id for case in cases() if isinstance(case, Description)]


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_service_description(server: str, name: str) -> None:
    CHECKS[name.partition("/")[2]](server)
