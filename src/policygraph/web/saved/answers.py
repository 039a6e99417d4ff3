"""`/queries/{slug}.csv`: the answer of a saved query at an address of its own, in any format."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from policygraph.errors import BrokenInput
from policygraph.formats import RESULT_FORMATS
from policygraph.web.endpoint.endpoint import answered
from policygraph.web.endpoint.sparql import Asked, read_form, seconds_of, wanted_formats
from policygraph.web.saved import querypage, saved
from policygraph.web.saved.filling import filled, form_of, hole
from policygraph.web.site import site_of

_FORMATS = frozenset(f.name for f in RESULT_FORMATS)
_OTHERS = ("timeout", "lang")
"""What such an address may have beside the parameters of its query."""


async def answer(request: Request) -> Response:
    """Answer a saved query with the values that the address gives; examples where it gives none.

    Limits, entity tags and errors are those of `/sparql`. A parameter that the query does not have
    is refused: what is misspelt would be answered with the example.
    """
    site = site_of(request)
    slug, suffix = request.path_params["slug"], request.path_params["suffix"]
    if suffix not in _FORMATS:
        request.path_params["slug"] = f"{slug}.{suffix}"
        return await querypage.one(request)
    fields = read_form(request.scope["query_string"])
    values = {name: value for name, value in fields if name not in _OTHERS}
    if len(values) < len([name for name, _ in fields if name not in _OTHERS]):
        raise BrokenInput("A parameter is given twice; send each once.")
    seconds = seconds_of([value for name, value in fields if name == "timeout"], site.limits)
    query = await saved.query_named(site.lookup(request), site, slug, site.languages[0])
    holes = {p.name: hole(p.name, p.value, site.prefixes) for p in query.parameters}
    text = filled(query.text, holes, values, site.prefixes)
    # As at /sparql, json and xml mean what fits the form of the query.
    graph = form_of(text) not in saved.ROWS
    name = {"json": "jsonld", "xml": "rdf"}.get(suffix, suffix) if graph else suffix
    asked = Asked(text, format=name, seconds=seconds)
    return await answered(request, site, asked, wanted_formats(name, None))
