"""`/queries`: the saved queries of a portal, as a list and as pages that lead into the editor."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from policygraph.errors import NotFound
from policygraph.namespaces import DCT, RDFS, SKOS, Vocabulary
from policygraph.web.facts import FALLBACK, Text
from policygraph.web.lookup import Lookup, Row
from policygraph.web.site import Site, site_of

SCHEMA = Vocabulary("http://schema.org/")
TITLES = (SKOS.prefLabel, RDFS.label, DCT.title, SCHEMA.name)
QUESTIONS = (RDFS.comment, DCT.description, SKOS.definition, SCHEMA.description)


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question with the query that answers it."""

    slug: str
    iri: str
    title: Text
    question: Text
    text: str
    parameters: tuple[str, ...] = ()


async def saved_queries(lookup: Lookup, site: Site, language: str) -> list[SavedQuery]:
    """Return the queries of the graph `queries` (SHACL Advanced Features, SPARQL executables)."""
    if site.release.files and "queries" not in site.release.graphs:
        return []
    rows = await lookup.saved_queries(site.graph("queries"))
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row["query"], []).append(row)
    found = []
    for iri, own in grouped.items():
        slug = iri.rstrip("/").replace("#", "/").rpartition("/")[2]
        title = _text(own, TITLES, language) or Text(slug)
        question = _text(own, QUESTIONS, language)
        found.append(SavedQuery(slug, iri, title, question, own[0]["text"]))
    return sorted(found, key=lambda query: query.title.value.casefold())


def _text(rows: list[Row], properties: tuple[str, ...], language: str) -> Text:
    order = (language, *FALLBACK, "")
    for wanted in properties:
        texts = [(r.get("lang", ""), r["value"]) for r in rows if r.get("property") == wanted]
        known = [t for t in texts if t[0] in order]
        if known:
            lang, value = min(known, key=lambda t: (order.index(t[0]), t[1]))
            return Text(value, lang if lang != language else "")
    return Text("")


async def listing(request: Request) -> Response:
    """Return the page that lists the saved queries."""
    site = site_of(request)
    page = site.page(request)
    known = page.not_modified()
    if known:
        return known
    queries = await saved_queries(site.lookup(request), site, page.language)
    return page.render("queries.html", title=page.text("queries"), queries=queries)


async def one(request: Request) -> Response:
    """Return the page of one saved query; NotFound if there is none of that name."""
    site = site_of(request)
    page = site.page(request)
    known = page.not_modified()
    if known:
        return known
    slug = request.path_params["slug"]
    for query in await saved_queries(site.lookup(request), site, page.language):
        if query.slug == slug:
            run = site.release.urls.query(query.text)
            return page.render("query.html", title=query.title.value, query=query, run=run)
    raise NotFound(f"There is no saved query {slug!r}; /queries lists what there is.")
