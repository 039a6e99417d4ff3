"""What data portals harvest: a record that the shapes of its profiles accept, and files as stated.

The shapes are data that is not kept here: the folder `dcat-ap` below the folder that
POLICYGRAPH_VOCAB names, else below ../shared/vocab. CI demands them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from pyshacl import validate
from rdflib import DCAT, DCTERMS, FOAF, RDF, SH, SKOS, Graph, Literal, Namespace, URIRef

from policygraph.release import Release
from policygraph.sources import FOLDERS
from tests.conftest import REPOSITORY

from .conftest import serving

VOCAB = Path(os.environ.get("POLICYGRAPH_VOCAB") or REPOSITORY.parent / "shared" / "vocab")
PROFILES = {
    "DCAT-AP 3.0.1": ["dcat-ap-3.0.1-SHACL.ttl", "dcat-ap-3.0.1-mdr-vocabularies.shape.ttl"],
    "DCAT-AP-NL 3.0": [
        "nl/dcat-ap-nl-SHACL.ttl",
        "nl/dcat-ap-nl-SHACL-klassebereik.ttl",
        "nl/dcat-ap-nl-SHACL-klassebereik-codelijsten.ttl",
    ],
}
SPDX = Namespace("http://spdx.org/rdf/terms#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
IANA = "https://www.iana.org/assignments/media-types/"
DATASETS = 47 + 1  # every graph that somebody wrote, and the whole


def shapes(profile: str) -> Graph:
    folder = VOCAB / "dcat-ap"
    if not folder.is_dir():
        missing = f"the DCAT-AP shapes are not in {folder}: set POLICYGRAPH_VOCAB"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    graph = Graph()
    for name in PROFILES[profile]:
        graph.parse(folder / name)
    # As published, two rules of the main file are named and nowhere written.
    for owner, rule in list(graph.subject_objects(SH.property)):
        if (rule, None, None) not in graph:
            graph.remove((owner, SH.property, rule))
    # And the controlled vocabularies want https in the namespace of SPDX, which begins with http.
    graph.remove((None, SH.pattern, Literal("^https://spdx.org/rdf/terms")))
    return graph


def harvested(address: str, accept: str = "text/turtle") -> Graph:
    response = httpx.get(f"{address}/catalog", headers={"Accept": accept}, timeout=60)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith(accept)
    triples = ox.parse(response.content, format=ox.RdfFormat.from_media_type(accept))
    lines = "".join(f"{q.subject} {q.predicate} {q.object} .\n" for q in triples)
    return Graph().parse(data=lines, format="nt")


@pytest.fixture(scope="module")
def address(release: Release) -> Iterator[str]:
    with serving("--release", release.path) as address:
        yield address


@pytest.fixture(scope="module")
def record(address: str) -> Graph:
    return harvested(address)


@pytest.fixture(scope="module")
def bare(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """The record of a portal without any setting."""
    del release  # its files are checked already, so that this one is built in a moment
    portal = tmp_path_factory.mktemp("bare") / "portal"
    for name in FOLDERS:
        shutil.copytree(REPOSITORY / name, portal / name)
    with serving("--portal", portal) as address:
        yield harvested(address)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("portal", ["record", "bare"])
def test_the_shapes_of_each_profile_find_no_violation(
    profile: str, portal: str, request: pytest.FixtureRequest
) -> None:
    record: Graph = request.getfixturevalue(portal)
    assert len(set(record.subjects(RDF.type, DCAT.Dataset))) == DATASETS
    _, report, _ = validate(record, shacl_graph=shapes(profile))
    assert isinstance(report, Graph)
    found = [
        " ".join(str(report.value(result, p)) for p in
                 (SH.focusNode, SH.resultPath, SH.value, SH.resultMessage))
        for result in report.objects(None, SH.result)  # not what only explains a warning
        if report.value(result, SH.resultSeverity) == SH.Violation
    ]  # fmt: skip
    assert found == []


def test_the_shapes_would_find_a_violation(record: Graph) -> None:
    broken = Graph()
    broken += record
    broken.remove((None, DCTERMS.publisher, None))
    for profile in PROFILES:
        conforms, _, _ = validate(broken, shacl_graph=shapes(profile))
        assert not conforms, profile


@pytest.mark.parametrize("portal", ["record", "bare"])
def test_what_the_flemish_profile_demands(portal: str, request: pytest.FixtureRequest) -> None:
    """DCAT-AP Vlaanderen 3.0, tables of classes: it has no shapes that could be asked."""
    record: Graph = request.getfixturevalue(portal)
    demanded = {
        DCAT.Catalog: (DCTERMS.identifier, DCAT.contactPoint, DCTERMS.publisher),
        DCAT.Dataset: (DCTERMS.identifier, DCAT.contactPoint, DCTERMS.accessRights,
                       DCTERMS.publisher),
        DCAT.DataService: (DCTERMS.identifier, DCAT.contactPoint, DCAT.endpointDescription,
                           DCAT.endpointURL),
        DCAT.Distribution: (DCTERMS.identifier, DCAT.accessURL),
    }  # fmt: skip
    for class_, properties in demanded.items():
        things = set(record.subjects(RDF.type, class_))
        assert things
        for thing in things:
            for property_ in properties:
                assert len(set(record.objects(thing, property_))) == 1, (thing, property_)
    for agent in record.subjects(RDF.type, FOAF.Agent):
        names = list(record.objects(agent, FOAF.name))
        assert names
        assert all(isinstance(name, Literal) and name.language for name in names)


def test_every_distribution_is_the_file_that_it_says(
    record: Graph, release: Release, address: str
) -> None:
    files = set(record.subjects(DCAT.downloadURL))
    assert len(files) + 1 == len(set(record.subjects(RDF.type, DCAT.Distribution)))
    described = set()
    with httpx.Client(timeout=60) as client:
        for this in files:
            where = str(record.value(this, DCAT.downloadURL))
            assert record.value(this, DCAT.accessURL) == URIRef(where)
            response = client.get(where, headers={"Accept-Encoding": "identity"})
            assert response.status_code == 200, where
            assert record.value(this, DCAT.byteSize) == Literal(
                str(len(response.content)),
                datatype="http://www.w3.org/2001/XMLSchema#nonNegativeInteger",
            )
            checksum = record.value(this, SPDX.checksum)
            assert record.value(checksum, SPDX.algorithm) == SPDX.checksumAlgorithm_sha256
            digest = hashlib.sha256(response.content).hexdigest()
            assert str(record.value(checksum, SPDX.checksumValue)) == digest
            packed = record.value(this, DCAT.compressFormat)
            stated = str(packed or record.value(this, DCAT.mediaType)).removeprefix(IANA)
            assert response.headers["content-type"].partition(";")[0] == stated, where
            described.add(where.removeprefix(f"{address}/download/"))
    generated = ("inferred.", "meta.", "queries.")
    assert described == {name for name in release.files if not name.startswith(generated)}


def test_the_endpoint_is_where_the_record_says(record: Graph) -> None:
    [service] = record.subjects(RDF.type, DCAT.DataService)
    endpoint = str(record.value(service, DCAT.endpointURL))
    answer = httpx.get(endpoint, params={"query": "ASK { ?s ?p ?o }"}, timeout=60)
    assert answer.json()["boolean"] is True
    about = httpx.get(str(record.value(service, DCAT.endpointDescription)), timeout=60)
    said = Graph().parse(data=about.content, format="turtle")
    assert (
        None,
        RDF.type,
        URIRef("http://www.w3.org/ns/sparql-service-description#Service"),
    ) in said
    [query] = record.subjects(DCAT.accessService, service)
    assert record.value(query, DCAT.accessURL) == URIRef(endpoint)
    assert set(record.objects(service, DCAT.servesDataset)) == set(
        record.subjects(RDF.type, DCAT.Dataset)
    )


def test_what_a_data_portal_shows_is_there(record: Graph, release: Release) -> None:
    whole = URIRef(release.portal.base)
    assert record.value(URIRef(release.portal.base + "catalog"), RDF.type) == DCAT.Catalog
    languages = {str(x).rpartition("/")[2] for x in record.objects(whole, DCTERMS.language)}
    assert languages == {"NLD", "ENG"}
    places = {str(x).rpartition("/")[2] for x in record.objects(whole, DCTERMS.spatial)}
    assert {"NLD", "BEL", "BE2", "EUR"} <= places
    period = record.value(whole, DCTERMS.temporal)
    assert str(record.value(period, DCAT.startDate)) < "2019-12-31"
    publisher = record.value(whole, DCTERMS.publisher)
    assert Literal("the policygraph contributors", "en") in set(
        record.objects(publisher, FOAF.name)
    )
    vision = URIRef(release.portal.base + "graph/nl-generative-ai-vision")
    texts = list(record.objects(vision, DCTERMS.description))
    assert {t.language for t in texts if isinstance(t, Literal)} == {"nl", "en"}
    for thing in {*record.objects(None, DCAT.theme), *record.objects(None, DCTERMS.spatial)}:
        assert record.value(thing, SKOS.prefLabel), thing
    contact = record.value(whole, DCAT.contactPoint)
    assert record.value(contact, VCARD.hasURL)


def test_every_format_says_the_same(address: str, record: Graph) -> None:
    for accept in ("application/n-triples", "application/ld+json", "application/rdf+xml"):
        assert set(harvested(address, accept)) == set(record), accept
    unasked = httpx.get(f"{address}/catalog", timeout=60)
    assert unasked.headers["content-type"].startswith("text/turtle")
    by_suffix = httpx.get(f"{address}/catalog.ttl", timeout=60)
    assert set(Graph().parse(data=by_suffix.content)) == set(record)


def test_a_harvester_that_comes_again_gets_nothing_new(address: str) -> None:
    first = httpx.get(f"{address}/catalog", headers={"Accept": "text/turtle"}, timeout=60)
    tag = {"Accept": "text/turtle", "If-None-Match": first.headers["etag"]}
    assert httpx.get(f"{address}/catalog", headers=tag, timeout=60).status_code == 304


@pytest.mark.parametrize("language", ["nl", "en", "fr"])
def test_a_browser_gets_a_page(address: str, language: str, release: Release) -> None:
    headers = {"Accept": "text/html", "Accept-Language": language}
    page = httpx.get(f"{address}/catalog", headers=headers, timeout=60)
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-language"] == language
    assert page.text.count("<summary>") >= DATASETS
    assert release.id in page.text
    hrefs = {part.partition('"')[0] for part in page.text.split('href="')[1:]}
    assert len([href for href in hrefs if href.startswith("/download/") and "." in href]) > 300
