"""The page of the endpoint: a plain form, and the answer to its query as a table or as Turtle."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from policygraph.engine import Answer, Query
from policygraph.engine.cache import may_change
from policygraph.errors import EvaluationCrashed, PolicygraphError
from policygraph.formats import DATASET_FORMATS, GRAPH_FORMATS, RESULT_FORMATS, Format
from policygraph.namespaces import VOCABULARIES
from policygraph.web.facts import Link, Text
from policygraph.web.lookup import Lookup
from policygraph.web.problems import problem
from policygraph.web.saved import SavedQuery, saved_queries
from policygraph.web.site import VARY, PageMaker, Site, client_of, endpoint_of
from policygraph.web.sparql import Asked

MAX_ROWS = 1000
"""Rows that the page shows; the whole answer is behind its download links."""

MAX_TURTLE = 256 * 1024
"""Bytes of Turtle that the page shows."""

_MAX_CELL = 4 * 1024 * 1024
"""Characters of one row that are waited for, before the page gives up on it."""

_BINDINGS = re.compile(r'"bindings"\s*:\s*\[')

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


@dataclass
class Shown:
    """An answer as the page shows it."""

    form: str
    boolean: bool | None = None
    columns: list[str] = field(default_factory=list)
    rows: list[list[Link | Text | None]] = field(default_factory=list)
    turtle: str = ""
    cut: bool = False
    """Whether there is more than is shown."""


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
        shown = await _show(answer, page)
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


async def _show(answer: Answer, page: PageMaker) -> Shown:
    try:
        if answer.form in ("SELECT", "ASK"):
            return await _table(answer, page)
        data = b""
        async for chunk in answer.chunks:
            data += chunk
            if len(data) > MAX_TURTLE:
                break
        text = data[:MAX_TURTLE].decode("utf-8", "ignore")
        cut = len(data) > MAX_TURTLE
        return Shown(answer.form, turtle=text.rpartition("\n")[0] if cut else text, cut=cut)
    finally:
        await answer.close()


async def _table(answer: Answer, page: PageMaker) -> Shown:
    head, rows = await _read_rows(answer.chunks)
    if "boolean" in head:
        return Shown(answer.form, boolean=bool(head["boolean"]))
    columns = head["head"]["vars"]
    shown, cut = rows[:MAX_ROWS], len(rows) > MAX_ROWS
    iris = {t["value"] for row in shown for t in row.values() if t["type"] == "uri"}
    lookup: Lookup = page.site.lookup(page.request)
    # Labels are a service to the reader; beyond one batch they would cost more than the query.
    facts = page.facts(await lookup.names(sorted(iris)[:1000]))

    def cell(term: dict[str, str] | None) -> Link | Text | None:
        if term is None:
            return None
        if term["type"] == "uri":
            return facts.link(term["value"])
        if term["type"] == "bnode":
            return Text("_:" + term["value"])
        # RDF 1.2 terms have a record as their value.
        return Text(str(term["value"]), term.get("xml:lang", ""))

    return Shown(
        answer.form,
        columns=columns,
        rows=[[cell(row.get(column)) for column in columns] for row in shown],
        cut=cut,
    )


async def _read_rows(chunks: AsyncIterator[bytes]) -> tuple[dict, list[dict]]:  # type: ignore[type-arg]  # JSON
    """Return the head and at most MAX_ROWS + 1 rows of JSON results, reading no further.

    SPARQL 1.1 Query Results JSON Format, section 3: the head comes first as our engine writes it.
    """
    decoder = json.JSONDecoder()
    head: dict | None = None  # type: ignore[type-arg]
    rows: list[dict] = []  # type: ignore[type-arg]
    pending = b""
    text = ""
    async for chunk in chunks:
        text, pending = _joined(text, pending + chunk)
        if head is None:
            found = _BINDINGS.search(text)
            if found is None:
                continue
            head = json.loads(text[: found.end()] + "]}}")
            text = text[found.end() :]
        text = _take_rows(decoder, text, rows)
        if len(rows) > MAX_ROWS:
            break
        if len(text) > _MAX_CELL:
            raise EvaluationCrashed("A row is too long to be shown here; download the answer.")
    return (json.loads(text), rows) if head is None else (head, rows)


def _joined(text: str, data: bytes) -> tuple[str, bytes]:
    """Return the text with what can be decoded, and the bytes of a character that is cut."""
    for keep in range(4):
        try:
            whole = data[: len(data) - keep]
            return text + whole.decode("utf-8"), data[len(data) - keep :]
        except UnicodeDecodeError:
            continue
    return text + data.decode("utf-8", "replace"), b""


def _take_rows(decoder: json.JSONDecoder, text: str, rows: list[dict]) -> str:  # type: ignore[type-arg]
    """Append the rows that are complete; return the rest of the text."""
    at = 0
    while len(rows) <= MAX_ROWS:
        start = at
        while start < len(text) and text[start] in ", \t\r\n":
            start += 1
        if start >= len(text) or text[start] != "{":
            break
        try:
            row, at = decoder.raw_decode(text, start)
        except json.JSONDecodeError:
            break
        rows.append(row)
    return text[at:]
