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
class SavedParameter:
    """What may be another value in a saved query; `value` is the term that stands there now."""

    name: str
    label: Text
    value: str


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question with the query that answers it."""

    slug: str
    iri: str
    title: Text
    question: Text
    text: str
    topic: str = ""
    parameters: tuple[SavedParameter, ...] = ()


async def saved_queries(lookup: Lookup, site: Site, language: str) -> list[SavedQuery]:
    """Return the queries of the graph `queries` (SHACL Advanced Features, SPARQL executables)."""
    if site.release.files and "queries" not in site.release.graphs:
        return []
    rows = await lookup.saved_queries(site.graph("queries"))
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row["query"], []).append(row)
    parameters = await _parameters(lookup, site, language)
    found = []
    for iri, own in grouped.items():
        slug = iri.rstrip("/").replace("#", "/").rpartition("/")[2]
        title = _text(own, TITLES, language) or Text(slug)
        question = _text(own, QUESTIONS, language)
        topic = next((r["value"] for r in own if r.get("property") == SCHEMA.keywords), "")
        holes = tuple(parameters.get(iri, ()))
        found.append(SavedQuery(slug, iri, title, question, own[0]["text"], topic, holes))
    return sorted(found, key=lambda query: query.title.value.casefold())


async def _parameters(lookup: Lookup, site: Site, language: str) -> dict[str, list[SavedParameter]]:
    """Return the parameters of each saved query, by its IRI."""
    grouped: dict[str, dict[str, list[Row]]] = {}
    for row in await lookup.saved_parameters(site.graph("queries")):
        grouped.setdefault(row["query"], {}).setdefault(row["name"], []).append(row)
    return {
        query: [
            SavedParameter(name, _best(rows, "label", language) or Text(name), rows[0]["example"])
            for name, rows in own.items()
        ]
        for query, own in grouped.items()
    }


def _text(rows: list[Row], properties: tuple[str, ...], language: str) -> Text:
    for wanted in properties:
        found = _best([r for r in rows if r.get("property") == wanted], "value", language)
        if found:
            return found
    return Text("")


def _best(rows: list[Row], column: str, language: str) -> Text:
    """Return the text of a column in the language of the page, or in the next best one."""
    order = (language, *FALLBACK, "")
    texts = [(r.get("lang", ""), r[column]) for r in rows if column in r]
    known = [t for t in texts if t[0] in order]
    if not known:
        return Text("")
    lang, value = min(known, key=lambda t: (order.index(t[0]), t[1]))
    return Text(value, lang if lang != language else "")


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
