"""The page of the endpoint: a plain form, and the answer to its query as a table or as Turtle."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from policygraph.engine import Query
from policygraph.engine.cache import may_change
from policygraph.errors import PolicygraphError
from policygraph.formats import DATASET_FORMATS, GRAPH_FORMATS, RESULT_FORMATS, Format
from policygraph.namespaces import VOCABULARIES
from policygraph.web.endpoint.sparql import Asked
from policygraph.web.problems import problem
from policygraph.web.saved.saved import SavedQuery, saved_queries
from policygraph.web.saved.shown import MAX_ROWS, show
from policygraph.web.site import VARY, PageMaker, Site, client_of, endpoint_of

EXAMPLE = f"""\
PREFIX pg: <{VOCABULARIES["pg"]}>
PREFIX skos: <{VOCABULARIES["skos"]}>

SELECT ?policy ?label (COUNT(?action) AS ?actionPoints) WHERE {{
  ?policy a pg:PolicyDocument ;
    skos:prefLabel ?label .
  FILTER(LANG(?label) = "en")
  OPTIONAL {{ ?action pg:actionPointOf ?policy }}
}}
GROUP BY ?policy ?label
ORDER BY DESC(?actionPoints)
"""


async def empty(request: Request, site: Site) -> Response:
    """Return the page with an example to start from."""
    page = site.page(request)
    return page.not_modified() or await _render(page, site, EXAMPLE)


async def answered(request: Request, site: Site, asked: Asked) -> Response:
    """Return the page with the query filled in and its answer, or its error, below."""
    page = site.page(request)
    text = asked.text or ""
    fresh = may_change(text)
    known = None if fresh else page.not_modified()
    if known:
        return known
    if not text.strip():
        return await _render(page, site, EXAMPLE)
    query = Query(
        text,
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
        results=RESULT_FORMATS[0],
        graph=GRAPH_FORMATS[0],
        seconds=asked.seconds,
        client=client_of(request),
    )
    try:
        answer = await site.engine.answer(query)
        shown = await show(answer, page)
    except PolicygraphError as error:
        status, members, headers = problem(error)
        headers |= {"Cache-Control": "no-store", "Vary": VARY}
        return await _render(page, site, text, status=status, headers=headers, problem=members)
    downloads = _downloads(request, site.here("/sparql"), shown.form)
    own = {"Cache-Control": "no-cache", "Vary": VARY} if fresh else None
    return await _render(page, site, text, headers=own, shown=shown, downloads=downloads)


async def _render(
    page: PageMaker,
    site: Site,
    text: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: object,
) -> Response:
    examples: list[SavedQuery] = []
    if status < 500:  # a server that has too much to do is not asked for more
        examples = await saved_queries(site.lookup(page.request), site, page.language)
    shown: dict[str, Any] = {"shown": None, "problem": None, "downloads": []} | context
    endpoint = endpoint_of(page.request)
    return page.render(
        "sparql.html",
        status,
        headers,
        title="SPARQL",
        query=text,
        endpoint=endpoint,
        examples=examples[:12],
        max_rows=MAX_ROWS,
        language_asked=page.remembered,
        formats_of_forms={
            "rows": [(f.name, f.label) for f in RESULT_FORMATS],
            "graph": [(f.name, f.label) for f in GRAPH_FORMATS + DATASET_FORMATS],
        },
        **shown,
    )


def _downloads(request: Request, path: str, form: str) -> list[tuple[Format, str]]:
    """Return the address of the same query in every format that fits its form."""
    kept = [(n, v) for n, v in request.query_params.multi_items() if n not in ("format", "lang")]
    fitting = RESULT_FORMATS if form in ("SELECT", "ASK") else GRAPH_FORMATS + DATASET_FORMATS
    return [(f, f"{path}?" + urlencode([*kept, ("format", f.name)])) for f in fitting]
