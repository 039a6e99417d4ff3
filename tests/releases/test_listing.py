"""`/releases` lists what is kept, tells what changed, and speaks DCAT."""

from __future__ import annotations

import re
from itertools import pairwise

import httpx
import pytest
from rdflib import DCTERMS, RDF, Graph, Literal, Namespace, URIRef

from policygraph.release import Release
from tests.web.conftest import parsed

from .conftest import POLICY, VERSIONS

BASE = "https://w3id.org/policygraph/"
DCAT = Namespace("http://www.w3.org/ns/dcat#")
FORMATS = ("text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples")


def test_as_json_the_newest_first(client: httpx.Client, editions: list[Release]) -> None:
    answer = client.get("/releases", headers={"Accept": "application/json"})
    assert answer.headers["content-type"] == "application/json"
    assert "Accept" in answer.headers["vary"]
    listed = answer.json()
    assert listed == client.get("/releases.json").json()
    assert listed["current"] == editions[-1].id
    assert [row["id"] for row in listed["releases"]] == [r.id for r in reversed(editions)]
    assert [(row["version"], row["date"]) for row in reversed(listed["releases"])] == list(VERSIONS)
    newest, _, oldest = listed["releases"]
    assert newest["previous"] == editions[1].id
    assert newest["graphs"] == dict(editions[2].graphs)
    assert newest["statements"] == sum(editions[2].graphs.values())
    assert newest["changed"] == [POLICY, "inferred"]
    assert oldest["previous"] is oldest["changes"] is None
    for row in listed["releases"]:
        assert client.get(row["address"], headers={"Accept": "text/html"}).status_code == 200
    again = client.get("/releases.json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code in (200, 304)


def test_as_dcat(client: httpx.Client, editions: list[Release]) -> None:
    whole = URIRef(BASE)
    versions = [URIRef(f"{BASE}releases/{release.id}") for release in editions]
    for accept in FORMATS:
        answer = client.get("/releases", headers={"Accept": accept})
        graph = parsed(answer.content, accept)
        assert set(graph.objects(whole, DCAT.hasVersion)) == set(versions)
        assert list(graph.objects(whole, DCAT.hasCurrentVersion)) == [versions[-1]]
        for at, version in enumerate(versions):
            assert graph.value(version, DCAT.isVersionOf) == whole
            assert graph.value(version, DCAT.version) == Literal(VERSIONS[at][0])
            assert graph.value(version, DCTERMS.identifier) == Literal(editions[at].id)
            before = list(graph.objects(version, DCAT.previousVersion))
            assert before == versions[max(0, at - 1) : at]
            for file in graph.objects(version, DCAT.distribution):
                assert (file, RDF.type, DCAT.Distribution) in graph
                path = str(graph.value(file, DCAT.downloadURL)).replace(BASE, "/")
                size = graph.value(file, DCAT.byteSize)
                assert client.head(path).headers["content-length"] == str(size)


@pytest.mark.parametrize("lang", ["nl", "en", "fr"])
def test_as_a_page(client: httpx.Client, editions: list[Release], lang: str) -> None:
    page = client.get(f"/releases?lang={lang}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert f'<html lang="{lang}">' in page.text
    places = [page.text.index(f"<code>{release.id}</code>") for release in reversed(editions)]
    assert places == sorted(places)
    for older, newer in pairwise(editions):
        address = f"/releases/{newer.id}/changes?lang={lang}"
        assert f'href="{address}"' in page.text
        changes = client.get(address, headers={"Accept": "text/html"}).text
        assert f"edition {newer.portal.version}" in re.sub(r"\s+", " ", changes)
        assert f"/releases/{older.id}/" in changes


def test_changes_are_the_words_of_the_command(
    client: httpx.Client, editions: list[Release]
) -> None:
    first, second, third = editions
    report = client.get(f"/releases/{third.id}/changes.json?lang=en")
    assert report.headers["content-language"] == "en"
    [policy] = report.json()["policies"]
    assert [change["kind"] for change in policy["changes"]] == ["renamed"]
    assert report.json()["old"] == {
        "name": second.id, "release": second.id, "version": "0.10", "date": "2026-01-10"
    }  # fmt: skip
    since = client.get(f"/releases/{third.id}/changes.json?from={first.id}&lang=nl").json()
    assert since["old"]["release"] == first.id
    assert "andere naam" in since["policies"][0]["changes"][0]["text"]
    turtle = client.get(f"/releases/{third.id}/changes", headers={"Accept": "text/turtle"})
    graph = Graph().parse(data=turtle.content, format="turtle")
    update = URIRef("https://www.w3.org/ns/activitystreams#Update")
    assert len(list(graph.subjects(RDF.type, update))) == 1
    same = client.get(f"/releases/{third.id}/changes.json?from={third.id}").json()
    assert same["same"] is True


def test_the_first_has_nothing_before_it(client: httpx.Client, editions: list[Release]) -> None:
    answer = client.get(f"/releases/{editions[0].id}/changes")
    assert answer.status_code == 404
    assert client.get(f"/releases/{editions[1].id}/changes?from=../..").status_code == 404


def test_a_release_leads_to_what_is_said_of_it(
    client: httpx.Client, editions: list[Release]
) -> None:
    address = f"/releases/{editions[0].id}"
    for accept, target in (("text/html", f"{address}/"), ("text/turtle", "/releases.ttl"),
                           ("application/json", "/releases.json")):  # fmt: skip
        answer = client.get(address, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["location"]) == (303, target)
    assert client.get("/releases", headers={"Accept": "image/png"}).status_code == 406
    assert client.get("/releases.png").status_code == 406
