"""policygraph.open gives scripts and notebooks the graph as rdflib has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import RDF, Dataset, URIRef

import policygraph
from policygraph.errors import BrokenInput
from policygraph.release import Release

PG = "https://w3id.org/policygraph/ns#"


@pytest.fixture(scope="module")
def dataset(release: Release) -> Dataset:
    return policygraph.open(release.path)


def test_prefixes_are_bound_and_queries_see_the_union(dataset: Dataset) -> None:
    rows = list(dataset.query("SELECT ?p { ?p a pg:Principle ; pg:theme theme:sustainability }"))
    assert len(rows) > 15
    assert dict(dataset.namespaces())["pg"] == URIRef(PG)


def test_a_triple_in_two_graphs_is_one_in_the_union(dataset: Dataset, release: Release) -> None:
    ((number,),) = dataset.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")  # type: ignore[misc]
    lines = release.file("policygraph.nt").read_bytes().count(b"\n")
    assert int(str(number)) == lines


def test_named_graphs_are_there(dataset: Dataset, release: Release) -> None:
    graph = dataset.graph(URIRef(f"{release.portal.base}graph/nl-generative-ai-vision"))
    assert len(list(graph.subjects(RDF.type, URIRef(PG + "Pillar")))) == 6


def test_a_portal_opens_as_its_release(portal: Path) -> None:
    opened = policygraph.open(portal)
    assert (None, RDF.type, URIRef(PG + "PolicyDocument")) in opened


def test_what_is_neither_says_so(tmp_path: Path) -> None:
    with pytest.raises(BrokenInput, match="is not a portal"):
        policygraph.open(tmp_path)
