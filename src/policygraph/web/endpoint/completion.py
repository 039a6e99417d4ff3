"""What the query editor knows: prefixes, classes, properties; examples, and what fills them in."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from policygraph.errors import BrokenInput
from policygraph.namespaces import RDFS, SKOS
from policygraph.web.conditional import cache_headers
from policygraph.web.facts import Facts
from policygraph.web.saved.choices import choices
from policygraph.web.saved.filling import hole, template
from policygraph.web.saved.saved import SavedQuery, query_named, saved_queries
from policygraph.web.site import VARY, PageMaker, site_of

_MOST = 1000
"""Classes, and properties, that are offered; a dump may have any number of them."""

_NOTES = (SKOS.definition, RDFS.comment)


async def terms(request: Request) -> Response:
    """Return the prefixes, classes and properties that a query may name, the most used first.

    Each property tells which classes have it, as places in the list of classes.
    """
    site = site_of(request)
    page = site.page(request)
    known = page.not_modified()
    if known:
        return known
    lookup = site.lookup(request)
    classes = await lookup.used_classes(_MOST)
    properties = await lookup.used_properties(_MOST)
    pairs = await lookup.properties_of_classes(_MOST * 10)
    described = await lookup.names([*classes, *properties], *_NOTES)
    facts = page.facts(described)
    place = {iri: at for at, iri in enumerate(classes)}
    of: dict[str, list[int]] = {}
    for class_, property_ in pairs:
        if class_ in place:
            of.setdefault(property_, []).append(place[class_])
    told = _told(properties, facts)
    value = {
        "prefixes": site.prefixes,
        "classes": _told(classes, facts),
        "properties": [
            property_ | {"of": sorted(of.get(iri, ()))}
            for iri, property_ in zip(properties, told, strict=True)
        ],
    }
    return _json(page, value)


async def examples(request: Request) -> Response:
    """Return the queries of the catalogue with their topics and parameters."""
    site = site_of(request)
    page = site.page(request)
    known = page.not_modified()
    if known:
        return known
    found = await saved_queries(site.lookup(request), site, page.language)
    told = [_example(query, site.prefixes, page.language) for query in found]
    return _json(page, {"examples": told})


async def offered(request: Request) -> Response:
    """Return what the parameters of a query may be: values and labels, by name.

    A parameter that takes any value of its kind is left out.
    """
    slug = request.query_params.get("query")
    if slug is None:
        raise BrokenInput("Name a saved query: ?query=NAME, as /queries.json has them.")
    site = site_of(request)
    page = site.page(request)
    known = page.not_modified()
    if known:
        return known
    query = await query_named(site.lookup(request), site, slug, page.language)
    value = {}
    for p in query.parameters:
        if found := await choices(page, hole(p.name, p.value, site.prefixes)):
            value[p.name] = [[one, label.value] for one, label in found]
    return _json(page, value)


def _told(counts: dict[str, int], facts: Facts) -> list[dict[str, object]]:
    told: list[dict[str, object]] = []
    for iri, count in counts.items():
        note = facts.text(iri, *_NOTES)
        one: dict[str, object] = {"iri": iri, "label": facts.label(iri).value, "count": count}
        told.append(one | {"note": note.value} if note else one)
    return told


def _example(query: SavedQuery, prefixes: Mapping[str, str], language: str) -> dict[str, object]:
    holes = {p.name: hole(p.name, p.value, prefixes) for p in query.parameters}
    return {
        "slug": query.slug,
        "topic": query.topic,
        "title": query.title.value,
        "language": query.title.lang or language,
        "question": query.question.value,
        "template": template(query.text, holes),
        "parameters": [
            {
                "name": p.name,
                "label": p.label.value,
                "kind": holes[p.name].kind,
                "below": holes[p.name].below,
                "value": holes[p.name].example,
            }
            for p in query.parameters
        ],
    }


def _json(page: PageMaker, value: object) -> Response:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    headers = cache_headers(page.tag, VARY) | {"Content-Language": page.language}
    return Response(text, headers=headers, media_type="application/json")
