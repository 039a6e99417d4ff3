"""What crawlers read: `/robots.txt` and `/sitemap.xml`."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response

from policygraph.errors import NotFound
from policygraph.namespaces import OWL
from policygraph.web.conditional import cache_headers, not_modified
from policygraph.web.lookup import iri_ref
from policygraph.web.search.findable import KINDS
from policygraph.web.site import Site, address_of, site_of

LARGEST = 50_000
"""Addresses in one sitemap (sitemaps.org)."""

_PAGES = (
    "/", "/policies", "/compare", "/queries", "/about", "/about/model", "/about/quality",
    "/about/data", "/ns", "/shapes", "/catalog", "/download/",
)  # fmt: skip
_FOUND = tuple(
    iri_ref(class_)
    for kind, classes in KINDS.items()
    for class_ in classes
    if kind not in ("document", "source", "term")  # they are described on pages of others
)
_XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

_ROBOTS = """\
User-agent: *
Disallow: /sparql?
Disallow: /search?
Disallow: /search.json
Disallow: /compare?
Disallow: /compare.
Disallow: /explore
Disallow: /releases/
Disallow: /timegate/
Disallow: /timemap/
Disallow: /*?page=
Allow: /

Sitemap: {origin}/sitemap.xml
"""
"""Pages may be read by all; queries, searches and kept releases are dear, and without end."""


async def robots(request: Request) -> Response:
    """Return robots.txt (RFC 9309)."""
    text = _ROBOTS.format(origin=address_of(request))
    return Response(text, media_type="text/plain", headers={"Cache-Control": "max-age=86400"})


async def sitemap(request: Request) -> Response:
    """Return the addresses of pages; of other sitemaps, where there are too many for one."""
    site, origin = site_of(request), address_of(request)
    number = request.path_params.get("number")
    tag = site.tag("sitemap", origin, number)
    known = not_modified(request, tag, "")
    if known:
        return known
    count = int((await site.lookup(request).rows(_question("(COUNT(DISTINCT ?x) AS ?n)")))[0]["n"])
    # One page is left for those that are no things.
    parts = -(-count // (LARGEST - len(_PAGES))) or 1
    if number is None and parts > 1:
        addresses = [f"{origin}/sitemap-{part}.xml" for part in range(1, parts + 1)]
        body = _xml("sitemapindex", "sitemap", addresses)
    else:
        part = 1 if number is None else int(number)
        if not 1 <= part <= parts:
            raise NotFound(f"There is no sitemap {part}; /sitemap.xml names them all.")
        body = _xml("urlset", "url", [origin + path for path in await _paths(request, site, part)])
    return Response(body, headers=cache_headers(tag, ""), media_type="application/xml")


async def _paths(request: Request, site: Site, part: int) -> list[str]:
    size = LARGEST - len(_PAGES)
    rows = await site.lookup(request).rows(
        _question("DISTINCT ?x") + f" ORDER BY ?x LIMIT {size} OFFSET {(part - 1) * size}"
    )
    pages = [path for path in _PAGES if part == 1 and not _is_missing(site, path)]
    found = [site.release.urls.about(row["x"]) for row in rows]
    return list(dict.fromkeys([*pages, *(path for path in found if path and "#" not in path)]))


def _is_missing(site: Site, path: str) -> bool:
    """Whether a mirror of somebody else's files has no such page."""
    graph = {"/ns": "ontology", "/shapes": "shapes"}.get(path)
    return graph is not None and graph not in site.release.graphs


def _question(columns: str) -> str:
    return (
        f"SELECT {columns} WHERE {{ VALUES ?class {{ {' '.join(_FOUND)} }} ?x a ?class"
        f" FILTER(isIRI(?x)) FILTER NOT EXISTS {{ ?x <{OWL.deprecated}> true }} }}"
    )


def _xml(whole: str, part: str, addresses: Iterable[str]) -> str:
    lines = [f"<{part}><loc>{escape(address)}</loc></{part}>" for address in addresses]
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{whole} {_XMLNS}>'
    return "\n".join([head, *lines, f"</{whole}>", ""])
