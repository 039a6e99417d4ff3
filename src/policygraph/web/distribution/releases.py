"""`/releases`: what is kept, and what changed from one release to the next."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from policygraph.errors import NotAcceptable, NotFound, PolicygraphError
from policygraph.formats import GRAPH_FORMATS, Format
from policygraph.namespaces import DCAT, DCT, OWL, RDF, RDFS, VOID, XSD
from policygraph.release import Release
from policygraph.terms import Literal, NamedNode, Term, Triple
from policygraph.web.archive import Archive
from policygraph.web.conditional import cache_headers, not_modified
from policygraph.web.endpoint.endpoint import unless_gone
from policygraph.web.negotiate import HTML, JSON, Page, pick
from policygraph.web.serialise import write_graph
from policygraph.web.site import VARY, Site, site_of

OWN = re.compile(r"/changes(\.\w+)?|/(releases|timegate|timemap)(/.*)?", re.DOTALL)
"""Paths below a kept release that it does not answer itself."""
REFUSED = "policygraph.refused"
"""The member of a request's scope that says why a kept release cannot be asked now."""

_OFFERS: tuple[Format | Page, ...] = (HTML, JSON, *GRAPH_FORMATS)
_CHANGES: tuple[Format | Page, ...] = (HTML, JSON, GRAPH_FORMATS[0])


@dataclass(frozen=True, slots=True)
class Kept:
    """A release in the list, with the graphs in which it differs from the one before."""

    release: Release
    before: Release | None
    current: bool
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def statements(self) -> int:
        """Return the number of triples, counted in each graph."""
        return sum(self.release.graphs.values())

    @property
    def grown(self) -> int:
        """Return how many there are more than in the release before."""
        return self.statements - sum(self.before.graphs.values()) if self.before else 0


async def listing(request: Request) -> Response:
    """Return the list of kept releases, the newest first: a page, JSON, or RDF (DCAT 3, 11)."""
    site, archive = _archive(request)
    asked = request.path_params.get("suffix") or request.query_params.get("format")
    chosen = _pick(request, asked, _OFFERS)
    rows = list(reversed(_rows(await asyncio.to_thread(archive.shelf.releases), archive)))
    state = (archive.current.id, *(row.release.edition for row in rows))
    page = site.page(request)
    vary = VARY if chosen is HTML else "" if asked else "Accept"
    tag = site.tag("releases", chosen.name, page.tag if chosen is HTML else "", *state)
    known = not_modified(request, tag, vary)
    if known:
        return known
    headers = cache_headers(tag, vary)
    if chosen is HTML:
        return page.render(
            "releases.html", 200, headers, title=page.text("releases"), rows=rows,
            formats_here=[JSON, *GRAPH_FORMATS],
        )  # fmt: skip
    if isinstance(chosen, Format):
        body = write_graph(list(_triples(rows)), chosen, site.prefixes)
        return Response(body, headers=headers | {"Content-Type": chosen.content_type})
    text = json.dumps(_as_json(rows, archive), ensure_ascii=False, indent=1) + "\n"
    return Response(text, headers=headers, media_type=JSON.media_type)


async def one(request: Request) -> Response:
    """Redirect from a release to its start page, or to where RDF and JSON tell of it."""
    _, archive = _archive(request)
    id_ = request.path_params["id"]
    await _find(archive, id_)
    chosen = _pick(request, request.query_params.get("format"), _OFFERS)
    target = f"/releases/{id_}/" if chosen is HTML else f"/releases.{chosen.name}"
    headers = {"Vary": "Accept", "Cache-Control": "public, max-age=60"}
    return RedirectResponse(target, status_code=303, headers=headers)


async def changes(request: Request) -> Response:
    """Return what changed up to a release: from the one before, or from the one that is named."""
    site, archive = _archive(request)
    asked = request.path_params.get("suffix") or request.query_params.get("format")
    chosen = _pick(request, asked, _CHANGES)
    new = await _find(archive, request.path_params["id"])
    since = request.query_params.get("from")
    old = await _find(archive, since) if since else archive.before(new)
    if old is None:
        raise NotFound(f"No kept release came before {new.id}.")
    page = site.page(request)
    language = page.language if page.language in ("nl", "en") else "en"
    tag = site.tag("changes", page.tag, chosen.name, old.edition, new.edition)
    known = not_modified(request, tag, VARY)
    if known:
        return known
    form = "turtle" if isinstance(chosen, Format) else "json"
    report = await unless_gone(request, archive.differences(old, new, form, language))
    headers = cache_headers(tag, VARY) | {"Content-Language": language}
    if isinstance(chosen, Format):
        return Response(report, headers=headers | {"Content-Type": chosen.content_type})
    if chosen is not HTML:
        return Response(report, headers=headers, media_type=JSON.media_type)
    told = json.loads(report)
    return page.render(
        "changes.html",
        200,
        headers,
        title=page.text("changes"),
        old=old,
        new=new,
        told=told,
        sizes=[graph for graph in told["graphs"] if graph["old"] != graph["new"]],
        words="" if language == page.language else language,
        place=lambda change: _place(change["thing"], change["kind"], old, new, archive),
        place_of=lambda iri: _place(iri, "", old, new, archive),
    )


async def unreachable(request: Request) -> Response:
    """Say why a path below a release is not answered by it."""
    refused = request.scope.get(REFUSED)
    if isinstance(refused, PolicygraphError):
        raise refused
    raise NotFound(f"There is nothing at {request.scope['path']}; /releases lists what is kept.")


def _archive(request: Request) -> tuple[Site, Archive]:
    site = site_of(request)
    if site.archive is None:
        raise NotFound("No releases are kept here: what is served is no release.")
    return site, site.archive


async def _find(archive: Archive, id_: str) -> Release:
    release = await asyncio.to_thread(archive.shelf.find, id_)
    if release is None:
        raise NotFound(f"There is no kept release {id_!r}; /releases lists what there is.")
    return release


def _pick(request: Request, asked: str | None, offers: tuple[Format | Page, ...]) -> Format | Page:
    if asked:
        named = next((offer for offer in offers if offer.name == asked), None)
        if named is None:
            names = ", ".join(offer.name for offer in offers)
            raise NotAcceptable(f"There is no format {asked!r} here; there are {names}.")
        return named
    return pick(request.headers.get("accept"), None, offers)


def _rows(releases: Iterable[Release], archive: Archive) -> list[Kept]:
    rows, before = [], None
    for release in releases:
        current = release.id == archive.current.id
        rows.append(Kept(release, before, current, *_differing(before, release)))
        before = release
    return rows


def _differing(old: Release | None, new: Release) -> Iterator[tuple[str, ...]]:
    """Yield the graphs that came, that went, and that say something else now."""
    if old is None:
        return
    yield tuple(sorted(new.graphs.keys() - old.graphs.keys()))
    yield tuple(sorted(old.graphs.keys() - new.graphs.keys()))
    both = sorted(new.graphs.keys() & old.graphs.keys() - {"meta"})
    yield tuple(slug for slug in both if _sum(new, slug) != _sum(old, slug))


def _sum(release: Release, slug: str) -> str:
    file = release.files.get(f"{slug}.nt")
    return file.sha256 if file else ""


def _place(iri: str, kind: str, old: Release, new: Release, archive: Archive) -> str | None:
    """Return the page of a thing in the release that has it."""
    release = old if kind == "removed" else new
    page = release.urls.page(iri)
    if page is None or release.id == archive.current.id:
        return page
    return f"/releases/{release.id}{page}"


def _as_json(rows: Iterable[Kept], archive: Archive) -> dict[str, Any]:
    return {
        "current": archive.current.id,
        "releases": [
            {
                "id": row.release.id,
                "hash": row.release.hash,
                "version": row.release.portal.version,
                "date": row.release.portal.date,
                "current": row.current,
                "address": f"/releases/{row.release.id}/",
                "statements": row.statements,
                "graphs": dict(sorted(row.release.graphs.items())),
                "previous": row.before.id if row.before else None,
                "changes": f"/releases/{row.release.id}/changes" if row.before else None,
                "added": row.added,
                "removed": row.removed,
                "changed": row.changed,
            }
            for row in rows
        ],
    }


def _triples(rows: Iterable[Kept]) -> Iterator[Triple]:
    """Yield the releases as versions of the whole (DCAT 3, section 11)."""
    for row in rows:
        portal = row.release.portal
        whole = NamedNode(portal.base)
        version = NamedNode(f"{portal.base}releases/{row.release.id}")
        said: list[tuple[str, Term]] = [
            (RDF.type, NamedNode(DCAT.Dataset)),
            (RDF.type, NamedNode(VOID.Dataset)),
            (DCAT.isVersionOf, whole),
            (DCAT.version, Literal(portal.version)),
            (OWL.versionInfo, Literal(portal.version)),
            (DCT.identifier, Literal(row.release.id)),
            (DCT.issued, Literal(portal.date, datatype=NamedNode(XSD.date))),
            (DCT.license, NamedNode(portal.license)),
            (VOID.triples, Literal(str(row.statements), datatype=NamedNode(XSD.integer))),
        ]
        for language, title in portal.title.items():
            named = Literal(f"{title}, {portal.version}", language=language)
            said += [(DCT.title, named), (RDFS.label, named)]
        if row.before:
            before = NamedNode(f"{portal.base}releases/{row.before.id}")
            said.append((DCAT.previousVersion, before))
        yield from ((version, NamedNode(predicate), term) for predicate, term in said)
        yield whole, NamedNode(RDF.type), NamedNode(DCAT.Dataset)
        yield whole, NamedNode(DCAT.hasVersion), version
        if row.current:
            yield whole, NamedNode(DCAT.hasCurrentVersion), version
        for name in ("policygraph.nq.gz", "policygraph.trig.gz"):
            if name in row.release.files:
                yield from _distribution(version, name, row.release)


def _distribution(version: NamedNode, name: str, release: Release) -> Iterator[Triple]:
    file = NamedNode(f"{version.value}/download/{name}")
    media_type = release.files[name.removesuffix(".gz")].media_type.partition(";")[0]
    iana = "https://www.iana.org/assignments/media-types/"
    yield version, NamedNode(DCAT.distribution), file
    yield file, NamedNode(RDF.type), NamedNode(DCAT.Distribution)
    yield file, NamedNode(DCAT.downloadURL), file
    yield file, NamedNode(DCAT.mediaType), NamedNode(iana + media_type)
    yield file, NamedNode(DCAT.compressFormat), NamedNode(iana + "application/gzip")
    size = Literal(str(release.files[name].size), datatype=NamedNode(XSD.nonNegativeInteger))
    yield file, NamedNode(DCAT.byteSize), size
