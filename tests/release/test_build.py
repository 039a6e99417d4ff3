"""A release is complete, immutable, and the same bytes wherever it is built."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from policygraph.build import Built, InvalidPortal, build, current_release
from policygraph.errors import BrokenInput
from policygraph.namespaces import PG, RDF, RDFS
from policygraph.release import MANIFEST, Release, open_release
from policygraph.sources import Sources, find_portal
from policygraph.terms import NamedNode, Triple
from policygraph.turtle import canonical_nquads
from tests.conftest import REPOSITORY

FORMATS = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD}


def parse(data: bytes, suffix: str) -> set[Triple]:
    quads = ox.parse(data, format=FORMATS[suffix])
    return {(q.subject, q.predicate, q.object) for q in quads}


def all_quads(release: Release) -> list[ox.Quad]:
    return list(ox.parse(path=release.file("policygraph.nq"), format=ox.RdfFormat.N_QUADS))


def test_the_portal_is_valid_and_every_shape_found_something(built: Built) -> None:
    assert built.report.state == "valid"
    assert not built.report.findings
    assert len(built.report.focus_counts) >= 45
    assert min(built.report.focus_counts.values()) > 0


def test_two_builds_in_two_processes_are_byte_equal(sources: Sources, tmp_path: Path) -> None:
    trees = []
    for number in "12":
        out = tmp_path / number
        # Another seed for Python's hashes: order must not come from a set.
        env = os.environ | {"PYTHONHASHSEED": number, "TZ": f"UTC+{number}", "LANG": "C"}
        command = [sys.executable, "-m", "policygraph", "build", "--out", str(out), "--portal"]
        subprocess.run([*command, str(sources.root)], env=env, check=True, capture_output=True)
        files = [path for path in out.rglob("*") if path.is_file()]
        trees.append({path.relative_to(out).as_posix(): path.read_bytes() for path in files})
    assert trees[0].keys() == trees[1].keys()
    assert [name for name in trees[0] if trees[0][name] != trees[1][name]] == []


def test_the_manifest_tells_the_truth_about_every_file(release: Release) -> None:
    on_disk = {p.relative_to(release.path / "download").as_posix()
               for p in (release.path / "download").rglob("*") if p.is_file()}  # fmt: skip
    assert on_disk == set(release.files)
    for file in release.files.values():
        data = release.file(file.name).read_bytes()
        assert file.size == len(data)
        assert file.sha256 == hashlib.sha256(data).hexdigest()


def test_every_file_has_a_twin_in_gzip_without_time(release: Release) -> None:
    plain = [name for name in release.files if not name.endswith(".gz")]
    for name in plain:
        packed = release.file(name + ".gz").read_bytes()
        assert gzip.decompress(packed) == release.file(name).read_bytes()
        assert packed[4:8] == b"\0\0\0\0"  # RFC 1952, section 2.3.1: MTIME


def test_the_name_is_the_hash_of_every_graph_but_meta(release: Release) -> None:
    lines = release.file("policygraph.nq").read_bytes().splitlines(keepends=True)
    meta = f"<{release.portal.base}graph/meta> .\n".encode()
    content = b"".join(line for line in lines if not line.endswith(meta))
    assert lines == sorted(lines)
    assert release.hash == hashlib.sha256(content).hexdigest()
    assert release.path.name == release.id == release.hash[:16]


def test_graphs_are_counted_and_named(release: Release) -> None:
    counts = Counter(q.graph_name.value for q in all_quads(release))  # type: ignore[union-attr]
    assert {iri.rpartition("/")[2]: n for iri, n in counts.items()} == dict(release.graphs)
    policies = {path.stem for path in (REPOSITORY / "data" / "policies").glob("*.ttl")}
    assert len(policies) == 40
    assert set(release.graphs) - policies == {
        "schemes", "stakeholders", "initiatives", "context", "mappings", "ontology", "shapes",
        "queries", "meta", "inferred",
    }  # fmt: skip
    assert policies < set(release.graphs)


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_graph_is_the_same_in_every_format(release: Release, suffix: str) -> None:
    quads = all_quads(release)
    for slug in release.graphs:
        graph = NamedNode(f"{release.portal.base}graph/{slug}")
        said = [(q.subject, q.predicate, q.object) for q in quads if q.graph_name == graph]
        read = parse(release.file(f"{slug}.{suffix}").read_bytes(), suffix)
        assert canonical_nquads(read) == canonical_nquads(said), slug  # type: ignore[arg-type]


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_default_graph_is_the_set_union_of_all_but_shapes(
    release: Release, suffix: str
) -> None:
    shapes = NamedNode(f"{release.portal.base}graph/shapes")
    union = {
        (q.subject, q.predicate, q.object) for q in all_quads(release) if q.graph_name != shapes
    }
    assert parse(release.file(f"policygraph.{suffix}").read_bytes(), suffix) == union


def test_trig_holds_the_same_quads_as_nquads(release: Release) -> None:
    trig = ox.Dataset(ox.parse(path=release.file("policygraph.trig"), format=ox.RdfFormat.TRIG))
    nquads = ox.Dataset(all_quads(release))
    for dataset in (trig, nquads):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert trig == nquads


def test_no_blank_nodes_but_in_shapes(release: Release) -> None:
    shapes = NamedNode(f"{release.portal.base}graph/shapes")
    for quad in all_quads(release):
        if quad.graph_name != shapes:
            assert not isinstance(quad.subject, ox.BlankNode)
            assert not isinstance(quad.object, ox.BlankNode)


def test_every_graph_states_title_and_licence(release: Release) -> None:
    said = {(q.subject.value, q.predicate.value) for q in all_quads(release)
            if isinstance(q.subject, NamedNode)}  # fmt: skip
    for slug in release.graphs:
        graph = f"{release.portal.base}graph/{slug}"
        assert (graph, "http://purl.org/dc/terms/license") in said, slug
        assert (graph, "http://purl.org/dc/terms/title") in said, slug
        assert (graph, RDFS.label) in said, slug


def test_everything_described_has_a_label_in_dutch_and_english(release: Release) -> None:
    languages: dict[str, set[str]] = {}
    things = set()
    for quad in all_quads(release):
        subject = quad.subject.value if isinstance(quad.subject, NamedNode) else ""
        if not subject.startswith(release.portal.base + "id/"):
            continue
        if quad.predicate.value == RDF.type and isinstance(quad.object, NamedNode):
            things.add(subject)
        if quad.predicate.value == RDFS.label and isinstance(quad.object, ox.Literal):
            languages.setdefault(subject, set()).add(quad.object.language or "")
    assert len(things) > 300
    missing = [t for t in sorted(things) if not {"nl", "en"} <= languages.get(t, set())]
    assert missing == []


def test_tables_have_a_row_for_each_thing(release: Release) -> None:
    text = release.file("tables/action-point.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) > 650
    own = [row for row in rows if row["actionPointOf"].endswith("/nl-generative-ai-vision")]
    assert len(own) == 34
    assert sum(row["standing"] == PG.Listed for row in own) == 12
    assert [row["number"] for row in own if row["number"]][:3] == ["1.1", "1.2", "1.3"]
    assert all(row["prefLabel_nl"] and row["prefLabel_en"] for row in rows)


def test_an_invalid_portal_leaves_nothing_behind(portal: Path, tmp_path: Path) -> None:
    policy = portal / "data" / "policies" / "nl-generative-ai-vision.ttl"
    policy.write_text(policy.read_text(encoding="utf-8").replace("pg:order 3 ;", "", 1),
                      encoding="utf-8")  # fmt: skip
    out = tmp_path / "out"
    with pytest.raises(InvalidPortal) as caught:
        build(find_portal(portal), out)
    assert caught.value.report.count("Violation") == 1
    assert not out.exists()


def test_a_change_gives_another_release_and_keeps_the_old_one(
    portal: Path, release: Release, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first = build(find_portal(portal), out).release
    assert first.hash == release.hash
    policy = portal / "data" / "policies" / "nl-generative-ai-vision.ttl"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(text.replace("Samenwerken", "Samen werken", 1), encoding="utf-8")
    second = build(find_portal(portal), out).release
    assert second.hash != first.hash
    assert sorted(p.name for p in out.iterdir()) == sorted([first.id, second.id])
    assert open_release(first.path).hash == first.hash


def test_a_current_release_is_not_built_twice(portal: Path) -> None:
    sources = find_portal(portal)
    first = current_release(sources)
    stamp = (first.path / MANIFEST).stat().st_mtime_ns
    assert current_release(sources).hash == first.hash
    assert (first.path / MANIFEST).stat().st_mtime_ns == stamp


def test_a_damaged_release_says_so(release: Release, tmp_path: Path) -> None:
    copy = tmp_path / release.id
    shutil.copytree(release.path, copy)
    (copy / "download" / "policygraph.ttl").write_text("cut", encoding="utf-8")
    with pytest.raises(BrokenInput, match=r"policygraph\.ttl .*build again"):
        open_release(copy)
    (copy / MANIFEST).write_text("{", encoding="utf-8")
    with pytest.raises(BrokenInput, match="damaged"):
        open_release(copy)
    with pytest.raises(BrokenInput, match="not a release"):
        open_release(tmp_path)


def test_a_portal_with_another_base(portal: Path, tmp_path: Path) -> None:
    old, new = "https://w3id.org/policygraph/", "https://policy.example/"
    for path in [*portal.rglob("*.ttl"), portal / "policygraph.toml"]:
        text = path.read_text(encoding="utf-8").replace(f'base = "{old}"', f'base = "{new}"')
        for part in ("id/", "graph/"):
            text = text.replace(old + part, new + part)
        path.write_text(text, encoding="utf-8")
    moved = build(find_portal(portal), tmp_path / "out").release
    graphs = {q.graph_name.value for q in all_quads(moved)}  # type: ignore[union-attr]
    assert new + "graph/nl-generative-ai-vision" in graphs
    rows = moved.file("tables/principle.csv").read_text(encoding="utf-8")
    assert new + "id/policy/nl-generative-ai-vision/principle/1" in rows
    assert old + "id/" not in rows
    assert old + "ns#Listed" in rows  # terms are shared by all portals


def test_what_is_described_is_found_without_an_engine(release: Release) -> None:
    lines = release.file("policygraph.nt").read_text("utf-8").splitlines()
    subjects = {line.partition("> ")[0][1:] for line in lines if line.startswith("<")}
    assert len(subjects) > 1000
    assert all(map(release.describes, sorted(subjects)[::10]))
    for iri in sorted(subjects)[::100]:
        for other in (iri[:-1], iri + "/", iri + "~", iri + "> "):
            assert release.describes(other) == (other in subjects)
    assert not release.describes("")
    assert not release.describes("~")
