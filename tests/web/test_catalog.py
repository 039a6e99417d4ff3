"""The catalogue on a small release: what a page shows, and where there is none."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rdflib import DCAT, DCTERMS, RDF, URIRef

from policygraph.engine import Dataset, Engine
from policygraph.release import Release, mirror
from policygraph.settings import Portal
from policygraph.web.app import create_app

from .conftest import LIMITS, Client, parsed
from .example import BASE


def test_each_written_graph_is_a_dataset_with_its_files(client: Client, release: Release) -> None:
    record = parsed(client.get("/catalog", "text/turtle").content, "text/turtle")
    datasets = {str(thing) for thing in record.subjects(RDF.type, DCAT.Dataset)}
    written = {slug for slug in release.graphs if slug not in ("queries", "meta")}
    assert datasets == {BASE} | {f"{BASE}graph/{slug}" for slug in written}
    vision = URIRef(f"{BASE}graph/vision")
    files = {str(record.value(d, DCAT.downloadURL)) for d in record[vision : DCAT.distribution]}
    assert files == {f"http://portal.test/download/vision.ttl{gz}" for gz in ("", ".gz")}
    assert record.value(URIRef(BASE), DCTERMS.publisher) == URIRef(f"{BASE}catalog#publisher")


def test_the_page_is_in_the_language_of_its_reader(client: Client) -> None:
    for language, word in (("nl", "Uitgever"), ("en", "Publisher"), ("fr", "Éditeur")):
        page = client.page("/catalog", language)
        assert page.status_code == 200
        assert f"<dt>{word}</dt>" in page.text
        assert 'rel="alternate"; type="text/turtle"' in page.headers["link"]


def test_other_suffixes_are_not_there(client: Client) -> None:
    assert client.get("/catalog.csv").status_code == 404
    assert client.get("/catalog?format=csv").status_code == 406


def test_a_mirror_of_somebody_elses_files_has_no_record(
    tmp_path: Path, loop: asyncio.AbstractEventLoop
) -> None:
    dump = tmp_path / "dump.nt"
    dump.write_text('<http://example.org/s> <http://example.org/p> "o" .\n')
    mirrored = mirror([dump], Portal())
    with Engine.start(Dataset(mirrored.dataset), LIMITS) as engine:
        client = Client(create_app(mirrored, engine, LIMITS), loop)
        assert client.get("/catalog", "text/turtle").status_code == 404
        service = parsed(client.get("/sparql", "text/turtle").content, "text/turtle")
        assert "/catalog" not in "".join(map(str, service.objects()))
