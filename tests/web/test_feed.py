"""The feed through the application: formats, addresses, and what may be kept for how long."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from policygraph.engine import Engine
from policygraph.release import MANIFEST, Release, ReleaseFile, open_release
from policygraph.shelf import Shelf
from policygraph.sources import digest
from policygraph.web.app import create_app
from policygraph.web.archive import Archive

from .conftest import LIMITS, Client
from .example import BASE
from .test_pages import Outline

FORMATS = {
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "jsonld": ox.RdfFormat.JSON_LD,
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
}
WHOLE = ("nq", "trig", "jsonld")
TREE = "https://w3id.org/tree#"
LDES = "https://w3id.org/ldes#"
DCT = "http://purl.org/dc/terms/"
STREAM = ox.NamedNode(f"{BASE}feed#stream")
ROOT = ox.NamedNode("http://portal.test/feed")
EDITIONS = (
    {"vision": "one", "old": "is", "same": "é \"\\ \n . <x> _:c14n0 ] }"},
    {"vision": "two", "same": "é \"\\ \n . <x> _:c14n0 ] }"},
)  # fmt: skip


def write(example: Release, folder: Path, number: int) -> Release:
    """Write a release of some small graphs, beside the example's own files."""
    path = folder / str(number)
    shutil.copytree(example.path, path)
    manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    manifest["hash"] = digest(str(number).encode())
    manifest["portal"]["version"] = f"1.{number}"
    manifest["graphs"] = {}
    for slug, text in EDITIONS[number].items():
        triple = ox.Triple(ox.NamedNode(BASE + slug), ox.NamedNode(DCT + "title"), ox.Literal(text))
        for suffix in ("nt", "jsonld"):
            if suffix == "nt":
                data = f"{triple} .\n".encode()
            else:
                title = {"dct:title": {"@value": text}}
                node = {"@context": {"dct": DCT}, "@graph": [{"@id": BASE + slug} | title]}
                data = (json.dumps(node, ensure_ascii=False, indent=1) + "\n").encode()
            name = f"{slug}.{suffix}"
            (path / "download" / name).write_bytes(data)
            file = ReleaseFile(name, len(data), digest(data), "application/n-triples")
            manifest["files"].append({n: getattr(file, n) for n in ReleaseFile.__slots__})
        manifest["graphs"][slug] = 1
    (path / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return open_release(path)


async def no_differences(old: Release, new: Release, format_: str, language: str) -> bytes:
    raise NotImplementedError


@pytest.fixture(scope="module")
def kept(release: Release, tmp_path_factory: pytest.TempPathFactory) -> list[Release]:
    folder = tmp_path_factory.mktemp("kept")
    return [write(release, folder, number) for number in range(len(EDITIONS))]


@pytest.fixture(scope="module")
def client(kept: list[Release], engine: Engine, loop: asyncio.AbstractEventLoop) -> Client:
    current = kept[-1]
    archive = Archive(Shelf(current.path.parent), current, no_differences)
    return Client(create_app(current, engine, LIMITS, archive), loop)


@pytest.fixture(scope="module")
def nodes(kept: list[Release]) -> list[str]:
    first, second = kept
    return [
        f"/feed/20261124T000000Z/{first.id}",
        f"/feed/20261124T000001Z/{first.id}..{second.id}",
    ]


def read(client: Client, path: str, name: str) -> ox.Dataset:
    """What an address says in a format."""
    response = client.get(f"{path}?format={name}")
    assert response.status_code == 200
    dataset = ox.Dataset(ox.parse(response.content, format=FORMATS[name]))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def objects(dataset: ox.Dataset, subject: ox.NamedNode | ox.BlankNode, predicate: str) -> set[str]:
    predicate_ = ox.NamedNode(predicate)
    return {
        getattr(quad.object, "value", "")
        for quad in dataset.quads_for_subject(subject)
        if quad.predicate == predicate_
    }


def test_the_root_tells_a_client_all_it_has_to_know(client: Client, nodes: list[str]) -> None:
    said = read(client, "/feed", "ttl")
    assert objects(said, STREAM, TREE + "view") == {ROOT.value}
    assert objects(said, STREAM, LDES + "timestampPath") == {DCT + "issued"}
    assert objects(said, STREAM, LDES + "versionOfPath") == {DCT + "isVersionOf"}
    [retention] = objects(said, ROOT, LDES + "retentionPolicy")
    assert objects(said, ox.NamedNode(retention), LDES + "startingFrom") == {"2026-11-24T00:00:00Z"}
    bounds: dict[str, list[str]] = {}
    for quad in said.quads_for_predicate(ox.NamedNode(TREE + "relation")):
        assert isinstance(quad.object, ox.BlankNode)
        [node] = objects(said, quad.object, TREE + "node")
        [value] = objects(said, quad.object, TREE + "value")
        bounds.setdefault(node, []).append(value)
    assert bounds == {
        f"http://portal.test{nodes[0]}": ["2026-11-24T00:00:00Z"] * 2,
        f"http://portal.test{nodes[1]}": ["2026-11-24T00:00:01Z"] * 2,
    }


@pytest.mark.parametrize("number", [None, 0, 1])
def test_formats_say_the_same(client: Client, nodes: list[str], number: int | None) -> None:
    path = "/feed" if number is None else nodes[number]
    said = {name: read(client, path, name) for name in FORMATS}
    assert said["nq"] == said["trig"] == said["jsonld"]
    assert said["nt"] == said["ttl"] == said["rdf"]
    default = [q for q in said["nq"] if isinstance(q.graph_name, ox.DefaultGraph)]
    assert said["nt"] == ox.Dataset(default)
    assert (len(default) < len(said["nq"])) == (number is not None)


@pytest.mark.parametrize("name", WHOLE)
def test_a_member_holds_its_graph_exactly(
    client: Client, nodes: list[str], kept: list[Release], name: str
) -> None:
    for path, release, slugs in zip(nodes, kept, [EDITIONS[0], {"vision"}], strict=True):
        found = read(client, path, name)
        members = objects(found, STREAM, TREE + "member")
        assert {m.partition("#")[2] for m in members} >= set(slugs)
        for slug in slugs:
            member = ox.NamedNode(f"{BASE}{path[1:]}#{slug}")
            triples = {quad.triple for quad in found.quads_for_graph_name(member)}
            stored = ox.parse(path=release.file(f"{slug}.nt"), format=FORMATS["nt"])
            assert triples == {quad.triple for quad in stored}
            assert objects(found, member, DCT + "isVersionOf") == {f"{BASE}graph/{slug}"}


def test_a_graph_that_is_gone_is_a_deletion(client: Client, nodes: list[str]) -> None:
    removed = ox.NamedNode(f"{BASE}{nodes[1][1:]}#old")
    said = read(client, nodes[1], "nq")
    [kind] = objects(said, removed, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    assert {kind} == objects(read(client, "/feed", "nt"), STREAM, LDES + "versionDeleteObject")
    assert not list(said.quads_for_graph_name(removed))


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("application/n-quads,application/trig;q=0.95,text/turtle;q=0.6", "application/n-quads"),
        ("text/turtle, application/trig", "application/trig"),
        ("application/ld+json", "application/ld+json"),
        ("text/turtle", "text/turtle; charset=utf-8"),
        ("text/html", "text/html; charset=utf-8"),
    ],
)
def test_a_client_gets_what_it_likes_best(
    client: Client, nodes: list[str], accept: str, name: str
) -> None:
    for path in ("/feed", *nodes):
        response = client.get(path, accept)
        assert response.headers["content-type"] == name
        assert "Accept" in response.headers["vary"].split(", ")
    assert client.get("/feed", "image/png").status_code == 406


def test_only_the_root_is_asked_again(client: Client, nodes: list[str]) -> None:
    for path, forever in (("/feed", False), (nodes[0], True), (nodes[1], True)):
        response = client.get(path, "application/trig")
        assert ("immutable" in response.headers["cache-control"]) == forever
        head = client.request("HEAD", path, headers={"Accept": "application/trig"})
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == response.headers["etag"]
        again = client.get(path, "application/trig", if_none_match=response.headers["etag"])
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["cache-control"] == response.headers["cache-control"]
        other = client.get(path, "text/turtle", if_none_match=response.headers["etag"])
        assert other.status_code == 200
    assert "immutable" not in client.page(nodes[0]).headers["cache-control"]


def test_a_release_leads_to_its_node(client: Client, nodes: list[str], kept: list[Release]) -> None:
    response = client.get(f"/feed/{kept[1].id}")
    assert (response.status_code, response.headers["location"]) == (302, nodes[1])


def test_a_node_that_is_no_longer_kept_is_gone(client: Client, kept: list[Release]) -> None:
    for name in ("0" * 16, f"{'0' * 16}..{kept[0].id}"):
        assert client.get(f"/feed/{name}", "application/trig").status_code == 410


def test_pages_tell_people(client: Client, nodes: list[str], kept: list[Release]) -> None:
    page = client.page("/feed", "en")
    outline = Outline(page.text)
    assert set(nodes) < set(outline.links)
    assert "<code>http://portal.test/feed</code>" in page.text
    assert "verwijderd" in client.page(nodes[1]).text
    assert f"/releases/{kept[0].id}/download/vision.nt" in Outline(client.page(nodes[0]).text).links
    for path in ("/feed", *nodes):
        for language in ("nl", "en", "fr"):
            outline = Outline(client.page(path, language).text)
            assert outline.lang == language
            assert outline.headings[0] == 1


def test_a_mirror_has_nothing_to_follow(
    release: Release, engine: Engine, loop: asyncio.AbstractEventLoop
) -> None:
    mirror = Client(create_app(release, engine, LIMITS), loop)
    assert mirror.get("/feed").status_code == 404
    assert "/feed" not in mirror.get("/openapi.json").json()["paths"]
