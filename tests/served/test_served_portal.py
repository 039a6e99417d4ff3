"""The repository's portal, served by the real command and asked over HTTP by real clients."""

from __future__ import annotations

import gzip
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from SPARQLWrapper import JSON, SPARQLWrapper

from policygraph.release import Release
from policygraph.terms import Triple

PREFIX = "PREFIX pg: <https://w3id.org/policygraph/ns#> PREFIX dct: <http://purl.org/dc/terms/> "
BASE = "https://w3id.org/policygraph/"
GRAPH = f"{BASE}graph/nl-generative-ai-vision"
VISION = f"{BASE}id/policy/nl-generative-ai-vision"
OWN = f"EXISTS {{ GRAPH <{GRAPH}> {{ {{ ?x ?p1 ?o1 }} UNION {{ <{VISION}> dct:audience ?x }} }} }}"
WHERE = [f"{{}} FILTER {OWN}", f"GRAPH <{GRAPH}> {{}}"]
"""The default graph, where it is about the policy, and the policy's own."""


@pytest.fixture(scope="module")
def server(release: Release) -> Iterator[str]:
    """The address of a server that was started as a user starts it."""
    command = [sys.executable, "-m", "policygraph", "serve", "--port", "0", "--release"]
    process = subprocess.Popen([*command, str(release.path)], stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        started = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", started)
        assert address is not None, started
        assert release.id in started
        yield address[0]
    finally:
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=20)[1]
    assert process.returncode == 0
    assert "Traceback" not in rest


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=30) as client:
        yield client


def rows(client: httpx.Client, query: str) -> list[list[str]]:
    """Ask for CSV and take it apart."""
    response = client.post(
        "/sparql", data={"query": PREFIX + query}, headers={"Accept": "text/csv"}
    )
    assert response.status_code == 200, response.text
    return [line.split(",") for line in response.text.splitlines()[1:]]


def parsed(data: bytes, format_: ox.RdfFormat) -> set[Triple]:
    return {(q.subject, q.predicate, q.object) for q in ox.parse(data, format=format_)}


@pytest.mark.parametrize("where", WHERE, ids=["default graph", "named graph"])
@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("?x a pg:PolicyDocument", 1),
        ("?x a pg:Principle", 4),
        ("?x a pg:Pillar", 6),
        ("?x a pg:ActionPoint ; pg:standing pg:Listed", 12),
        ("?x a pg:ActionPoint ; pg:standing pg:InText", 22),
        ("?x a pg:KeyTakeaway", 5),
        ("?x a pg:ImpactAssessment ; pg:impactScore 3", 1),
        (f"<{VISION}> a pg:PolicyDocument ; <http://purl.org/dc/terms/audience> ?x", 4),
        ("?x a pg:SDGAlignment ; pg:basis pg:StatedInSource ; "
         "pg:goal <http://metadata.un.org/sdg>", 1),
    ],
)  # fmt: skip
def test_the_policy_is_there(client: httpx.Client, where: str, pattern: str, number: int) -> None:
    body = where.replace("{}", f"{{ {pattern} }}", 1)
    ((count,),) = rows(client, f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {body} }}")
    assert int(count) == number


@pytest.mark.parametrize("where", WHERE, ids=["default graph", "named graph"])
def test_listed_action_points_by_pillar(client: httpx.Client, where: str) -> None:
    pattern = (
        "{ ?x a pg:Pillar ; pg:number ?number . OPTIONAL { ?a a pg:ActionPoint ; pg:inPillar ?x ; "
        "pg:standing pg:Listed } }"
    )
    body = where.replace("{}", pattern, 1)
    query = f"SELECT ?number (COUNT(?a) AS ?n) {{ {body} }} GROUP BY ?number ORDER BY ?number"
    assert rows(client, query) == [
        ["1", "6"],
        ["2", "3"],
        ["3", "1"],
        ["4", "1"],
        ["5", "1"],
        ["6", "0"],
    ]


def test_the_statement_on_the_sdgs_is_of_the_four_principles(client: httpx.Client) -> None:
    found = rows(
        client,
        f"SELECT ?p {{ ?p pg:principleOf <{VISION}> ; pg:statesSDG <http://metadata.un.org/sdg> }}",
    )
    assert len(found) == 4
    assert not rows(
        client,
        f"SELECT ?p {{ ?p pg:elementOf <{VISION}> ; pg:statesSDG ?goal . "
        "?goal a <http://metadata.un.org/sdg/ontology#Goal> }",
    )


def test_the_takeaways_point_to_the_three_initiatives(client: httpx.Client) -> None:
    found = rows(
        client,
        "SELECT DISTINCT ?i { ?t a pg:KeyTakeaway ; pg:pointsTo ?i . ?i a pg:Initiative } "
        "ORDER BY ?i",
    )
    assert [row[0].rpartition("/")[2] for row in found] == [
        "alt-edic",
        "gpt-nl",
        "nl-regulatory-sandbox",
    ]


def test_the_full_download_is_what_the_endpoint_says(client: httpx.Client) -> None:
    download = client.get("/download/policygraph.nq.gz")
    said = ox.Dataset(ox.parse(gzip.decompress(download.content), format=ox.RdfFormat.N_QUADS))
    graphs = [row[0] for row in rows(client, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")]
    assert len(graphs) == 50
    answered = ox.Dataset()
    for graph in graphs:
        query = f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
        response = client.get("/sparql", params={"query": query},
                              headers={"Accept": "application/n-triples"})  # fmt: skip
        for quad in ox.parse(response.content, format=ox.RdfFormat.N_TRIPLES):
            answered.add(ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(graph)))
    for dataset in (said, answered):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert said == answered

    response = client.get("/sparql", params={"query": "CONSTRUCT WHERE { ?s ?p ?o }"},
                          headers={"Accept": "application/n-triples"})  # fmt: skip
    merged = client.get("/download/policygraph.nt").content
    assert sorted(response.content.splitlines()) == sorted(merged.splitlines())


@pytest.mark.parametrize(
    ("accept", "format_"),
    [
        ("text/turtle", ox.RdfFormat.TURTLE),
        ("application/ld+json", ox.RdfFormat.JSON_LD),
        ("application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    ],
)
def test_the_iri_of_the_policy_leads_to_its_description(
    client: httpx.Client, accept: str, format_: ox.RdfFormat
) -> None:
    first = client.get("/id/policy/nl-generative-ai-vision", headers={"Accept": accept})
    assert first.status_code == 303
    response = client.get(first.headers["location"], headers={"Accept": accept})
    assert response.headers["content-type"].split(";")[0] == accept
    described = parsed(response.content, format_)
    file = client.get("/download/nl-generative-ai-vision.nt").content
    named = {t for t in parsed(file, ox.RdfFormat.N_TRIPLES) if str(t[0]) == f"<{VISION}>"}
    assert len(named) > 40
    assert named <= described


@pytest.mark.parametrize(("language", "pillar"), [("nl", "Samenwerken"), ("en", "Collaborate")])
def test_a_browser_gets_a_page_with_the_structure(
    client: httpx.Client, language: str, pillar: str
) -> None:
    headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": language}
    page = client.get("/id/policy/nl-generative-ai-vision", headers=headers, follow_redirects=True)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert f'<html lang="{language}"' in page.text
    assert pillar in page.text
    for number in ("1.1", "2.3", "3.1", "4.1", "5.1"):
        assert number in page.text


def test_sparqlwrapper_and_rdflib_as_clients(server: str) -> None:
    wrapper = SPARQLWrapper(f"{server}/sparql")
    wrapper.setQuery(PREFIX + f"SELECT ?p {{ ?p pg:principleOf <{VISION}> }}")
    wrapper.setReturnFormat(JSON)
    result = wrapper.query().convert()
    assert isinstance(result, dict)
    assert len(result["results"]["bindings"]) == 4
    graph = rdflib.Graph().parse(f"{server}/id/policy/nl-generative-ai-vision", format="turtle")
    assert len(graph) > 100


def test_the_command_asks_an_endpoint(server: str) -> None:
    command = [sys.executable, "-m", "policygraph", "query", "document-outline", "--format", "csv"]
    done = subprocess.run([*command, "--endpoint", f"{server}/sparql"], capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert len(done.stdout.splitlines()) > 40
    done = subprocess.run([*command, "--endpoint", f"{server}/nothing"], capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 2
    assert "404" in done.stderr


def test_a_dump_of_somebody_else_is_served_as_it_is(tmp_path: Path) -> None:
    dump = tmp_path / "dump.trig.gz"
    text = (
        "@prefix ex: <http://example.org/> . ex:a ex:p 1 . "
        "ex:g { ex:a ex:p 1 , 2 ; ex:label '<script>alert(1)</script>' }"
    )
    dump.write_bytes(gzip.compress(text.encode()))
    command = [sys.executable, "-m", "policygraph", "serve", "--port", "0", "--dump", str(dump)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        address = re.search(r"http://\S+", process.stderr.readline())
        assert address is not None
        with httpx.Client(base_url=address[0].rstrip("/")) as client:
            assert rows(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [["3"]]
            assert client.get("/health").json()["status"] == "ok"
            assert client.get("/").status_code == 200
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
