"""Things, their descriptions, the vocabulary: linked data through the application."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote

import httpx
import pyoxigraph as ox
import pytest
from rdflib import Graph, Literal, URIRef

from policygraph.formats import GRAPH_FORMATS, Format
from policygraph.namespaces import DCT, SKOS
from policygraph.web.distribution.vocabularies import GRAPH_OF
from policygraph.web.lookup import PAGE_SIZE

from .conftest import BROWSER, Client, parsed, script_of
from .example import BASE, EVIL, HUB, POINTING, VISION


class Relations(dict[str, list[str]]):
    """Where an answer leads to by its Link header (RFC 8288), by relation."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        for link in re.findall(r'<([^>]*)>; rel="([^"]*)"', response.headers["link"]):
            self.setdefault(link[1], []).append(link[0])


def parse(content: bytes, media_type: str) -> set[ox.Triple]:
    format_ = ox.RdfFormat.from_media_type(media_type)
    assert format_ is not None
    quads = ox.parse(content, format=format_)
    return {quad.triple for quad in quads}


@pytest.mark.parametrize(
    ("accept", "target"),
    [
        ("text/turtle", "/doc/policy/vision.ttl"),
        ("application/ld+json", "/doc/policy/vision.jsonld"),
        ("application/rdf+xml, text/html;q=0.1", "/doc/policy/vision.rdf"),
        ("application/n-triples", "/doc/policy/vision.nt"),
        (BROWSER, "/doc/policy/vision"),
        ("*/*", "/doc/policy/vision"),
    ],
)
def test_a_thing_redirects_to_its_description(client: Client, accept: str, target: str) -> None:
    response = client.get("/id/policy/vision", accept)
    assert response.status_code == 303
    assert response.headers["location"] == target
    assert "Accept" in response.headers["vary"]
    assert client.request("HEAD", "/id/policy/vision").status_code == 303


def test_a_graph_redirects_too(client: Client) -> None:
    response = client.get("/graph/vision", "text/turtle")
    assert (response.status_code, response.headers["location"]) == (303, "/doc/graph/vision.ttl")
    turtle = client.get(response.headers["location"])
    assert URIRef(BASE + "graph/vision") in Graph().parse(turtle.content, "turtle").subjects()
    assert "Graaf" in client.page("/doc/graph/vision").text


def test_format_in_the_address_wins(client: Client) -> None:
    location = client.get("/id/policy/vision?format=ttl", BROWSER).headers["location"]
    assert location == "/doc/policy/vision.ttl"
    assert client.get("/doc/policy/vision?format=nt", BROWSER).headers["content-type"] == (
        "application/n-triples"
    )


@pytest.mark.parametrize("path", ["/id/policy/none", "/doc/policy/none", "/doc/policy/none.ttl"])
def test_the_unknown_is_404(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    page = client.page(path)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")


def test_what_was_withdrawn_is_410(client: Client) -> None:
    for path in ("/id/policy/old", "/doc/policy/old", "/doc/policy/old.ttl"):
        response = client.get(path)
        assert response.status_code == 410
        assert response.json()["successor"] == VISION
    assert 'href="/doc/policy/vision"' in client.page("/id/policy/old").text


def test_nothing_acceptable_is_406(client: Client) -> None:
    assert client.get("/doc/policy/vision", "image/png").status_code == 406
    assert client.get("/id/policy/vision", "image/png").status_code == 406


@pytest.mark.parametrize("format_", GRAPH_FORMATS, ids=lambda f: f.name)
def test_a_description_holds_what_is_said(client: Client, format_: Format) -> None:
    response = client.get(f"/doc/policy/vision.{format_.suffix}")
    assert response.headers["content-type"] == format_.content_type
    triples = parse(response.content, format_.media_type)
    query = f"CONSTRUCT {{ <{VISION}> ?p ?o }} WHERE {{ <{VISION}> ?p ?o }}"
    said = client.request("GET", "/sparql", params={"query": query, "format": "nt"})
    assert parse(said.content, "application/n-triples") <= triples
    subjects = {t.subject for t in triples if t.object == ox.NamedNode(VISION)}
    assert ox.NamedNode(VISION + "/principle/1") in subjects
    labels = {t.subject for t in triples if t.predicate.value.endswith("prefLabel")}
    assert ox.NamedNode(VISION + "/principle/1") in labels


def test_accept_and_suffix_give_the_same(client: Client) -> None:
    by_suffix = client.get("/doc/policy/vision.ttl")
    by_accept = client.get("/doc/policy/vision", "text/turtle")
    assert by_suffix.content == by_accept.content
    assert "Accept" in by_accept.headers["vary"]


def test_link_header(client: Client) -> None:
    links = client.page("/doc/policy/vision").headers["link"]
    assert f'<{VISION}>; rel="canonical"' in links
    for format_ in GRAPH_FORMATS:
        assert (
            f'</doc/policy/vision.{format_.suffix}>; rel="alternate"; '
            f'type="{format_.media_type}"' in links
        )


def test_what_points_to_a_thing_is_paged(client: Client) -> None:
    seen: set[str] = set()
    path: str | None = "/doc/organisation/hub"
    pages = 0
    while path:
        response = client.get(path, "application/n-triples")
        assert response.status_code == 200
        triples = parse(response.content, "application/n-triples")
        found = {str(t.subject) for t in triples if t.object == ox.NamedNode(HUB)}
        assert len(found) <= PAGE_SIZE
        assert not found & seen
        seen |= found
        pages += 1
        following = [p for p in response.headers["link"].split(", ") if 'rel="next"' in p]
        path = following[0].partition(">")[0].lstrip("<") if following else None
        assert path is None or path.startswith("/doc/organisation/hub?")
    assert pages == 3
    assert len(seen) == POINTING + 1
    links = client.get("/doc/organisation/hub.nt").headers["link"]
    assert '</doc/organisation/hub.nt?page=2>; rel="next"' in links
    assert client.get("/doc/organisation/hub?page=9").status_code == 404
    for wrong in ("0", "-1", "x", "1e3"):
        assert client.get(f"/doc/organisation/hub?page={wrong}").status_code == 400
    page = client.page("/doc/organisation/hub?page=2").text
    assert "/doc/organisation/hub?page=1" in page
    assert "/doc/organisation/hub?page=3" in page


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/doc/organisation/a%2520b", "spatie"),
        ("/doc/organisation/minist%C3%A8re", "ministère"),
    ],
)
def test_escapes_are_undone_once(client: Client, path: str, label: str) -> None:
    page = client.page(path)
    assert page.status_code == 200
    assert f"<h1>{label}" in page.text.replace('<span lang="fr">', "")
    assert page.headers["link"].isascii()
    location = client.get(path.replace("/doc/", "/id/"), "text/turtle").headers["location"]
    assert unquote(location) == unquote(path) + ".ttl"


@pytest.mark.parametrize(
    "path",
    ["%3E%20%7D", "a%00b", "%FF", "a%22b", "%5C", "x%0Ay", "%F0%9F", "..%2F..%2Fetc%2Fpasswd"],
)
def test_no_path_breaks_out_of_a_query(client: Client, path: str) -> None:
    for kind in ("id", "doc", "graph"):
        assert client.get(f"/{kind}/{path}").status_code in (400, 404)


def test_a_hostile_dump_stays_text(client: Client) -> None:
    page = client.page("/doc/organisation/evil").text
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page
    assert "javascript:alert(1)" in page
    assert 'href="https://example.org/fine" rel="noopener' in page
    document = json.loads(script_of(page))
    graph = parsed(json.dumps(document), "application/ld+json")
    values = {str(o) for o in graph.objects(URIRef(EVIL))}
    assert "</script><script>alert(1)</script>" in values


def test_descriptions_are_known_by_their_tag(client: Client) -> None:
    for path, accept in (
        ("/doc/policy/vision.ttl", None),
        ("/doc/policy/vision", BROWSER),
        ("/ns", "text/turtle"),
        ("/ns", BROWSER),
        ("/context.jsonld", None),
        ("/", BROWSER),
    ):
        tag = client.get(path, accept).headers["etag"]
        again = client.get(path, accept, if_none_match=tag)
        assert (again.status_code, again.content) == (304, b"")
    dutch = client.page("/doc/policy/vision", "nl").headers["etag"]
    assert client.page("/doc/policy/vision", "en").headers["etag"] != dutch


@pytest.mark.parametrize("path", ["/ns", "/shapes"])
def test_vocabulary(client: Client, path: str) -> None:
    page = client.page(path)
    assert page.status_code == 200
    assert 'id="Policy' in page.text
    for response in (client.get(path, "text/turtle"), client.get(path + ".ttl")):
        assert response.headers["content-type"] == "text/turtle; charset=utf-8"
        assert len(Graph().parse(response.content, "turtle")) > 3
    assert client.get(path + ".docx").status_code == 404
    assert Relations(page)["describedby"] == [f"/doc/graph/{GRAPH_OF[path]}"]
    assert client.get(Relations(page)["describedby"][0]).status_code == 200


@pytest.mark.parametrize("path", ["/ns", "/shapes", "/queries", "/queries/all"])
def test_every_hash_iri_has_its_place_and_is_described(client: Client, path: str) -> None:
    said = client.get(path, "application/n-triples")
    named = {t.value for t in terms(said.content) if t.value.startswith(f"{BASE}{path[1:]}#")}
    wanted = {iri.partition("#")[2] for iri in named} - {""}
    assert wanted
    assert wanted <= set(re.findall(r' id="([^"]*)"', client.page(path).text))


def terms(content: bytes) -> set[ox.NamedNode]:
    triples = parse(content, "application/n-triples")
    return {t for triple in triples for t in triple if isinstance(t, ox.NamedNode)}


@pytest.mark.parametrize("path", ["/queries", "/queries/all"])
@pytest.mark.parametrize("format_", GRAPH_FORMATS, ids=lambda f: f.name)
def test_saved_queries_are_data(client: Client, path: str, format_: Format) -> None:
    accepted = client.get(path, format_.media_type)
    assert "Accept" in accepted.headers["vary"].split(", ")
    for response in (
        accepted,
        client.get(f"{path}.{format_.suffix}", BROWSER),
        client.get(f"{path}?format={format_.name}", BROWSER),
    ):
        assert response.status_code == 200
        assert response.headers["content-type"] == format_.content_type
        graph = parsed(response.content, format_.media_type)
        query = URIRef(BASE + "queries/all")
        assert (query, URIRef(SKOS.prefLabel), Literal("Everything", lang="en")) in graph
        hole = URIRef(BASE + "queries/all#what")
        assert (hole, URIRef(DCT.identifier), Literal("what")) in graph
        assert f"{path}?format={format_.name}" in Relations(response)["alternate"]
        assert Relations(response)["describedby"] == ["/doc/graph/queries"]
        tag = response.headers["etag"]
        assert client.get(path, format_.media_type, if_none_match=tag).status_code == 304


def test_saved_queries_that_are_not_there(client: Client) -> None:
    for path in ("/queries/none.ttl", "/queries/none?format=ttl", "/queries.docx"):
        assert client.get(path).status_code == 404
    assert client.get("/queries/all", "image/png").status_code == 406


def test_context(client: Client) -> None:
    response = client.get("/context.jsonld")
    assert response.headers["content-type"] == "application/ld+json"
    context = response.json()["@context"]
    document = {
        "@context": context,
        "id": "policy:x",
        "pg:theme": "theme:y",
        "pg:impactScore": "3",
    }
    graph = parsed(json.dumps(document), "application/ld+json")
    theme = graph.value(URIRef(BASE + "id/policy/x"), URIRef(BASE + "ns#theme"))
    assert theme == URIRef(BASE + "id/theme/y")
    score = graph.value(URIRef(BASE + "id/policy/x"), URIRef(BASE + "ns#impactScore"))
    assert isinstance(score, Literal)
    assert score.toPython() == 3


def test_void(client: Client) -> None:
    response = client.get("/.well-known/void")
    assert response.headers["content-type"].startswith("text/turtle")
    assert URIRef(BASE) in Graph().parse(response.content, "turtle").subjects()
    assert client.page("/.well-known/void").headers["location"] == "/doc/graph/meta"


def test_void_is_written_once_for_each_address(client: Client) -> None:
    first = client.get("/.well-known/void", host="a.example")
    assert client.get("/.well-known/void", host="a.example").content == first.content
    other = client.get("/.well-known/void", host="b.example")
    assert b"http://a.example/sparql" in first.content
    assert b"http://b.example/sparql" in other.content
    assert b"a.example" not in other.content
    assert other.headers["etag"] != first.headers["etag"]
    assert client.get("/.well-known/void", "application/n-triples", host="a.example").headers[
        "content-type"
    ] == "application/n-triples"  # fmt: skip


def test_pages_and_files_lead_to_what_describes_the_dataset(client: Client) -> None:
    whole = ["/.well-known/void", "/catalog"]
    for path in (
        "/",
        "/download/",
        "/download/policygraph.nq",
        "/download/tables/action-point.csv",
    ):
        assert Relations(client.page(path))["describedby"] == whole
    one = Relations(client.get("/download/vision.ttl"))["describedby"]
    assert one == ["/doc/graph/vision"]
    for path in (*whole, *one):
        assert client.get(path, "text/turtle").status_code == 200


def test_the_dataset_itself_leads_to_its_description(client: Client) -> None:
    response = client.get("/", "text/turtle")
    assert (response.status_code, response.headers["location"]) == (303, "/.well-known/void")
    assert "Accept" in response.headers["vary"].split(", ")
    assert client.get("/", "*/*").headers["content-type"].startswith("text/html")
    links = client.get("/.well-known/void").headers["link"]
    for format_ in GRAPH_FORMATS:
        assert f'format={format_.name}>; rel="alternate"; type="{format_.media_type}"' in links


@pytest.mark.parametrize(
    ("path", "target"), [("/ns/1.0", "/ns"), ("/shapes/1.0", "/shapes"), ("/ns/9", None)]
)
def test_a_version_of_the_terms_leads_to_them(
    client: Client, path: str, target: str | None
) -> None:
    response = client.get(path, "text/turtle")
    assert response.status_code == (303 if target else 404)
    assert response.headers.get("location") == target
