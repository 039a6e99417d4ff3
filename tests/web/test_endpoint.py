"""/sparql through the application."""

from __future__ import annotations

import csv
import gzip
import io
import json
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from rdflib import RDF, URIRef

from policygraph.formats import DATASET_FORMATS, GRAPH_FORMATS, RESULT_FORMATS, Format
from policygraph.release import Release

from .conftest import BROWSER, Client, parsed
from .example import BASE, VISION

SELECT = f"SELECT ?label {{ <{VISION}> <http://www.w3.org/2004/02/skos/core#prefLabel> ?label }}"
CONSTRUCT = f"CONSTRUCT {{ <{VISION}> ?p ?o }} WHERE {{ <{VISION}> ?p ?o }}"


def url(query: str, **parameters: str) -> str:
    rest = "".join(f"&{name.replace('_', '-')}={quote(v)}" for name, v in parameters.items())
    return f"/sparql?query={quote(query)}{rest}"


def labels(body: bytes) -> set[str]:
    results = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    assert isinstance(results, ox.QuerySolutions)
    found = [row["label"] for row in results]
    return {term.value for term in found if isinstance(term, ox.Literal)}


def test_get_and_post_agree(client: Client) -> None:
    by_get = client.get(url(SELECT))
    by_form = client.post("query=" + quote(SELECT), "application/x-www-form-urlencoded")
    direct = client.post(SELECT, "application/sparql-query")
    assert by_get.status_code == by_form.status_code == direct.status_code == 200
    assert by_get.headers["content-type"] == "application/sparql-results+json"
    assert labels(by_get.content) == {"Visie", "Vision"}
    assert by_get.content == by_form.content == direct.content


@pytest.mark.parametrize("format_", RESULT_FORMATS, ids=lambda f: f.name)
@pytest.mark.parametrize("way", ["accept", "format"])
def test_every_result_format(client: Client, format_: Format, way: str) -> None:
    if way == "accept":
        response = client.get(url(SELECT), format_.media_type)
        assert "Accept" in response.headers["vary"]
    else:
        response = client.get(url(SELECT, format=format_.name), "text/html")
    assert response.headers["content-type"] == format_.content_type
    if format_.name == "csv":
        assert {row["label"] for row in csv.DictReader(io.StringIO(response.text))} == {
            "Visie",
            "Vision",
        }
        return
    results = ox.parse_query_results(
        response.content, format=ox.QueryResultsFormat.from_media_type(format_.media_type)
    )
    assert isinstance(results, ox.QuerySolutions)
    assert len(list(results)) == 2


@pytest.mark.parametrize("format_", GRAPH_FORMATS + DATASET_FORMATS, ids=lambda f: f.name)
def test_every_graph_format(client: Client, format_: Format) -> None:
    response = client.get(url(CONSTRUCT), format_.media_type)
    assert response.status_code == 200
    assert response.headers["content-type"] == format_.content_type
    parsed = ox.parse(response.content, format=ox.RdfFormat.from_media_type(format_.media_type))
    assert {quad.subject for quad in parsed} == {ox.NamedNode(VISION)}


def test_the_wrong_kind_of_format_is_refused(client: Client) -> None:
    assert client.get(url(SELECT), "text/turtle").status_code == 406
    assert client.get(url(CONSTRUCT), "text/csv").status_code == 406
    assert client.get(url(SELECT), "image/png").status_code == 406


def test_dataset_parameters(client: Client) -> None:
    count = "SELECT (COUNT(*) AS ?label) { ?s ?p ?o }"
    own = labels(client.get(url(count, default_graph_uri=BASE + "graph/meta")).content)
    assert own == {"3"}
    nothing = labels(client.get(url(count, default_graph_uri="http://nowhere.test/")).content)
    assert nothing == {"0"}


def test_head_has_the_headers_and_no_body(client: Client) -> None:
    response = client.request("HEAD", url(SELECT))
    assert response.status_code == 200
    assert response.content == b""
    assert response.headers["content-type"] == "application/sparql-results+json"


def test_a_known_answer_is_not_made_again(client: Client) -> None:
    first = client.get(url(SELECT))
    tag = first.headers["etag"]
    again = client.get(url(SELECT), if_none_match=f'"other", {tag}')
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert again.headers["access-control-allow-origin"] == "*"
    assert "must-revalidate" in again.headers["cache-control"]
    other = client.get(url(SELECT), "text/csv", if_none_match=tag)
    assert other.status_code == 200
    assert other.headers["etag"] != tag


def test_a_syntax_error_says_where(client: Client) -> None:
    response = client.get(url("SELECT * {\n  ?s ?p\n}"))
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == 400
    assert problem["title"] == "Syntax error"
    assert problem["line"] >= 2
    assert problem["column"] >= 1
    assert "Accept" in response.headers["vary"]
    text = client.get(url("SELEC"), "text/plain")
    assert text.headers["content-type"].startswith("text/plain")
    assert text.text.startswith("Syntax error (line 1, column ")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("INSERT DATA { <http://a/> <http://b/> 1 }", 403),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 403),
        ("SELECT (<http://a/function>(1) AS ?x) {}", 403),
        ("", 400),
        ("\0", 400),
    ],
)
def test_refused_queries_are_problems(client: Client, query: str, status: int) -> None:
    response = client.get(url(query))
    assert response.status_code == status
    assert response.json()["status"] == status
    assert "Traceback" not in response.text


def test_updates_are_refused_however_they_are_sent(client: Client) -> None:
    form = "application/x-www-form-urlencoded"
    assert client.post("update=CLEAR+ALL", form).status_code == 403
    assert client.post("CLEAR ALL", "application/sparql-update").status_code == 403
    assert client.get("/sparql?update=CLEAR+ALL").status_code == 403
    assert client.request("PUT", "/sparql", content=b"x").status_code == 405
    assert client.request("DELETE", "/sparql").status_code == 405


def test_a_long_body_is_not_read(client: Client) -> None:
    response = client.post(b"x" * 70_000, "application/sparql-query")
    assert response.status_code == 413
    form = "application/x-www-form-urlencoded"
    assert client.post(b"query=" + b"%23" * 65_537, form).status_code == 413


def test_an_encoded_body_is_not_guessed_at(client: Client) -> None:
    body = gzip.compress(SELECT.encode())
    response = client.post(body, "application/sparql-query", content_encoding="gzip")
    assert response.status_code == 415


def test_the_time_limit_is_503(client: Client) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    response = client.get(url(endless, timeout="0.3"))
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert response.json()["title"] == "Time limit exceeded"


@pytest.mark.parametrize("accept", [f.media_type for f in GRAPH_FORMATS] + [None])
def test_without_a_query_it_describes_itself(
    client: Client, release: Release, accept: str | None
) -> None:
    response = client.get("/sparql", accept)
    assert response.status_code == 200
    media_type = response.headers["content-type"].partition(";")[0]
    assert media_type == (accept or "text/turtle")
    graph = parsed(response.content, media_type)
    [service] = graph.subjects(RDF.type, _sd("Service"))
    assert graph.value(service, _sd("endpoint")) == URIRef("http://portal.test/sparql")
    named = {str(name) for name in graph.objects(None, _sd("name"))}
    assert named == {f"{BASE}graph/{slug}" for slug in release.graphs}
    formats = {str(o) for o in graph.objects(None, _sd("resultFormat"))}
    assert formats == {f.uri for f in RESULT_FORMATS + GRAPH_FORMATS + DATASET_FORMATS}
    assert str(_sd("BasicFederatedQuery")) not in {str(o) for o in graph.objects()}


def _sd(name: str) -> URIRef:
    return URIRef("http://www.w3.org/ns/sparql-service-description#" + name)


def test_a_browser_gets_a_form(client: Client) -> None:
    page = client.page("/sparql")
    assert page.headers["content-type"].startswith("text/html")
    assert '<form class="editor" action="/sparql" method="get"' in page.text
    assert "Alles" in page.text  # the saved query as an example


def test_a_browser_sees_the_answer_as_a_table(client: Client) -> None:
    page = client.page(url(SELECT), "en")
    assert page.status_code == 200
    assert "<td>Vision</td>" in page.text
    assert '<td><span lang="nl">Visie</span></td>' in page.text
    for format_ in RESULT_FORMATS:
        link = f"format={format_.name}"
        assert link in page.text


def test_a_long_answer_is_cut_on_the_page_and_says_so(client: Client) -> None:
    page = client.page(url("SELECT ?a ?b { ?a ?p ?x . ?b ?q ?y }"), "en")
    assert page.status_code == 200
    assert "Only the first 1000 rows" in page.text
    assert page.text.count("<tr>") == 1001


def test_a_browser_sees_the_other_forms(client: Client) -> None:
    assert "Ja" in client.page(url("ASK {}")).text
    page = client.page(url(CONSTRUCT))
    assert "format=jsonld" in page.text
    assert "&#34;Vision&#34;@en" in page.text


def test_a_browser_sees_the_error_beside_its_query(client: Client) -> None:
    page = client.page(url('SELECT "<b>" {'), "en")
    assert page.status_code == 400
    assert "Line 1, column" in page.text
    assert "SELECT &#34;&lt;b&gt;&#34; {" in page.text


def test_preflight(client: Client) -> None:
    response = client.request(
        "OPTIONS",
        "/sparql",
        headers={"Origin": "https://x.test", "Access-Control-Request-Method": "POST"},
    )
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "*"
    assert "POST" in response.headers["access-control-allow-methods"]
    assert "Content-Type" in response.headers["access-control-allow-headers"]


def test_gzip(client: Client) -> None:
    everything = url("SELECT * { ?s ?p ?o }")
    packed = client.get(everything, accept_encoding="br;q=1, gzip;q=0.5")
    assert packed.headers["content-encoding"] == "gzip"
    plain = client.get(everything, accept_encoding="gzip;q=0")
    assert "content-encoding" not in plain.headers
    assert json.loads(packed.content) == json.loads(plain.content)
    for response in (packed, plain):
        assert "Accept-Encoding" in response.headers["vary"]


def test_the_page_for_a_browser_varies(client: Client) -> None:
    response = client.get(url(SELECT), BROWSER)
    assert {"Accept", "Accept-Language"} <= set(response.headers["vary"].split(", "))


@pytest.mark.parametrize(
    "query",
    ["SELECT (NOW() AS ?x) {}", "SELECT (rand # x\n () AS ?x) {}", "ASK { ?s ?p '\\u0041' }"],
)
def test_an_answer_that_may_change_promises_nothing(client: Client, query: str) -> None:
    response = client.get(url(query))
    assert response.status_code == 200
    assert "etag" not in response.headers
    assert response.headers["cache-control"] == "no-cache"
    page = client.page(url(query))
    assert page.status_code == 200
    assert "etag" not in page.headers
    assert page.headers["cache-control"] == "no-cache"
    assert "etag" in client.page(url(SELECT)).headers
    stable = client.get(url(SELECT))
    assert client.get(url(query), if_none_match=stable.headers["etag"]).status_code == 200
    assert client.get(url(SELECT), if_none_match=stable.headers["etag"]).status_code == 304
