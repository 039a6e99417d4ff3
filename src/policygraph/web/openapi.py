"""`/openapi.json`: the addresses of this server, for programs that read OpenAPI 3.1.

Formats come from the one table of formats and limits from the settings, so the description cannot
promise what is not served.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from policygraph import __version__
from policygraph.formats import DATASET_FORMATS, GRAPH_FORMATS, RESULT_FORMATS, Format
from policygraph.web.comparison.selection import BASES, BY, LEVELS, STANDINGS
from policygraph.web.conditional import cache_headers, not_modified
from policygraph.web.endpoint.sparql import FORM, QUERY
from policygraph.web.exploring.neighbourhood import FAMILIES, MOST, OTHER, WAYS
from policygraph.web.saved.filling import Hole, columns_of, form_of, hole
from policygraph.web.saved.saved import ROWS, SavedParameter, SavedQuery, saved_queries
from policygraph.web.search.findable import KINDS
from policygraph.web.search.findable import OTHER as OTHER_KIND
from policygraph.web.search.search import LONGEST, MOST_SIZE, OPENSEARCH
from policygraph.web.site import Site, site_of

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "number"}
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_ERRORS = {
    400: "the request cannot be read, or the query has a syntax error",
    403: "an update, SERVICE to an endpoint that is not on the allow-list, or an unknown function",
    404: "there is nothing at this address",
    405: "the method is not one of this address",
    406: "none of the accepted formats can be given",
    410: "withdrawn; `successor` names what replaces it",
    413: "the query is too long",
    415: "the content type of the body is not taken",
    416: "the range lies outside the file",
    502: "a remote endpoint that the query calls did not answer, or not as it should",
    503: "a limit was reached, or too many queries are waiting",
}


async def openapi(request: Request) -> Response:
    """Return the OpenAPI 3.1 description of the server."""
    site = site_of(request)
    tag = site.tag("openapi")
    known = not_modified(request, tag, "")
    if known:
        return known
    queries = await saved_queries(site.lookup(request), site, "en")
    body = json.dumps(describe(site, queries), ensure_ascii=False, indent=1) + "\n"
    return Response(body, headers=cache_headers(tag, ""), media_type="application/json")


def describe(site: Site, queries: Iterable[SavedQuery]) -> dict[str, Any]:
    """Return the description as JSON values, with an address for the answer of each query."""
    portal = site.release.portal
    return {
        "openapi": "3.1.0",
        "info": {
            "title": portal.title.get("en", "policygraph"),
            "description": portal.description.get("en", ""),
            "version": __version__,
            "license": {"name": "data licence", "url": portal.license},
        },
        "paths": _sparql(site.limits.query_seconds)
        | _things()
        | _explore()
        | _search()
        | _files()
        | (_feed() | _releases() if site.archive else {})
        | _machines()
        | _answers(site, queries),
        "components": {"schemas": {"Problem": _problem_schema()}},
    }


def _problem_schema() -> Schema:
    whole = {"type": "integer", "minimum": 1}
    return {
        "description": "RFC 9457; line and column where a query has a syntax error",
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": _TEXT, "title": _TEXT, "detail": _TEXT, "status": {"type": "integer"},
            "line": whole, "column": whole, "successor": _TEXT,
        },
    }  # fmt: skip


def _responses(
    ok: str, media_types: Iterable[str], *errors: int, statuses: tuple[int, ...] = (200,)
) -> dict[str, Any]:
    content: Schema = {media_type: {"schema": {}} for media_type in dict.fromkeys(media_types)}
    # A redirect has no content.
    answers: dict[str, Any] = {
        str(status): {"description": ok} | ({"content": content} if status == 200 else {})
        for status in statuses
    }
    answers["304"] = {"description": "not changed since the entity tag that was sent"}
    for status in errors:
        answers[str(status)] = {
            "description": _ERRORS[status],
            "content": {
                "application/problem+json": {"schema": _PROBLEM},
                "text/plain": {"schema": _TEXT},
                "text/html": {"schema": _TEXT},
            },
        }
    return answers


def _parameter(name: str, where: str, text: str, schema: Schema = _TEXT) -> dict[str, Any]:
    return {"name": name, "in": where, "description": text, "required": where == "path",
            "schema": schema}  # fmt: skip


def _choice(formats: Iterable[Format]) -> Schema:
    return {"type": "string", "enum": list(dict.fromkeys(f.name for f in formats))}


def _sparql(seconds: float) -> dict[str, Any]:
    formats = (*RESULT_FORMATS, *GRAPH_FORMATS, *DATASET_FORMATS)
    list_of_iris = {"type": "array", "items": _TEXT}
    options = [
        _parameter("default-graph-uri", "query", "graph of the default graph", list_of_iris),
        _parameter("named-graph-uri", "query", "named graph of the dataset", list_of_iris),
        _parameter("format", "query", "format of the answer; wins over Accept", _choice(formats)),
        _parameter("timeout", "query", f"seconds, {seconds:g} at most", {"type": "number"}),
    ]
    media = [*(f.media_type for f in formats), "text/html"]
    fields = {"query": _TEXT, "default-graph-uri": list_of_iris, "named-graph-uri": list_of_iris}
    form = {"type": "object", "required": ["query"], "properties": fields}
    answers = _responses("the answer", media, 400, 403, 406, 413, 415, 502, 503)
    return {
        "/sparql": {
            "get": {
                "summary": "SPARQL 1.1 Protocol: query by GET; without a query the description",
                "operationId": "query",
                "parameters": [_parameter("query", "query", "the query"), *options],
                "responses": answers,
            },
            "post": {
                "summary": "SPARQL 1.1 Protocol: query by POST, as a form or directly",
                "operationId": "queryByPost",
                "parameters": options,
                "requestBody": {
                    "required": True,
                    "content": {FORM: {"schema": form}, QUERY: {"schema": _TEXT}},
                },
                "responses": answers,
            },
        }
    }


def _get(
    summary: str, operation: str, answers: dict[str, Any], *parameters: dict[str, Any]
) -> dict[str, Any]:
    about = {"summary": summary, "operationId": operation, "responses": answers}
    return {"get": about | ({"parameters": list(parameters)} if parameters else {})}


def _things() -> dict[str, Any]:
    media = [*(f.media_type for f in GRAPH_FORMATS), "text/html"]
    path = _parameter("path", "path", "as in policy/nl-generative-ai-vision")
    format_ = _parameter("format", "query", "wins over Accept", _choice(GRAPH_FORMATS))
    page = _parameter("page", "query", "page of what points to it", {"type": "integer"})
    lang = _parameter("lang", "query", "language of the page", {"enum": ["nl", "en", "fr"]})
    described = _responses("the description", media, 400, 404, 406, 410, 503)
    redirect = _responses("to the description", (), 400, 404, 406, 410, 503, statuses=(303,))
    terms = _responses("the terms", media, 400, 406, 503)
    return {
        "/id/{path}": _get("A thing", "thing", redirect, path, format_, lang),
        "/graph/{path}": _get("A named graph", "graph", redirect, path, format_, lang),
        "/doc/{path}": _get("What is said", "description", described, path, format_, page, lang),
        "/ns": _get("The ontology", "ontology", terms, format_, lang),
        "/shapes": _get("The shapes", "shapes", terms, format_, lang),
        **_catalogue(format_, lang),
        "/catalog": _get(
            "The record for data portals (DCAT-AP)",
            "catalog",
            _responses("the catalogue", media, 400, 404, 406, 503),
            format_,
            lang,
        ),
    }


def _catalogue(format_: dict[str, Any], lang: dict[str, Any]) -> dict[str, Any]:
    media = [*(f.media_type for f in GRAPH_FORMATS), "text/html"]
    answers = dict.fromkeys(f.media_type for f in (*RESULT_FORMATS, *GRAPH_FORMATS))
    slug = _parameter("slug", "path", "as in document-outline")
    listed = _responses("the queries", ["application/json", *media], 400, 406, 503)
    whole = _responses("what each takes, gives and asks", ["application/json"], 503)
    saved = _responses("the query", media, 400, 404, 406, 503)
    rows = _responses("the answer", answers, 400, 403, 404, 406, 502, 503)
    suffix = _parameter("suffix", "path", "format of the answer; json and xml also for a graph",
                        _choice(RESULT_FORMATS))  # fmt: skip
    seconds = _parameter("timeout", "query", "seconds, the limit of the server at most", _NUMBER)
    values: Schema = {"type": "object", "additionalProperties": _TEXT}
    holes = _parameter("values", "query", "values for parameters of the query", values)
    return {
        "/queries": _get("Query catalogue", "queries", listed, format_, lang),
        "/queries.json": _get("Query catalogue, for programs", "queriesAsJson", whole),
        "/queries/{slug}": _get("A query of it", "savedQuery", saved, slug, format_, lang),
        "/queries/{slug}.{suffix}": _get("Its answer", "savedAnswer", rows, slug, suffix, holes,
                                         seconds),
    }  # fmt: skip


def _answers(site: Site, queries: Iterable[SavedQuery]) -> dict[str, Any]:
    """Return an address for each saved query: what it asks, and what each parameter takes."""
    seconds = _parameter("timeout", "query", "seconds, the limit of the server at most", _NUMBER)
    paths = {}
    for query in queries:
        form = form_of(query.text)
        formats = [f for f in RESULT_FORMATS if form in ROWS or f.name in ("json", "xml")]
        media = [f.media_type for f in (RESULT_FORMATS if form in ROWS else GRAPH_FORMATS)]
        suffix = _parameter("suffix", "path", "format of the answer", _choice(formats))
        paths[f"/queries/{quote(query.slug)}.{{suffix}}"] = _get(
            query.title.value,
            f"query-{query.slug}",
            _responses(_answer(query), media, 400, 403, 404, 406, 502, 503),
            suffix,
            *(_hole(hole(p.name, p.value, site.prefixes), p) for p in query.parameters),
            seconds,
        )
    return paths


def _answer(query: SavedQuery) -> str:
    """Return what a query answers, and what each of its columns has."""
    columns = [f"- `{c}`: {query.heading(c, 'en').value}" for c in columns_of(query.text) or []]
    return "\n".join([query.question.value or "the answer", "", *columns]).strip()


def _hole(place: Hole, parameter: SavedParameter) -> dict[str, Any]:
    schema = {"example": place.example} | {
        "integer": {"type": "integer"},
        "date": {"type": "string", "format": "date"},
        "language": {"type": "string", "pattern": "^[a-z]{2,3}$"},
    }.get(place.kind, _TEXT)
    text = parameter.label.value
    if place.below:
        text += f": an IRI, or what follows {place.below}"
    return _parameter(place.name, "query", text, schema)


def _explore() -> dict[str, Any]:
    lang = _parameter("lang", "query", "language of names", {"enum": ["nl", "en", "fr"]})
    families = {"type": "array", "items": {"enum": [*FAMILIES, OTHER]}}
    iris = {"type": "array", "items": _TEXT}
    iri = _parameter("iri", "query", "the thing in the middle")
    state = [
        _parameter("grown", "query", "further things whose neighbours are wanted", iris),
        _parameter("show", "query", "families of properties; else the usual ones", families),
        _parameter("without", "query", "things that are left out", iris),
        _parameter("by", "query", "one property, of which more is wanted"),
        _parameter("way", "query", "out: iri is the subject; in: the object", {"enum": WAYS}),
        _parameter("start", "query", f"how many of it come before; {MOST} are given",
                   {"type": "integer", "minimum": 0}),
        lang,
    ]  # fmt: skip
    as_json = _responses("the neighbours, by property", ["application/json"], 400, 404, 410, 503)
    both = _responses("the neighbours", ["text/html", "application/json"], 400, 404, 406, 410, 503)
    words = _parameter("q", "query", "words of a name, to find a thing to begin with")
    required = iri | {"required": True}
    return {
        "/explore": _get("What a thing is linked to", "explore", both, iri, words, *state),
        "/explore.json": _get("The same, as JSON", "exploreJson", as_json, required, *state),
    }


def _search() -> dict[str, Any]:
    """Return the search; its schema is what `search.as_json` writes."""
    whole: Schema = {"type": "integer", "minimum": 0}
    of_things = {"iri": _TEXT, "url": {"type": ["string", "null"]}, "label": _TEXT}
    matched = _object({"in": _TEXT, "text": _TEXT, "language": _TEXT})
    about = {"labelLanguage": _TEXT, "kind": _TEXT, "kindLabel": _TEXT}
    result = _object(
        of_things | about,
        number=_TEXT,
        matched=matched,
        document=_object(of_things),
        places=_array(_object(of_things)),
    )
    value = {"value": _TEXT, "label": _TEXT, "count": whole, "chosen": {"type": "boolean"}}
    values = {"type": "object", "additionalProperties": _array(_object(value))}
    found = _object(
        {
            "query": _TEXT, "language": _TEXT, "total": whole, "complete": {"type": "boolean"},
            "page": whole, "pages": whole, "results": _array(result), "facets": values,
            "alsoSearchedFor": _array(_TEXT),
            "suggestions": _array(_object({"query": _TEXT, "total": whole})), "sparql": _TEXT,
        },
        previous=_TEXT,
        next=_TEXT,
    )  # fmt: skip
    parameters = [
        _parameter("q", "query", "words; without any, everything", {"maxLength": LONGEST}),
        _parameter("kind", "query", "what a thing is", {"enum": [*KINDS, OTHER_KIND]}),
        _parameter("place", "query", "a value of the facet `place`, or an IRI"),
        _parameter("document", "query", "a value of the facet `document`, or an IRI"),
        _parameter("page", "query", "page of results", {"type": "integer", "minimum": 1}),
        _parameter("size", "query", "results on a page",
                   {"type": "integer", "minimum": 1, "maximum": MOST_SIZE}),
        _parameter("lang", "query", "language of labels", {"enum": ["nl", "en", "fr"]}),
    ]  # fmt: skip
    page = _responses("what was found", ["text/html", "application/json"], 400, 404, 406, 503)
    twin = _responses("what was found", ["application/json"], 400, 404, 503)
    for answers in (page, twin):
        answers["200"]["content"]["application/json"] = {"schema": found}
    return {
        "/search": _get("Find things by name", "search", page, *parameters),
        "/search.json": _get("Find things by name, as JSON", "searchAsJson", twin, *parameters),
    }


def _object(required: Mapping[str, Schema], **optional: Schema) -> Schema:
    properties = dict(required) | optional
    return {"type": "object", "required": list(required), "properties": properties}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _files() -> dict[str, Any]:
    name = _parameter("name", "path", "as in policygraph.ttl.gz")
    html = _responses("the page", ["text/html"], 503)
    file = _responses("the file, or a part of it", ["*/*"], 404, 416, statuses=(200, 206))
    lang = _parameter("lang", "query", "language of the page", {"enum": ["nl", "en", "fr"]})
    return {
        "/": _get("Start page", "start", html, lang),
        "/policies": _get("All policies", "policies", html, lang),
        **_comparisons(lang),
        "/about": _get("What the graph is", "about", html, lang),
        "/about/model": _get("The classes and their relations", "model", html, lang),
        "/about/quality": _get("How well policies are described", "quality", html, lang),
        "/about/data": _get("How to build on the graph", "access", html, lang),
        "/download/": _get("All files", "downloads", html, lang),
        "/download/{name}": _get("A file of the release", "file", file, name),
    }


def _comparisons(lang: dict[str, Any]) -> dict[str, Any]:
    many: Schema = {"type": "array", "items": _TEXT}
    year: Schema = {"type": "string", "pattern": "^[0-9]{4}$"}
    state = (
        _parameter("policy", "query", "with two to four of these: side by side", many),
        _parameter("by", "query", "what a matrix compares by", {"enum": list(BY)}),
        _parameter("place", "query", "where policies apply, as in country:NLD"),
        _parameter("kind", "query", "kind of document, as in resource-type:PLAN_STRATEGIC"),
        _parameter("since", "query", "first year of issue", year),
        _parameter("until", "query", "last year of issue", year),
        _parameter("level", "query", "evidence of what is counted", {"enum": list(LEVELS)}),
        _parameter("basis", "query", "who makes the link to a goal", {"enum": list(BASES)}),
        _parameter("standing", "query", "where in the document", {"enum": list(STANDINGS)}),
        _parameter("of", "query", "the list of what one policy has"),
        _parameter("on", "query", "the list of what there is on one theme, goal or instrument"),
        lang,
    )
    page = _responses("the page, or to the one address of a state", ["text/html"], 400, 404, 503,
                      statuses=(200, 302))  # fmt: skip
    table = _responses("the table", ["text/csv"], 400, 404, 503)
    picture = _responses("the picture", ["image/svg+xml"], 400, 404, 503)
    return {
        "/compare": _get("Policies compared", "compare", page, *state),
        "/compare.csv": _get("A comparison as CSV", "compareTable", table, *state),
        "/compare.svg": _get("A comparison as SVG", "comparePicture", picture, *state),
    }


def _feed() -> dict[str, Any]:
    formats = (*GRAPH_FORMATS, *DATASET_FORMATS)
    media = [*(f.media_type for f in formats), "text/html"]
    name = _parameter("name", "path", "a node that /feed leads to")
    format_ = _parameter("format", "query", "wins over Accept", _choice(formats))
    lang = _parameter("lang", "query", "language of the page", {"enum": ["nl", "en", "fr"]})
    stream = _responses("the event stream", media, 400, 406, 503)
    versions = _responses("versions of graphs", media, 400, 406, 410, 503, statuses=(200, 302))
    return {
        "/feed": _get("Changes, as a Linked Data Event Stream", "feed", stream, format_, lang),
        "/feed/{name}": _get("What changed", "versions", versions, name, format_, lang),
    }


def _releases() -> dict[str, Any]:
    media = ["text/html", "application/json", *(f.media_type for f in GRAPH_FORMATS)]
    choice: Schema = {"enum": ["html", "json", *(f.name for f in GRAPH_FORMATS)]}
    format_ = _parameter("format", "query", "wins over Accept", choice)
    lang = _parameter("lang", "query", "language of the page", {"enum": ["nl", "en", "fr"]})
    id_ = _parameter("id", "path", "as /releases names it")
    path = _parameter("path", "path", "any address of this server, without its first slash")
    listed = _responses("the releases", media, 400, 406, 503)
    one = _responses("to its start page, or to its description", (), 400, 404, 406, 503,
                     statuses=(303,))  # fmt: skip
    gate = _responses("to the release of that time", (), 400, 404, statuses=(302,))
    return {
        "/releases": _get("Releases that are kept", "releases", listed, format_, lang),
        "/releases/{id}": _get("One of them", "release", one, id_, format_),
        "/timegate/{path}": _get("An address at a time (RFC 7089)", "timegate", gate, path),
        "/timemap/{path}": _get("The releases of an address (RFC 7089)", "timemap",
                                _responses("links", ["application/link-format"], 404), path),
    }  # fmt: skip


def _machines() -> dict[str, Any]:
    as_json = ["application/json"]
    graph = [f.media_type for f in GRAPH_FORMATS]
    return {
        "/.well-known/void": _get("Graphs, licences, counts", "void",
                                  _responses("the description", graph, 400, 406, 503)),
        "/context.jsonld": _get("JSON-LD context", "context",
                                _responses("the context", ["application/ld+json"], 503)),
        "/health": _get("Whether queries are answered", "health",
                        {"200": {"description": "they are", "content": {as_json[0]: {}}},
                         "503": {"description": "they are not", "content": {as_json[0]: {}}}}),
        "/health/live": _get("Whether the server answers", "alive",
                             _responses("it does", as_json)),
        "/metrics": _get("Prometheus text", "metrics", _responses("figures", ["text/plain"])),
        "/sparql/terms.json": _get("What queries may name", "terms",
                                   _responses("prefixes, classes, properties", as_json, 503)),
        "/sparql/examples.json": _get("Examples for the editor", "examples",
                                      _responses("saved queries", as_json, 503)),
        "/sparql/choices.json": _get("What the parameters of an example may be", "choices",
                                     _responses("values and labels", as_json, 400, 404, 503),
                                     _parameter("query", "query", "name of a saved query")
                                     | {"required": True}),
        "/opensearch.xml": _get("The search, for browsers", "opensearch",
                                _responses("the description", [OPENSEARCH])),
        "/sitemap.xml": _get("Every page, for crawlers", "sitemap",
                             _responses("addresses", ["application/xml"], 503)),
        "/robots.txt": _get("For crawlers", "robots", _responses("rules", ["text/plain"])),
    }  # fmt: skip
