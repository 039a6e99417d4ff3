"""The saved queries of a portal: what each asks, takes and gives, as records, JSON and RDF."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from policygraph.errors import NotFound
from policygraph.formats import GRAPH_FORMATS, RESULT_FORMATS, Format
from policygraph.namespaces import DCT, RDFS, SKOS, Vocabulary
from policygraph.web.conditional import cache_headers, not_modified
from policygraph.web.facts import FALLBACK, Text
from policygraph.web.lookup import QUERY_TEXTS, Lookup, Row
from policygraph.web.negotiate import JSON, pick
from policygraph.web.saved.filling import called, columns_of, form_of, hole
from policygraph.web.serialise import write_graph
from policygraph.web.site import Site, site_of
from policygraph.web.things.resources import OFFERS, about_graph, split_suffix

SCHEMA = Vocabulary("http://schema.org/")
TITLES = (SKOS.prefLabel, RDFS.label, DCT.title, SCHEMA.name)
QUESTIONS = (RDFS.comment, DCT.description, SKOS.definition, SCHEMA.description)
ROWS = ("SELECT", "ASK")
"""The forms of queries whose answers have rows, or are yes or no."""
_LISTINGS = (OFFERS[0], JSON, *OFFERS[1:])
"""JSON comes before JSON-LD, which is JSON too."""


@dataclass(frozen=True, slots=True)
class SavedParameter:
    """What may be another value in a saved query; `value` is the term that stands there now."""

    name: str
    label: Text
    value: str
    labels: dict[str, str] = field(default_factory=dict)
    """The label in each language that it has."""


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
    titles: dict[str, str] = field(default_factory=dict)
    """The title in each language that it has; so are the `questions`."""
    questions: dict[str, str] = field(default_factory=dict)
    headings: dict[str, dict[str, str]] = field(default_factory=dict)
    """The heading of each column, by its variable, in each language."""

    def heading(self, column: str, language: str) -> Text:
        """Return the heading of a column; its variable where it has none."""
        own = self.headings.get(column, {})
        said = _best([{"lang": lang, "heading": t} for lang, t in own.items()], "heading", language)
        return said if said.value else Text(column)


async def saved_queries(lookup: Lookup, site: Site, language: str) -> list[SavedQuery]:
    """Return the queries of the graph `queries` (SHACL Advanced Features, SPARQL executables)."""
    if site.release.files and "queries" not in site.release.graphs:
        return []
    rows = await lookup.saved_queries(site.graph("queries"))
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row["query"], []).append(row)
    parts = await lookup.saved_parts(site.graph("queries"))
    parameters = _parameters((row for row in parts if "example" in row), language)
    headings = _headings(row for row in parts if "example" not in row)
    found = []
    for iri, own in grouped.items():
        slug = iri.rstrip("/").replace("#", "/").rpartition("/")[2]
        title = _text(own, TITLES, language) or Text(slug)
        question = _text(own, QUESTIONS, language)
        topic = next((r["value"] for r in own if r["property"] == SCHEMA.keywords), "")
        text = next(r["value"] for r in own if r["property"] in QUERY_TEXTS)
        holes = tuple(parameters.get(iri, ()))
        texts = (_each(own, TITLES), _each(own, QUESTIONS), headings.get(iri, {}))
        found.append(SavedQuery(slug, iri, title, question, text, topic, holes, *texts))
    return sorted(found, key=lambda query: query.title.value.casefold())


async def query_named(lookup: Lookup, site: Site, slug: str, language: str) -> SavedQuery:
    """Return the saved query of a name; NotFound if there is none."""
    for query in await saved_queries(lookup, site, language):
        if query.slug == slug:
            return query
    raise NotFound(f"There is no saved query {slug!r}; /queries lists what there is.")


def _parameters(parts: Iterable[Row], language: str) -> dict[str, list[SavedParameter]]:
    """Return the parameters of each saved query, by its IRI."""
    grouped: dict[str, dict[str, list[Row]]] = {}
    for row in parts:
        grouped.setdefault(row["query"], {}).setdefault(row["name"], []).append(row)
    return {
        query: [
            SavedParameter(
                name,
                _best(rows, "label", language) or Text(name),
                rows[0]["example"],
                {row.get("lang", ""): row["label"] for row in rows if "label" in row},
            )
            for name, rows in own.items()
        ]
        for query, own in grouped.items()
    }


def _headings(parts: Iterable[Row]) -> dict[str, dict[str, dict[str, str]]]:
    """Return the headings of each saved query, by its IRI."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for row in parts:
        texts = found.setdefault(row["query"], {}).setdefault(row["name"], {})
        texts[row.get("lang", "")] = row["label"]
    return found


def _text(rows: list[Row], properties: tuple[str, ...], language: str) -> Text:
    for wanted in properties:
        found = _best([r for r in rows if r["property"] == wanted], "value", language)
        if found:
            return found
    return Text("")


def _each(rows: list[Row], properties: tuple[str, ...]) -> dict[str, str]:
    """Return the text in each language, of the first of the properties that has any."""
    for wanted in properties:
        found = {r.get("lang", ""): r["value"] for r in rows if r["property"] == wanted}
        if found:
            return found
    return {}


def _best(rows: list[Row], column: str, language: str) -> Text:
    """Return the text of a column in the language of the page, or in the next best one."""
    order = (language, *FALLBACK, "")
    texts = [(r.get("lang", ""), r[column]) for r in rows if column in r]
    known = [t for t in texts if t[0] in order]
    if not known:
        return Text("")
    lang, value = min(known, key=lambda t: (order.index(t[0]), t[1]))
    return Text(value, lang if lang != language else "")


async def listed(request: Request) -> Response | None:
    """Return the saved queries for programs, or None for a client that wants the page.

    As RDF it is the graph `queries` (200: it has hash IRIs), as JSON all that it takes to ask them.
    """
    site = site_of(request)
    path, suffix = split_suffix(request.scope["path"])
    if path == "/queries.json":
        path, suffix = "/queries", JSON.name
    if path != "/queries":
        raise NotFound(f"There is nothing at {request.scope['path']}.")
    asked = suffix or request.query_params.get("format")
    chosen = pick(request.headers.get("accept"), asked, _LISTINGS)
    if isinstance(chosen, Format):
        return await _as_rdf(request, chosen, "" if asked else "Accept")
    if chosen is JSON:
        return await _as_json(request, site, "" if asked else "Accept")
    return None


async def _as_json(request: Request, site: Site, vary: str) -> Response:
    tag = site.tag("queries", "json")
    known = not_modified(request, tag, vary)
    if known:
        return known
    found = await saved_queries(site.lookup(request), site, site.languages[0])
    body = json.dumps({"queries": list(_told(found, site))}, ensure_ascii=False, indent=1) + "\n"
    return Response(body, headers=cache_headers(tag, vary), media_type=JSON.media_type)


def _told(queries: Iterable[SavedQuery], site: Site) -> Iterable[dict[str, Any]]:
    """Yield the queries as JSON values: what each takes, what it gives, and where."""
    for query in sorted(queries, key=lambda query: (query.topic, query.slug)):
        form = form_of(query.text)
        # A graph has no rows; as at /sparql, its JSON is JSON-LD and its XML is RDF/XML.
        formats = [f.name for f in RESULT_FORMATS if form in ROWS or f.name in ("json", "xml")]
        path = site.here(f"/queries/{query.slug}")
        holes = [(p, hole(p.name, p.value, site.prefixes)) for p in query.parameters]
        yield {
            "slug": query.slug,
            "iri": query.iri,
            "topic": query.topic,
            "title": query.titles,
            "question": query.questions,
            "form": form,
            "columns": columns_of(query.text),
            "headings": query.headings,
            "calls": called(query.text),
            "parameters": [
                {
                    "name": place.name,
                    "label": parameter.labels,
                    "kind": place.kind,
                    "below": place.below or None,
                    "example": place.example,
                    "term": place.term,
                }
                for parameter, place in holes
            ],
            "page": path,
            "answers": {name: f"{path}.{name}" for name in formats},
            "text": query.text,
        }


async def described(request: Request) -> Response | None:
    """Return a saved query with its parameters as RDF, or None for a client that wants the page."""
    slug, suffix = split_suffix(request.path_params["slug"])
    asked = suffix or request.query_params.get("format")
    chosen = pick(request.headers.get("accept"), asked, OFFERS)
    if isinstance(chosen, Format):
        return await _as_rdf(request, chosen, "" if asked else "Accept", slug)
    return None


async def _as_rdf(request: Request, format_: Format, vary: str, slug: str = "") -> Response:
    """Return the saved query of a name with its parameters, or all of them."""
    site = site_of(request)
    tag = site.tag("queries", slug, format_.name)
    known = not_modified(request, tag, vary)
    if known:
        return known
    lookup, graph = site.lookup(request), site.graph("queries")
    if slug:
        iri = (await query_named(lookup, site, slug, site.languages[0])).iri
        triples = await lookup.document(graph, iri)
    else:
        iri, triples = "", await lookup.graph(graph)
    body = write_graph(triples, format_, site.prefixes, first=iri)
    headers = {"Link": links_of(site, slug), "Content-Type": format_.content_type}
    return Response(body, headers=cache_headers(tag, vary) | headers)


def links_of(site: Site, slug: str = "") -> str:
    """Return the Link header (RFC 8288): RDF in each format, and the graph that holds it."""
    path = site.here(f"/queries/{quote(slug)}" if slug else "/queries")
    links = [
        f'<{path}?format={f.name}>; rel="alternate"; type="{f.media_type}"' for f in GRAPH_FORMATS
    ]
    return ", ".join([*links, about_graph(site, "queries")])
