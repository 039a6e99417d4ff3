"""`/catalog`: the record for data portals, as RDF and as a page for those who run them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from policygraph.errors import NotFound
from policygraph.formats import GRAPH_FORMATS, Format
from policygraph.namespaces import DCAT, DCT, FOAF, RDFS
from policygraph.release import ReleaseFile
from policygraph.terms import Triple
from policygraph.web.citation import cite
from policygraph.web.conditional import cache_headers, not_modified
from policygraph.web.distribution import dcat
from policygraph.web.facts import Facts, Link, Text
from policygraph.web.negotiate import HTML, pick
from policygraph.web.serialise import write_graph
from policygraph.web.site import PageMaker, address_of, site_of
from policygraph.web.things.resources import alternates, split_suffix


@dataclass(frozen=True, slots=True)
class Entry:
    """A dataset as the page lists it."""

    link: Link
    title: Text
    description: Text
    places: list[Link]
    files: tuple[ReleaseFile, ...]


async def catalog(request: Request) -> Response:
    """Return the catalogue of the release (DCAT-AP 3.0.1): a page, or RDF by suffix or Accept."""
    site = site_of(request)
    path, suffix = split_suffix(request.scope["path"])
    if path != "/catalog" or site.release.data:
        raise NotFound(f"There is nothing at {request.scope['path']}.")
    asked = suffix or request.query_params.get("format")
    # A harvester that names no type wants the record; a browser names HTML.
    chosen = pick(request.headers.get("accept"), asked, (*GRAPH_FORMATS, HTML))
    address, vary = address_of(request), "" if asked else "Accept"
    page = site.page(request)
    if isinstance(chosen, Format):
        tag = site.tag("catalog", address, chosen.name)
        known = not_modified(request, tag, vary)
    else:
        known = page.known()
    if known:
        return known
    meta = await site.lookup(request).catalogue(site.release.portal.base)
    record = dcat.describe(site.release, meta, address)
    links = alternates(site.here(path))
    if isinstance(chosen, Format):
        body = write_graph(record, chosen, site.prefixes, first=site.release.portal.base)
        headers = cache_headers(tag, vary) | {"Link": links, "Content-Type": chosen.content_type}
        return Response(body, headers=headers)
    return await _page(page, record, address, links)


async def _page(page: PageMaker, record: list[Triple], address: str, links: str) -> Response:
    portal = page.site.release.portal
    base = portal.base
    languages = [term.value for _, by, term in record if by.value == DCT.language]
    names = await page.site.lookup(page.request).names([*languages, portal.license])
    facts = page.facts([*record, *names])
    publisher = next(iter(facts.iris(base + "catalog", DCT.publisher)), "")
    period = next(iter(facts.iris(base, DCT.temporal)), "")
    return page.render(
        "catalog.html",
        link_header=links,
        title=page.text("catalogue"),
        about=facts.text(base, DCT.description),
        publisher=Link(publisher, facts.text(publisher, FOAF.name), _known(page, publisher)),
        contact=portal.contact or base,
        licence=facts.link(portal.license),
        languages_of_data=facts.links(base, DCT.language),
        places=facts.links(base, DCT.spatial),
        period=tuple(facts.plain(period, day) for day in (DCAT.startDate, DCAT.endDate)),
        datasets=[_entry(facts, dataset) for dataset in dcat.datasets(page.site.release)],
        address=address + page.site.here(""),
        endpoint=f"{address}/sparql",
        catalogue=f"{address}/catalog",
        citation=cite(page.site.release, address, page.language),
    )


def _known(page: PageMaker, iri: str) -> str | None:
    """Return the address of the publisher's page, where the portal describes it."""
    return page.site.release.urls.page(iri) if "#" not in iri else None


def _entry(facts: Facts, dataset: dcat.Dataset) -> Entry:
    return Entry(
        facts.link(dataset.iri),
        facts.text(dataset.iri, DCT.title, RDFS.label),
        facts.text(dataset.iri, DCT.description),
        facts.links(dataset.iri, DCT.spatial),
        dataset.files,
    )
