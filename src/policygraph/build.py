"""Make a release out of a portal. The same input gives the same bytes, on any machine."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import deflate

from policygraph import formats
from policygraph.caches import cache_folder
from policygraph.catalogue import describe
from policygraph.errors import BrokenInput, InvalidData
from policygraph.inference import infer
from policygraph.jsonld import write_jsonld
from policygraph.namespaces import PG, prefixes
from policygraph.quality import measure
from policygraph.queries import as_triples, declarations, read_catalogue
from policygraph.release import DOWNLOADS, MANIFEST, Release, ReleaseFile, open_release
from policygraph.report import Finding, Report
from policygraph.sources import Sources, digest
from policygraph.tables import tables
from policygraph.terms import Triple
from policygraph.turtle import (
    canonical_nquads,
    canonical_triples,
    read_turtle,
    write_ntriples,
    write_trig,
    write_turtle,
)
from policygraph.validation import validate
from policygraph.void import describe_dataset

APART = "shapes"
"""The graph that is not part of the default graph: it holds RDF lists, and no facts."""

Graphs = Mapping[str, list[Triple]]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """A release, and the report on the portal that it was made of."""

    release: Release
    report: Report


def build(
    sources: Sources, out: Path | None = None, progress: Progress = lambda _step: None
) -> Built:
    """Check a portal and write its release below `out`; return both.

    Raises InvalidData where the portal is not valid, BrokenInput where `out` keeps a release of
    the same content with other files; then nothing is written. The release appears under its name
    only when it is complete.
    """
    progress("checking")
    report = validate(sources)
    if report.state != "valid":
        raise InvalidPortal(report)
    folder = out or releases_folder()
    progress("reasoning")
    graphs, names = collect(sources, report.findings)
    lines = {slug: _nquads(sources, slug, triples) for slug, triples in graphs.items()}
    content = hashlib.sha256()
    for line in sorted(b for slug, ls in lines.items() if slug != "meta" for b in ls):
        content.update(line)
    progress("writing")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=folder) as temporary:
        path = Path(temporary) / "release"
        (path / DOWNLOADS).mkdir(parents=True)
        files = {}
        for name, media_type, data in _downloads(sources, graphs, names, lines):
            files[name] = _write(path / DOWNLOADS / name, name, media_type, data)
            packed = bytes(deflate.gzip_compress(data, 9))
            gz = name + ".gz"
            files[gz] = _write(path / DOWNLOADS / gz, gz, "application/gzip", packed)
        counts = {slug: len(triples) for slug, triples in graphs.items()}
        release = Release(path, content.hexdigest(), sources.portal, counts, files)
        manifest = json.dumps(release.manifest(), ensure_ascii=False, indent=2, sort_keys=True)
        (path / MANIFEST).write_text(manifest + "\n", encoding="utf-8")
        return Built(_put(release, folder, kept=out is not None), report)


class InvalidPortal(InvalidData):
    """The portal is not valid; `report` says why."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__("the portal is not valid: no release was made")


def current_release(sources: Sources, progress: Progress = lambda _step: None) -> Release:
    """Return the release of a portal as it is now, building it only if there is none yet."""
    folder = releases_folder()
    note = folder / ".inputs" / _input_key(sources)
    if note.is_file():
        name, _, made = note.read_text(encoding="utf-8").strip().partition(" ")
        manifest = folder / name / MANIFEST
        # The same content may have been built with other settings meanwhile.
        if manifest.is_file() and digest(manifest.read_bytes()) == made:
            return open_release(folder / name)
    release = build(sources, progress=progress).release
    made = digest((release.path / MANIFEST).read_bytes())
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(f"{release.path.name} {made}\n", encoding="utf-8")
    return release


def _input_key(sources: Sources) -> str:
    """Digest everything that a release depends on: the portal's files and our own code."""
    code = sorted(Path(__file__).parent.glob("*.py"))
    files = [file.path for file in sources.turtle_files()]
    files += sources.query_files() + sources.headings_files()
    parts = [repr(sources.portal).encode()]
    for path in [*code, *files]:
        parts += [path.name.encode(), path.read_bytes()]
    return digest(*parts)


def releases_folder() -> Path:
    """Return where releases go when no folder is chosen."""
    return cache_folder() / "releases"


def collect(
    sources: Sources, findings: Sequence[Finding] = ()
) -> tuple[Graphs, Mapping[str, Mapping[str, str]]]:
    """Return the triples of every named graph by slug, and each graph's own prefixes.

    `findings` of the validation are counted in the graph `meta`.
    """
    base = sources.portal.base
    graphs: dict[str, set[Triple]] = defaultdict(set)
    names: dict[str, dict[str, str]] = defaultdict(lambda: dict(prefixes(base)))
    for file in sources.turtle_files():
        parsed = read_turtle(file.read(), file.path)
        graphs[file.graph].update(parsed.triples)
        names[file.graph].update(parsed.prefixes)
    graphs["queries"] = set(declarations(base)).union(
        *(as_triples(query, base) for query in read_catalogue(sources))
    )
    data = {t for slug, ts in graphs.items() if slug not in ("ontology", APART) for t in ts}
    graphs["inferred"] = infer(data | graphs["ontology"], graphs["ontology"], base)
    ordered = {slug: canonical_triples(graphs[slug]) for slug in sorted(graphs)}
    meta = [*describe(sources.portal, ordered), *measure(base, ordered, findings)]
    numbers = describe_dataset(sources.portal, ordered, meta, APART)
    ordered["meta"] = canonical_triples([*meta, *numbers])
    return ordered, names


def _nquads(sources: Sources, slug: str, triples: list[Triple]) -> list[bytes]:
    text = canonical_nquads(triples, f"{sources.portal.base}graph/{slug}")
    # Labels of blank nodes are unique within a graph; in one file of all graphs they must differ.
    return text.replace(b"_:c14n", f"_:{slug}-".encode()).splitlines(keepends=True)


def _downloads(
    sources: Sources,
    graphs: Graphs,
    names: Mapping[str, Mapping[str, str]],
    lines: Mapping[str, list[bytes]],
) -> Iterator[tuple[str, str, bytes]]:
    """Yield name, media type and bytes of every file for download."""
    known = prefixes(sources.portal.base)
    merged = {t for slug, triples in graphs.items() if slug != APART for t in triples}
    nquads = b"".join(sorted(line for quads in lines.values() for line in quads))
    yield "policygraph.nq", _media_type("nq"), nquads
    labelled = {f"{sources.portal.base}graph/{slug}": graphs[slug] for slug in sorted(graphs)}
    yield "policygraph.trig", _media_type("trig"), write_trig(labelled, known)
    for stem, triples in {"policygraph": merged, **graphs}.items():
        own = names.get(stem, known)
        yield f"{stem}.ttl", _media_type("ttl"), write_turtle(triples, own)
        yield f"{stem}.nt", _media_type("nt"), write_ntriples(triples)
        yield f"{stem}.jsonld", _media_type("jsonld"), write_jsonld(triples, known)
    for name, table in tables(_written(graphs)).items():
        yield f"tables/{name}.csv", _media_type("csv"), table


def _written(graphs: Graphs) -> set[Triple]:
    """Return what curators wrote, and the comparable dates: the columns of a tidy table."""
    generated = {"ontology", "queries", "meta", "inferred", APART}
    written = {t for slug, triples in graphs.items() if slug not in generated for t in triples}
    comparable = (PG.earliest, PG.latest)
    return written | {t for t in graphs["inferred"] if t[1].value in comparable}


def _media_type(name: str) -> str:
    format_ = formats.named(name)
    if format_ is None:
        raise KeyError(name)
    return format_.media_type


def _write(path: Path, name: str, media_type: str, data: bytes) -> ReleaseFile:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return ReleaseFile(name, len(data), hashlib.sha256(data).hexdigest(), media_type)


def _put(made: Release, folder: Path, *, kept: bool) -> Release:
    """Move a finished release to its name in a folder, and return it from there.

    One that stands there with the same files stays, with the settings of the new one: limits and
    the like only say how it is served. One with other files (another `meta`, another version of
    this program) stays as well, since it may be served, or have been cited. Where releases are
    `kept` that is BrokenInput; among drafts the new one gets a longer name.
    """
    target = folder / made.id
    there = _standing(target)
    if there and there.files != made.files:
        if kept:
            portal, ours = there.portal, made.portal
            raise BrokenInput(
                f"{target} is kept with the same content, as version {portal.version} of "
                f"{portal.date}: a release is not written anew. Give version {ours.version} of "
                f"{ours.date} to the next change of the content, or move that folder away and "
                "build again"
            )
        target = folder / made.edition
        there = _standing(target)
    if there and there.files == made.files:
        (made.path / MANIFEST).replace(target / MANIFEST)
        return open_release(target)
    if target.exists():
        shutil.move(target, made.path.parent / "old")
    made.path.replace(target)
    return open_release(target)


def _standing(path: Path) -> Release | None:
    """Return the release in a folder; None if there is none, or it is not whole."""
    try:
        return open_release(path)
    except BrokenInput:
        return None
