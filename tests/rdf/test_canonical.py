"""Canonical Turtle: the same triples give the same bytes, and nothing is lost on the way."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.errors import BrokenInput, SyntaxProblem
from policygraph.jsonld import write_jsonld
from policygraph.sources import Sources
from policygraph.terms import BlankNode, Literal, NamedNode, Triple
from policygraph.turtle import (
    canonical_nquads,
    format_turtle,
    natural,
    read_turtle,
    write_rdfxml,
    write_turtle,
)

PATH = Path("example.ttl")
PREFIXES = {"ex": "http://example.org/", "exa": "http://example.org/a/", "pg": "http://pg/#"}

local = st.text("ab1.-_:/é ~'", max_size=5).map(lambda s: s.replace(" ", "%20"))
iris = st.builds(
    lambda base, name: NamedNode(base + name),
    st.sampled_from(["http://example.org/", "http://example.org/a/", "http://pg/#", "urn:x:"]),
    local,
)
blanks = st.sampled_from([BlankNode("a"), BlankNode("b"), BlankNode("c")])
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
literals = st.one_of(
    text.map(Literal),
    st.builds(lambda t, la: Literal(t, language=la), text, st.sampled_from(["nl", "en", "de"])),
    st.integers().map(Literal),
    st.builds(lambda t, d: Literal(t, datatype=d), text, iris),
    st.sampled_from(["1.5", ".5", "5.", "true", "1", "1e3"]).map(
        lambda v: Literal(v, datatype=NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))
    ),
)
triples = st.tuples(st.one_of(iris, blanks), iris, st.one_of(iris, blanks, literals))
graphs = st.lists(triples, max_size=12)


@given(graphs)
def test_turtle_reads_back_as_the_same_graph_and_is_stable(graph: list[Triple]) -> None:
    written = write_turtle(graph, PREFIXES)
    read = read_turtle(written, PATH)
    assert canonical_nquads(read.triples) == canonical_nquads(graph)
    assert write_turtle(read.triples, PREFIXES) == written


@given(graphs)
def test_order_of_the_input_does_not_matter(graph: list[Triple]) -> None:
    assert write_turtle(reversed(graph), PREFIXES) == write_turtle(graph, PREFIXES)


@given(graphs)
def test_jsonld_reads_back_as_the_same_graph(graph: list[Triple]) -> None:
    parsed = ox.parse(write_jsonld(graph, PREFIXES), format=ox.RdfFormat.JSON_LD)
    read = [(q.subject, q.predicate, q.object) for q in parsed]
    assert canonical_nquads(read) == canonical_nquads(graph)


def test_rdfxml_reads_back_as_the_same_graph(sources: Sources) -> None:
    file = sources.root / "data" / "stakeholders.ttl"
    read = read_turtle(file.read_bytes(), file)
    parsed = ox.parse(write_rdfxml(read.triples, PREFIXES), format=ox.RdfFormat.RDF_XML)
    again = [(q.subject, q.predicate, q.object) for q in parsed]
    assert canonical_nquads(again) == canonical_nquads(read.triples)


def test_lists_and_nested_nodes_keep_their_short_form() -> None:
    source = b"""@prefix ex: <http://example.org/> .

ex:a
  ex:list ( 1 "two"@en ex:three ) ;
  ex:none () ;
  ex:part [
    ex:p 1 ;
  ] ;
.
"""
    assert format_turtle(source, PATH) == source


def test_one_predicate_a_line_languages_and_numbers_in_order() -> None:
    source = (
        b'@prefix ex: <http://e/> . @prefix no: <http://no/> . ex:x10 ex:p "b"@fr, "c"@nl, '
        b'"a"@en . ex:x2 a ex:T ; ex:p 1 .'
    )
    assert format_turtle(source, PATH).decode() == (
        "@prefix ex: <http://e/> .\n\n"
        "ex:x2\n  a ex:T ;\n  ex:p 1 ;\n.\n\n"
        'ex:x10\n  ex:p\n    "c"@nl ,\n    "a"@en ,\n    "b"@fr ;\n.\n'
    )


def test_the_comment_on_top_stays_and_any_other_is_refused() -> None:
    kept = b"# about this file\n# two lines\n\n@prefix ex: <http://e/> .\n\nex:a\n  ex:p 1 ;\n.\n"
    assert format_turtle(kept, PATH) == kept
    with pytest.raises(BrokenInput, match=r"example\.ttl:2: .*editorialNote"):
        format_turtle(b"<http://e/a> <http://e/p> 1 .\n# lost\n", PATH)


def test_broken_turtle_is_refused_with_its_place() -> None:
    with pytest.raises(SyntaxProblem, match=r"example\.ttl:1:"):
        format_turtle(b"<http://e/a> <http://e/p> .\n", PATH)


def test_every_file_of_the_portal_is_canonical(sources: Sources) -> None:
    paths = [file.path for file in sources.turtle_files()] + sources.example_files()
    assert len(paths) > 100
    for path in paths:
        assert format_turtle(path.read_bytes(), path) == path.read_bytes(), path


def test_natural_order() -> None:
    assert sorted(["1.10", "1.2", "x", "1", "a10", "a9"], key=natural) == [
        "1", "1.2", "1.10", "a9", "a10", "x",
    ]  # fmt: skip
