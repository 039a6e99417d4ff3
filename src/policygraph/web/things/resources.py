"""Linked data: a thing redirects to its description, which is a page or RDF of the same content."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from policygraph.errors import BrokenInput, Gone, NotFound
from policygraph.formats import GRAPH_FORMATS, Format
from policygraph.terms import Triple
from policygraph.web.conditional import cache_headers, not_modified
from policygraph.web.facts import mentioned
from policygraph.web.lookup import Standing, iri_ref, standing_of
from policygraph.web.negotiate import HTML, Page, pick
from policygraph.web.serialise import write_graph
from policygraph.web.site import Site, header_iri, site_of
from policygraph.web.things import pages

OFFERS: tuple[Format | Page, ...] = (HTML, *GRAPH_FORMATS)
MAX_PAGE = 1_000_000


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of a thing, and one page of what points to it."""

    iri: str
    said: list[Triple]
    pointing: list[Triple]
    page: int
    more: bool

    @property
    def mentioned(self) -> set[str]:
        """Return the IRIs of what it takes names to tell of."""
        return mentioned([*self.said, *self.pointing]) - {self.iri}


async def thing(request: Request) -> Response:
    """Redirect from a thing to its description (303, Cool URIs for the Semantic Web, 4.2)."""
    site = site_of(request)
    path = raw_path(request)
    asked = request.query_params.get("format")
    chosen = pick(request.headers.get("accept"), asked, OFFERS)
    iri = site.release.urls.thing(path)
    _check(site, iri, await site.lookup(request).standing(iri))
    suffix = chosen.suffix if isinstance(chosen, Format) else ""
    target = site.release.urls.page(iri, suffix)
    if target is None:
        raise NotFound(f"There is nothing at {path}.")
    kept = {"lang": request.query_params["lang"]} if "lang" in request.query_params else {}
    headers = {"Vary": "Accept", "Cache-Control": "public, max-age=60"}
    return RedirectResponse(
        site.here(target) + ("?" + urlencode(kept) if kept else ""),
        status_code=303,
        headers=headers,
    )


async def described(request: Request) -> Response:
    """Return the description of a thing: a page, or RDF by suffix, `?format=` or Accept."""
    site = site_of(request)
    path, suffix = split_suffix(raw_path(request))
    asked = suffix or request.query_params.get("format")
    chosen = pick(request.headers.get("accept"), asked, OFFERS)
    iri = site.release.urls.described_by(path)
    iri_ref(iri)
    number = _page_number(request.query_params.get("page"))
    page = site.page(request)
    if isinstance(chosen, Format):
        tag = site.tag("doc", iri, number, chosen.name)
        known = not_modified(request, tag, "" if asked else "Accept")
    else:
        tag, known = page.tag, page.known()
    if known:
        return known
    description = await describe(request, site, iri, number)
    links = _links(site, site.here(path), suffix, description)
    if isinstance(chosen, Format):
        names = await site.lookup(request).names(description.mentioned)
        triples = dict.fromkeys([*description.said, *description.pointing, *names])
        body = write_graph(triples, chosen, site.prefixes, first=iri)
        headers = cache_headers(tag, "" if asked else "Accept") | {"Link": links}
        return Response(body, headers=headers | {"Content-Type": chosen.content_type})
    return await pages.thing_page(page, description, path, links)


async def describe(request: Request, site: Site, iri: str, page: int) -> Description:
    """Return the description of a thing; NotFound if nothing is said, Gone if it was withdrawn."""
    lookup = site.lookup(request)
    said, (pointing, more) = await asyncio.gather(
        lookup.said_of(iri), lookup.pointing_to(iri, page)
    )
    _check(site, iri, standing_of(iri, said, pointing))
    if page > 1 and not pointing:
        raise NotFound(f"What points to this thing has no page {page}.")
    return Description(iri, said, pointing, page, more)


def _check(site: Site, iri: str, standing: Standing) -> None:
    if standing.deprecated:
        by = f" It is replaced by {standing.successor}." if standing.successor else ""
        raise Gone(f"{iri} was withdrawn.{by}", standing.successor)
    slug = iri.removeprefix(site.graph(""))
    if not standing.known and slug not in site.release.graphs:
        raise NotFound(f"Nothing is said about {iri}.")


def raw_path(request: Request) -> str:
    """Return the path as it was sent, so that its escapes are undone only once."""
    raw = request.scope.get("raw_path")
    if raw is None:
        return quote(request.scope["path"])
    return bytes(raw).partition(b"?")[0].decode("ascii", "replace")


def split_suffix(path: str) -> tuple[str, str | None]:
    """Return a path without the suffix of a graph format, and that suffix."""
    name, dot, suffix = path.rpartition(".")
    if dot and name and any(f.suffix == suffix for f in GRAPH_FORMATS):
        return name, suffix
    return path, None


def alternates(path: str) -> str:
    """Return the Link elements from a document to the same as RDF, by suffix (RFC 8288)."""
    return ", ".join(
        f'<{path}.{f.suffix}>; rel="alternate"; type="{f.media_type}"' for f in GRAPH_FORMATS
    )


def about_graph(site: Site, slug: str) -> str:
    """Return the Link element from what a graph holds to what is said of the graph itself.

    POWDER, section 4.1.4: `describedby`. Title, licence and counts are there.
    """
    return f'<{site.here("/doc/graph/" + slug)}>; rel="describedby"'


def about_dataset(site: Site) -> str:
    """Return the Link elements to what is said of the whole: VoID, and DCAT for a release."""
    links = [f'<{site.here("/.well-known/void")}>; rel="describedby"; type="text/turtle"']
    if not site.release.data:
        links.append(f'<{site.here("/catalog")}>; rel="describedby"; type="text/turtle"')
    return ", ".join(links)


def _page_number(text: str | None) -> int:
    if not text:
        return 1
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= MAX_PAGE:
        raise BrokenInput(f"page is a number from 1, not {text!r}.")
    return int(text[:9])


def _links(site: Site, path: str, suffix: str | None, description: Description) -> str:
    """Return the Link header (RFC 8288): the thing itself, other formats, other pages."""
    thing = header_iri(description.iri)
    # A page about somebody else's thing is no copy of it.
    links = [f'<{thing}>; rel="canonical"'] if site.release.urls.is_ours(description.iri) else []
    links.append(f'<{thing}>; rel="describes"')
    links.append(alternates(path))
    here = f"{path}.{suffix}" if suffix else path
    if description.more:
        links.append(f'<{here}?page={description.page + 1}>; rel="next"')
    if description.page > 1:
        links.append(f'<{here}?page={description.page - 1}>; rel="prev"')
    return ", ".join(links)
