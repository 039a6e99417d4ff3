"""Editors and assistants that know SIB's conventions find prefixes, examples and the schema here.

sparql-editor and sparql-llm (sib-swiss) ask an endpoint three things when they start: declared
prefixes, example queries, and the VoID description of each class. These are their questions, sent
as they send them: by GET, with a parameter `ac` that nobody here knows.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pyoxigraph as ox
import pytest

from policygraph.namespaces import PG, RDFS, SKOS, XSD, prefixes
from policygraph.queries import read_catalogue
from policygraph.release import Release
from policygraph.sources import Sources

from .asking import found, get
from .conftest import serving

PREFIXES = """PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?prefix ?namespace
WHERE { [] sh:namespace ?namespace ; sh:prefix ?prefix }
ORDER BY ?prefix"""

EXAMPLES = """PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX spex: <https://purl.expasy.org/sparql-examples/ontology#>
SELECT DISTINCT ?sq ?comment ?query
WHERE {
  ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ;
    sh:select|sh:ask|sh:construct|spex:describe ?query .
} ORDER BY ?sq"""

SCHEMA = """PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX void-ext: <http://ldf.fi/void-ext#>
SELECT DISTINCT ?graph ?graphLabel ?subjectClass ?prop ?objectClass ?objectDatatype ?triples
  ?subjectClassLabel ?objectClassLabel ?subjectClassComment ?objectClassComment ?propLabel
  ?propComment
WHERE {
  {
    OPTIONAL {
      ?graph sd:graph ?graphDesc .
      OPTIONAL { ?graph rdfs:label ?graphLabel }
      ?graphDesc void:classPartition ?cp .
    }
    ?cp void:class ?subjectClass ; void:propertyPartition ?pp .
    OPTIONAL { ?subjectClass rdfs:label ?subjectClassLabel }
    OPTIONAL { ?subjectClass rdfs:comment ?subjectClassComment }
    ?pp void:property ?prop .
    OPTIONAL { ?pp void:triples ?triples }
    OPTIONAL { ?prop rdfs:label ?propLabel }
    OPTIONAL { ?prop rdfs:comment ?propComment }
    OPTIONAL {
      {
        ?pp void:classPartition [ void:class ?objectClass ] .
        OPTIONAL { ?objectClass rdfs:label ?objectClassLabel }
        OPTIONAL { ?objectClass rdfs:comment ?objectClassComment }
      } UNION { ?pp void-ext:datatypePartition [ void-ext:datatype ?objectDatatype ] }
    }
  } UNION {
    ?linkset void:subjectsTarget [ void:class ?subjectClass ] ; void:linkPredicate ?prop ;
      void:objectsTarget [ void:class ?objectClass ] .
  }
} ORDER BY ?subjectClass ?objectClass ?objectDatatype ?graph ?triples"""


@pytest.fixture(scope="module")
def endpoint(release: Release) -> Iterator[str]:
    with serving("--release", release.path) as address:
        yield f"{address}/sparql"


def test_every_prefix_is_declared_once(endpoint: str, release: Release) -> None:
    rows = found(get(endpoint, PREFIXES, ac="1"))
    assert {row["prefix"]: row["namespace"] for row in rows} == prefixes(release.portal.base)
    assert len(rows) == len({row["prefix"] for row in rows})


def test_every_example_is_offered_and_runs_as_it_is(endpoint: str, sources: Sources) -> None:
    rows = found(get(endpoint, EXAMPLES, ac="1"))
    queries = {query.slug: query for query in read_catalogue(sources)}
    assert {row["sq"].rpartition("/")[2] for row in rows} == queries.keys()
    for query in queries.values():
        offered = [row for row in rows if row["sq"].endswith(f"/{query.slug}")]
        assert {row["comment"] for row in offered} == set(query.question.values())
        if query.calls:
            continue  # it asks endpoints of others
        [text] = {row["query"] for row in offered}
        answer = get(endpoint, text)
        assert answer.status_code == 200, query.slug


def test_the_schema_of_every_class_is_found(endpoint: str) -> None:
    rows = found(get(endpoint, SCHEMA, ac="1"))
    schema: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        kinds = schema.setdefault((row["subjectClass"], row["prop"]), set())
        kinds |= {row[name] for name in ("objectClass", "objectDatatype") if name in row}
    assert PG.PolicyDocument in schema[PG.ActionPoint, PG.actionPointOf]
    lang_string = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
    assert schema[PG.ActionPoint, SKOS.prefLabel] == {lang_string}
    assert schema[PG.ActionPoint, PG.order] == {XSD.integer}
    labels = {row.get("propLabel") for row in rows if row["prop"] == PG.actionPointOf}
    assert labels >= {"action point of"}
    assert (PG.Principle, RDFS.label) in schema
    pairs = found(get(endpoint, "SELECT DISTINCT ?c ?p { ?s a ?c ; ?p ?o }"))
    assert schema.keys() == {(row["c"], row["p"]) for row in pairs}


def test_an_editor_that_reads_only_the_service_description_is_not_lost(endpoint: str) -> None:
    """Where the endpoint gives no row, sparql-editor looks at the endpoint as a document."""
    document = httpx.get(endpoint, headers={"Accept": "text/turtle,*/*;q=0.1"}, timeout=60)
    graph = ox.Store()
    graph.load(document.content, format=ox.RdfFormat.TURTLE)
    asked = "SELECT ?other { ?service <http://www.w3.org/2000/01/rdf-schema#seeAlso> ?other }"
    others = graph.query(asked)
    assert isinstance(others, ox.QuerySolutions)
    assert f"{endpoint.removesuffix('/sparql')}/.well-known/void" in {
        row["other"].value for row in others
    }
