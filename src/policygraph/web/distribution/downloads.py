"""`/download/`: files with checksums, dates and ranges (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from policygraph.errors import NotFound
from policygraph.namespaces import DCT, SKOS
from policygraph.release import ReleaseFile
from policygraph.web.conditional import cache_headers, matches
from policygraph.web.facts import Text
from policygraph.web.site import site_of
from policygraph.web.things.resources import about_dataset, about_graph

MANIFEST = "manifest.json"
_COMPRESSED = ".gz"
_RANGE = re.compile(r"bytes=\s*(\d|-\s*\d)", re.IGNORECASE)
_SHARED = frozenset(
    "context inferred initiatives mappings meta ontology queries schemes shapes "
    "stakeholders".split()
)
"""Graphs that are no policy; they stand after the policies."""


@dataclass(frozen=True, slots=True)
class Row:
    """A file with its compressed twin, where it has one."""

    name: str
    plain: ReleaseFile
    compressed: ReleaseFile | None


@dataclass(frozen=True, slots=True)
class Group:
    """The files of one graph, of everything, or the tables."""

    slug: str
    title: Text
    triples: int | None
    rows: list[Row]


async def listing(request: Request) -> Response:
    """Return the page of files with sizes, counts and checksums."""
    site = site_of(request)
    page = site.page(request)
    known = page.known()
    if known:
        return known
    lookup = site.lookup(request)
    facts = page.facts(await lookup.names(map(site.graph, site.release.graphs), DCT.title))
    groups = []
    for slug, rows in _grouped(site.release.files.values()).items():
        iri = site.graph(slug)
        title = facts.text(iri, SKOS.prefLabel, DCT.title)
        groups.append(Group(slug, title, site.release.graphs.get(slug), rows))
    return page.render(
        "download.html",
        link_header=about_dataset(site),
        title=page.text("downloads"),
        groups=groups,
        total=sum(site.release.graphs.values()),
    )


def _grouped(files: Iterable[ReleaseFile]) -> dict[str, list[Row]]:
    """Return the files by what they hold: everything, policies, other graphs, tables."""
    by_name = {file.name: file for file in files}
    plain = sorted(n for n in by_name if not n.endswith(_COMPRESSED))
    alone = sorted(n for n in by_name if n.endswith(_COMPRESSED) and n[:-3] not in by_name)
    groups: dict[str, list[Row]] = {"policygraph": []}
    tables: list[Row] = []
    for name in [*plain, *alone]:
        row = Row(name, by_name[name], by_name.get(name + _COMPRESSED))
        if "/" in name:
            tables.append(row)
        else:
            groups.setdefault(name.partition(".")[0], []).append(row)
    ordered = sorted(groups, key=lambda slug: (slug != "policygraph", slug in _SHARED, slug))
    if tables:
        groups["tables"] = tables
        ordered.append("tables")
    return {slug: groups[slug] for slug in ordered if groups[slug]}


async def manifest(request: Request) -> Response:
    """Return the manifest of the release: its hash, graphs and files with checksums."""
    manifest = site_of(request).release.manifest()
    manifest["portal"].pop("engine", None)  # where our servers stand is nobody's business
    body = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    tag = f'"{hashlib.sha256(body.encode()).hexdigest()}"'
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=cache_headers(tag, ""))
    return Response(body, headers=cache_headers(tag, ""), media_type="application/json")


async def file(request: Request) -> Response:
    """Return one file, or the part of it that Range asks for."""
    site = site_of(request)
    name = request.path_params["name"]
    found = site.release.files.get(name)
    if found is None:
        raise NotFound(f"There is no download {name!r}; /download/ lists what there is.")
    slug = name.partition(".")[0]
    headers = cache_headers(f'"{found.sha256}"', "") | {
        "Last-Modified": format_datetime(site.release.moment, usegmt=True),
        "Accept-Ranges": "bytes",
        "Link": about_graph(site, slug) if slug in site.release.graphs else about_dataset(site),
    }
    if _is_known(request, headers):
        return Response(status_code=304, headers=headers)
    if request.method != "GET" or not _RANGE.match(request.headers.get("range", "")):
        # What asks for no part of the bytes by GET is as if it were not there (RFC 9110, 14.2).
        sent = [header for header in request.scope["headers"] if header[0] != b"range"]
        request.scope["headers"] = sent
    # No Content-Encoding: a .gz is a file of its own, and must arrive as one.
    return FileResponse(
        site.release.file(name),
        headers=headers | {"Content-Type": _content_type(found)},
        filename=name.rpartition("/")[2],
        stat_result=site.release.file(name).stat(),
    )


def _content_type(found: ReleaseFile) -> str:
    text = found.media_type.startswith("text/") and "charset" not in found.media_type
    return found.media_type + ("; charset=utf-8" if text else "")


def _is_known(request: Request, headers: dict[str, str]) -> bool:
    """Whether the client has the file: If-None-Match counts before the date (RFC 9110, 13.2.2)."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return matches(tags, headers["ETag"])
    since = request.headers.get("if-modified-since")
    if not since:
        return False
    try:
        return parsedate_to_datetime(since) >= parsedate_to_datetime(headers["Last-Modified"])
    except (ValueError, TypeError):
        # What is no date is ignored (13.1.3); so is one without a zone.
        return False


async def without_slash(request: Request) -> Response:
    """Redirect `/download` to its page."""
    return RedirectResponse(site_of(request).here("/download/"), status_code=308)
